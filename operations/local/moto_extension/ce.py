"""Cost Explorer.

Moto 5.2.5 knows no anomaly monitors and no subscriptions to them.
"""

import json
from typing import Any

from moto.ce.models import CostExplorerBackend
from moto.ce.responses import CostExplorerResponse
from moto.core.common_models import BaseModel
from moto.core.exceptions import ServiceException
from moto.moto_api._internal import mock_random

from operations.local.moto_extension.adopt import adopt


def install() -> None:
    """Register the fixes."""
    adopt(CostExplorerBackend, Backend)
    adopt(CostExplorerResponse, Responses)


class UnknownMonitor(ServiceException):
    """No monitor has this ARN."""

    code = "UnknownMonitorException"
    message = "The cost anomaly monitor does not exist for the account."


class UnknownSubscription(ServiceException):
    """No subscription has this ARN."""

    code = "UnknownSubscriptionException"
    message = "The cost anomaly subscription does not exist for the account."


class Monitor(BaseModel):
    """A monitor as GetAnomalyMonitors tells it."""

    unknown: type[ServiceException] = UnknownMonitor
    arn_name = "MonitorArn"
    arn_type = "anomalymonitor"

    def __init__(self, account_id: str, facts: dict[str, Any]) -> None:
        self.arn = f"arn:aws:ce::{account_id}:{self.arn_type}/{mock_random.uuid4()}"
        self.facts = {**facts, self.arn_name: self.arn, "AccountId": account_id}


class Subscription(Monitor):
    """A subscription as GetAnomalySubscriptions tells it."""

    unknown = UnknownSubscription
    arn_name = "SubscriptionArn"
    arn_type = "anomalysubscription"

    def __init__(self, account_id: str, facts: dict[str, Any]) -> None:
        super().__init__(account_id, facts)
        self.confirm()

    def confirm(self) -> None:
        """A topic needs no confirmation, an address gets it at once here."""
        for subscriber in self.facts["Subscribers"]:
            subscriber["Status"] = "CONFIRMED"


class Backend(CostExplorerBackend):
    """What AWS stores."""

    @property
    def anomalies(self) -> dict[str, Monitor]:
        """Monitors and subscriptions by ARN."""
        anomalies: dict[str, Monitor] = vars(self).setdefault("_anomalies", {})
        return anomalies

    def add_anomaly(self, made: Monitor, tags: list[dict[str, str]] | None) -> None:
        """Keep a new monitor or subscription."""
        self.anomalies[made.arn] = made
        self.tag_resource(made.arn, tags or [])

    def find_anomaly(self, kind: type[Monitor], arn: str) -> Monitor:
        """One monitor or subscription, or the error that AWS answers with."""
        found = self.anomalies.get(arn)
        if type(found) is not kind:
            raise kind.unknown
        return found

    def find_anomalies(self, kind: type[Monitor], arns: list[str] | None) -> list[dict[str, Any]]:
        """Those that are asked for, or all."""
        asked = arns or [arn for arn, each in self.anomalies.items() if type(each) is kind]
        return [self.find_anomaly(kind, arn).facts for arn in asked]

    def delete_anomaly(self, kind: type[Monitor], arn: str) -> None:
        """Forget a monitor or subscription; a monitor leaves its subscriptions, too."""
        self.find_anomaly(kind, arn)
        del self.anomalies[arn]
        self.tagger.delete_all_tags_for_resource(arn)
        for each in self.anomalies.values():
            if isinstance(each, Subscription):
                each.facts["MonitorArnList"] = [one for one in each.facts["MonitorArnList"] if one != arn]


class Responses(CostExplorerResponse):
    """What AWS answers."""

    def create_anomaly_monitor(self) -> str:
        return self._create(Monitor, "AnomalyMonitor")

    def get_anomaly_monitors(self) -> str:
        backend: Any = self.ce_backend
        return json.dumps(
            {"AnomalyMonitors": backend.find_anomalies(Monitor, self._get_param("MonitorArnList"))}
        )

    def update_anomaly_monitor(self) -> str:
        return self._update(Monitor, ["MonitorName"])

    def delete_anomaly_monitor(self) -> str:
        return self._delete(Monitor)

    def create_anomaly_subscription(self) -> str:
        return self._create(Subscription, "AnomalySubscription")

    def get_anomaly_subscriptions(self) -> str:
        backend: Any = self.ce_backend
        found = backend.find_anomalies(Subscription, self._get_param("SubscriptionArnList"))
        return json.dumps({"AnomalySubscriptions": found})

    def update_anomaly_subscription(self) -> str:
        changes = ["Frequency", "MonitorArnList", "Subscribers", "SubscriptionName", "ThresholdExpression"]
        return self._update(Subscription, changes)

    def delete_anomaly_subscription(self) -> str:
        return self._delete(Subscription)

    def _create(self, kind: type[Monitor], parameter: str) -> str:
        backend: Any = self.ce_backend
        made = kind(self.current_account, self._get_param(parameter))
        backend.add_anomaly(made, self._get_param("ResourceTags"))
        return json.dumps({kind.arn_name: made.arn})

    def _update(self, kind: type[Monitor], names: list[str]) -> str:
        backend: Any = self.ce_backend
        found = backend.find_anomaly(kind, self._get_param(kind.arn_name))
        given = {name: self._get_param(name) for name in names}
        found.facts |= {name: value for name, value in given.items() if value is not None}
        if isinstance(found, Subscription):
            found.confirm()
        return json.dumps({kind.arn_name: found.arn})

    def _delete(self, kind: type[Monitor]) -> str:
        backend: Any = self.ce_backend
        backend.delete_anomaly(kind, self._get_param(kind.arn_name))
        return json.dumps({})
