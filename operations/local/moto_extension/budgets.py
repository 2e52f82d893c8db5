"""Budgets.

Moto 5.2.5 cannot change a budget, forgets its tags, and does not tell or change the subscribers of a notice.
"""

import json
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget, BudgetsBackend, Notification
from moto.budgets.responses import BudgetsResponse
from moto.core.utils import unix_time
from moto.utilities.tagging_service import TaggingService

from operations.local.moto_extension.adopt import adopt

_create_budget = BudgetsResponse.create_budget
_delete_budget = BudgetsResponse.delete_budget
_DONE = json.dumps({})


def install() -> None:
    """Register the fixes."""
    adopt(BudgetsBackend, Backend)
    adopt(BudgetsResponse, Responses)


class Backend(BudgetsBackend):
    """What AWS stores."""

    @property
    def tagger(self) -> TaggingService:
        tagger: TaggingService = vars(self).setdefault("_tagger", TaggingService())
        return tagger

    def find_budget(self, account_id: str, name: str) -> Budget:
        """The budget, or the error that AWS answers with."""
        if name not in self.budgets[account_id]:
            raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
        found: Budget = self.budgets[account_id][name]
        return found

    def find_notice(self, account_id: str, name: str, details: dict[str, Any]) -> Notification:
        """A notice of a budget; details that are not given have AWS's defaults."""
        for notice in self.find_budget(account_id, name).notifications:
            if _key(notice.details) == _key(details):
                return notice
        raise NotFoundException("Unable to find notification - the notification doesn't exist.")


def _key(details: dict[str, Any]) -> tuple[Any, ...]:
    return (
        details["NotificationType"],
        details["ComparisonOperator"],
        float(details["Threshold"]),
        details.get("ThresholdType", "PERCENTAGE"),
    )


class Responses(BudgetsResponse):
    """What AWS answers."""

    def create_budget(self) -> str:
        answer = _create_budget(self)
        if tags := self._get_param("ResourceTags"):
            self._tagger.tag_resource(self._arn(self._get_param("Budget")["BudgetName"]), tags)
        return answer

    def delete_budget(self) -> str:
        answer = _delete_budget(self)
        self._tagger.delete_all_tags_for_resource(self._arn(self._get_param("BudgetName")))
        return answer

    def update_budget(self) -> str:
        backend: Any = self.backend
        new = self._get_param("NewBudget")
        budget = backend.find_budget(self._get_param("AccountId"), new["BudgetName"])
        period = budget.budget["TimePeriod"] | new.get("TimePeriod", {})
        budget.budget = {**new, "TimePeriod": period, "LastUpdatedTime": unix_time()}
        return _DONE

    def update_notification(self) -> str:
        self._notice("OldNotification").details = self._get_param("NewNotification")
        return _DONE

    def describe_subscribers_for_notification(self) -> str:
        return json.dumps({"Subscribers": self._notice().subscribers, "NextToken": None})

    def create_subscriber(self) -> str:
        subscribers: Any = self._notice().subscribers
        subscribers.append(self._get_param("Subscriber"))
        return _DONE

    def delete_subscriber(self) -> str:
        subscribers: Any = self._notice().subscribers
        subscribers.remove(self._get_param("Subscriber"))
        return _DONE

    def list_tags_for_resource(self) -> str:
        tags = self._tagger.list_tags_for_resource(self._get_param("ResourceARN"))["Tags"]
        return json.dumps({"ResourceTags": tags})

    def tag_resource(self) -> str:
        self._tagger.tag_resource(self._get_param("ResourceARN"), self._get_param("ResourceTags"))
        return _DONE

    def untag_resource(self) -> str:
        keys = self._get_param("ResourceTagKeys")
        self._tagger.untag_resource_using_names(self._get_param("ResourceARN"), keys)
        return _DONE

    @property
    def _tagger(self) -> TaggingService:
        backend: Any = self.backend
        tagger: TaggingService = backend.tagger
        return tagger

    def _arn(self, name: str) -> str:
        return f"arn:aws:budgets::{self.current_account}:budget/{name}"

    def _notice(self, parameter: str = "Notification") -> Notification:
        backend: Any = self.backend
        notice: Notification = backend.find_notice(
            self._get_param("AccountId"), self._get_param("BudgetName"), self._get_param(parameter)
        )
        return notice
