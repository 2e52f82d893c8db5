"""X-Ray.

Moto 5.2.5 stores traces and knows nothing of groups, sampling rules, encryption and tags. It takes the path
for the name of the operation, where AWS calls some of them differently (`/Groups` is GetGroups).
"""

import json
from typing import Any

from moto.core.common_models import BaseModel
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random
from moto.utilities.tagging_service import TaggingService
from moto.xray import urls
from moto.xray.models import XRayBackend
from moto.xray.responses import XRayResponse

from operations.local.moto_extension.adopt import adopt

Answer = str | tuple[str, dict[str, int]]
PATHS = (
    *("CreateGroup", "GetGroup", "Groups", "UpdateGroup", "DeleteGroup"),
    *("CreateSamplingRule", "GetSamplingRules", "UpdateSamplingRule", "DeleteSamplingRule"),
    *("PutEncryptionConfig", "EncryptionConfig", "ListTagsForResource", "TagResource", "UntagResource"),
)
_DONE = json.dumps({})


def install() -> None:
    """Register the fixes."""
    adopt(XRayBackend, Backend)
    adopt(XRayResponse, Responses)
    urls.url_paths |= {f"{{0}}/{path}$": XRayResponse.dispatch for path in PATHS}


class Group(BaseModel):
    """A group as GetGroup tells it."""

    def __init__(self, scope: str, params: dict[str, Any]) -> None:
        arn = f"{scope}:group/{params['GroupName']}/{mock_random.get_random_string(length=12).upper()}"
        self.facts: dict[str, Any] = {
            "GroupName": params["GroupName"],
            "GroupARN": arn,
            "InsightsConfiguration": {"InsightsEnabled": False, "NotificationsEnabled": False},
        }
        self.change(params)

    def change(self, params: dict[str, Any]) -> None:
        """Take over what a request names."""
        self.facts |= {
            name: params[name] for name in ("FilterExpression", "InsightsConfiguration") if name in params
        }


class SamplingRule(BaseModel):
    """A rule as GetSamplingRules tells it."""

    def __init__(self, scope: str, rule: dict[str, Any]) -> None:
        arn = f"{scope}:sampling-rule/{rule['RuleName']}"
        self.rule = {"Attributes": {}, **rule, "RuleARN": arn}
        self.created = self.modified = unix_time()

    def change(self, rule: dict[str, Any]) -> None:
        """Take over what a request names."""
        self.rule |= {name: value for name, value in rule.items() if name not in ("RuleName", "RuleARN")}
        self.modified = unix_time()

    @property
    def record(self) -> dict[str, Any]:
        """The rule and its times."""
        return {"SamplingRule": self.rule, "CreatedAt": self.created, "ModifiedAt": self.modified}


class Backend(XRayBackend):
    """What AWS stores."""

    @property
    def scope(self) -> str:
        """Start of every ARN of the service."""
        return f"arn:aws:xray:{self.region_name}:{self.account_id}"

    @property
    def groups(self) -> dict[str, Group]:
        groups: dict[str, Group] = vars(self).setdefault("_groups", {})
        return groups

    @property
    def sampling_rules(self) -> dict[str, SamplingRule]:
        rules: dict[str, SamplingRule] = vars(self).setdefault("_sampling_rules", {})
        return rules

    @property
    def encryption(self) -> dict[str, str]:
        encryption: dict[str, str] = vars(self).setdefault(
            "_encryption", {"Type": "NONE", "Status": "ACTIVE"}
        )
        return encryption

    @property
    def tagger(self) -> TaggingService:
        tagger: TaggingService = vars(self).setdefault("_tagger", TaggingService())
        return tagger


