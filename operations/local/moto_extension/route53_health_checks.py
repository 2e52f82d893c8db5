"""Route 53: health checks.

Moto 5.2.5
- forgets the alarm of a CLOUDWATCH_METRIC check and what to do without data;
- answers a port, an interval and a threshold for checks that ask no endpoint, so that every plan wants to
  remove them;
- ignores changes of the alarm, and never counts the versions of a check.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.route53.models import HealthCheck
from moto.route53.responses import Route53

from operations.local.moto_extension.adopt import adopt

_OF_ALARMS = ("AlarmIdentifier", "InsufficientDataHealthStatus")
_OF_ENDPOINTS = (
    *("IPAddress", "Port", "RequestInterval", "FailureThreshold", "MeasureLatency", "EnableSNI"),
    *("ResourcePath", "FullyQualifiedDomainName", "SearchString", "Regions"),
)

_create_health_check = Route53.create_health_check
_update_health_check = Route53.update_health_check
_config: property = vars(HealthCheck)["health_check_config"]


def install() -> None:
    """Register the fixes."""
    adopt(Route53, Responses)
    adopt(HealthCheck, Check)


class Responses(Route53):
    """What AWS answers."""

    def create_health_check(self) -> ActionResult:
        answer = _create_health_check(self)
        _keep(_check(answer), self._get_param("HealthCheckConfig"))
        return answer

    def update_health_check(self) -> ActionResult:
        answer = _update_health_check(self)
        check = _check(answer)
        _keep(check, self.params)
        check.health_check_version += 1
        return answer


class Check(HealthCheck):
    """A check with the settings of its type, and no others."""

    @property
    def health_check_config(self) -> dict[str, Any]:
        config: dict[str, Any] = _config.__get__(self)
        if self.type_ in ("CLOUDWATCH_METRIC", "CALCULATED", "RECOVERY_CONTROL"):
            config = {name: value for name, value in config.items() if name not in _OF_ENDPOINTS}
        of_alarm: dict[str, Any] = vars(self).get("of_alarm", {})
        return config | of_alarm


def _check(answer: ActionResult) -> HealthCheck:
    result: Any = answer.result
    check: HealthCheck = result["HealthCheck"]
    return check


def _keep(check: HealthCheck, given: Any) -> None:
    kept = vars(check).setdefault("of_alarm", {})
    kept.update({name: given[name] for name in _OF_ALARMS if given.get(name)})