class Responses(XRayResponse):
    """What AWS answers."""

    def create_group(self) -> Answer:
        backend: Any = self.xray_backend
        name = self._get_param("GroupName")
        if name in backend.groups:
            return self._error("InvalidRequestException", "Group with this name already exists")
        group = backend.groups[name] = Group(backend.scope, self.request_params)
        backend.tagger.tag_resource(group.facts["GroupARN"], self._get_param("Tags", []))
        return json.dumps({"Group": group.facts})

    def get_group(self) -> Answer:
        group = self._group()
        return json.dumps({"Group": group.facts}) if group else self._missing("Group")

    def groups(self) -> Answer:
        backend: Any = self.xray_backend
        return json.dumps({"Groups": [group.facts for group in backend.groups.values()]})

    def update_group(self) -> Answer:
        if group := self._group():
            group.change(self.request_params)
        return self.get_group()

    def delete_group(self) -> Answer:
        backend: Any = self.xray_backend
        if not (group := self._group()):
            return self._missing("Group")
        del backend.groups[group.facts["GroupName"]]
        backend.tagger.delete_all_tags_for_resource(group.facts["GroupARN"])
        return _DONE

    def create_sampling_rule(self) -> Answer:
        backend: Any = self.xray_backend
        asked = self._get_param("SamplingRule")
        if asked["RuleName"] in backend.sampling_rules:
            return self._error("InvalidRequestException", "Sampling rule already exists")
        rule = backend.sampling_rules[asked["RuleName"]] = SamplingRule(backend.scope, asked)
        backend.tagger.tag_resource(rule.rule["RuleARN"], self._get_param("Tags", []))
        return json.dumps({"SamplingRuleRecord": rule.record})

    def get_sampling_rules(self) -> Answer:
        backend: Any = self.xray_backend
        return json.dumps({"SamplingRuleRecords": [rule.record for rule in backend.sampling_rules.values()]})

    def update_sampling_rule(self) -> Answer:
        update = self._get_param("SamplingRuleUpdate")
        if not (rule := self._rule(update)):
            return self._missing("Sampling rule")
        rule.change(update)
        return json.dumps({"SamplingRuleRecord": rule.record})

    def delete_sampling_rule(self) -> Answer:
        backend: Any = self.xray_backend
        if not (rule := self._rule(self.request_params)):
            return self._missing("Sampling rule")
        del backend.sampling_rules[rule.rule["RuleName"]]
        backend.tagger.delete_all_tags_for_resource(rule.rule["RuleARN"])
        return json.dumps({"SamplingRuleRecord": rule.record})

    def put_encryption_config(self) -> Answer:
        backend: Any = self.xray_backend
        backend.encryption.clear()
        backend.encryption.update(self.request_params, Status="ACTIVE")
        return self.encryption_config()

    def encryption_config(self) -> Answer:
        backend: Any = self.xray_backend
        return json.dumps({"EncryptionConfig": backend.encryption})

    def list_tags_for_resource(self) -> Answer:
        backend: Any = self.xray_backend
        return json.dumps(backend.tagger.list_tags_for_resource(self._get_param("ResourceARN")))

    def tag_resource(self) -> Answer:
        backend: Any = self.xray_backend
        backend.tagger.tag_resource(self._get_param("ResourceARN"), self._get_param("Tags"))
        return _DONE

    def untag_resource(self) -> Answer:
        backend: Any = self.xray_backend
        backend.tagger.untag_resource_using_names(self._get_param("ResourceARN"), self._get_param("TagKeys"))
        return _DONE

    def _missing(self, what: str) -> Answer:
        return self._error("InvalidRequestException", f"{what} not found")

    def _group(self) -> Group | None:
        backend: Any = self.xray_backend
        name, arn = self._get_param("GroupName"), self._get_param("GroupARN")
        found = (group for group in backend.groups.values() if arn == group.facts["GroupARN"])
        return backend.groups.get(name) or next(found, None)

    def _rule(self, asked: dict[str, Any]) -> SamplingRule | None:
        backend: Any = self.xray_backend
        found = (
            rule for rule in backend.sampling_rules.values() if asked.get("RuleARN") == rule.rule["RuleARN"]
        )
        return backend.sampling_rules.get(asked.get("RuleName")) or next(found, None)
