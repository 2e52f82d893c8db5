"""CloudWatch alarms.

Moto 5.2.5
- does not implement PutCompositeAlarm. AWS refuses a rule that it cannot read or that names an alarm which
  does not exist, and derives the alarm's state from its members;
- ignores AlarmTypes in DescribeAlarms. AWS answers metric alarms unless it is asked for composite ones;
- keeps the tags of a deleted alarm, which a new one of the same name inherits.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from operations.local.moto_extension.adopt import adopt

METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"

_TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"(?P<quoted>[^\"]+)\"|(?P<bare>[^\s\"()]+))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE|[()]))"
)

_describe_alarms = CloudWatchResponse.describe_alarms
_put_metric_alarm = CloudWatchBackend.put_metric_alarm
_set_alarm_state = CloudWatchBackend.set_alarm_state
_delete_alarms = CloudWatchBackend.delete_alarms


def install() -> None:
    """Register the fixes."""
    adopt(CloudWatchResponse, FixedResponse)
    adopt(CloudWatchBackend, FixedBackend)


class FixedResponse(CloudWatchResponse):
    """CloudWatch with composite alarms."""

    def put_composite_alarm(self) -> ActionResult:
        # Moto's parser reads the rule as well: "fetch AlarmRule to re-use this method for composite alarms".
        return self.put_metric_alarm()

    def describe_alarms(self) -> ActionResult:
        answer = _describe_alarms(self)
        wanted = self._get_param("AlarmTypes") or [METRIC]
        for kind in (METRIC, COMPOSITE):
            if kind not in wanted:
                answer.result[f"{kind}s"] = []  # type: ignore[index]
        return answer


class FixedBackend(CloudWatchBackend):
    """Alarms of one region."""

    def put_metric_alarm(self, **options: Any) -> Alarm:  # type: ignore[override]
        if options.get("rule") is not None:
            _evaluate(options["rule"], self.alarms)
        alarm = _put_metric_alarm(self, **options)
        self._derive_states()
        return alarm

    def set_alarm_state(self, *args: Any, **kwargs: Any) -> None:
        _set_alarm_state(self, *args, **kwargs)
        self._derive_states()

    def delete_alarms(self, alarm_names: list[str]) -> None:
        for alarm in self.get_alarms_by_alarm_names(alarm_names):
            self.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
        _delete_alarms(self, alarm_names)

    def _derive_states(self) -> None:
        """Composite alarms may contain each other: go on until nothing changes, once for each at most."""
        for _ in self.alarms:
            changed = [alarm for alarm in self.alarms.values() if alarm.rule and self._follow(alarm)]
            if not changed:
                return

    def _follow(self, alarm: Alarm) -> bool:
        try:
            state = "ALARM" if _evaluate(str(alarm.rule), self.alarms) else "OK"
        except ValidationError:  # A member is gone; AWS then keeps the state.
            return False
        if state == alarm.state_value:
            return False
        alarm.update_state(f"{alarm.rule} was updated", "{}", state)
        return True


def _evaluate(rule: str, alarms: dict[str, Alarm]) -> bool:
    """What a rule says (CloudWatch API reference, "PutCompositeAlarm", AlarmRule)."""
    tokens = list(_tokens(rule, alarms))
    value, rest = _any_of(tokens)
    if rest:
        raise ValidationError(f"AlarmRule was invalid near '{rest[0]}': {rule}")
    return value


def _tokens(rule: str, alarms: dict[str, Alarm]) -> Iterator[str | bool]:
    """Words and parentheses as they are; TRUE, FALSE and states of alarms as what they are worth."""
    position = 0
    while rule[position:].strip():
        match = _TOKEN.match(rule, position)
        if match is None:
            raise ValidationError(f"AlarmRule was invalid at character {position}: {rule}")
        position = match.end()
        if word := match["word"]:
            yield word == "TRUE" if word in ("TRUE", "FALSE") else word
            continue
        name = (match["quoted"] or match["bare"]).rpartition(":alarm:")[2]
        if name not in alarms:
            raise ValidationError(f"Could not save the composite alarm as the alarm {name} does not exist.")
        yield alarms[name].state_value == match["state"]


Parsed = tuple[bool, list[str | bool]]
"""A value, and the tokens after it."""


def _any_of(tokens: list[str | bool]) -> Parsed:
    return _joined(tokens, "OR", _all_of, any)


def _all_of(tokens: list[str | bool]) -> Parsed:
    return _joined(tokens, "AND", _one, all)


def _joined(
    tokens: list[str | bool],
    word: str,
    part: Callable[[list[str | bool]], Parsed],
    join: Callable[[Iterable[bool]], bool],
) -> Parsed:
    value, rest = part(tokens)
    values = [value]
    while rest and rest[0] == word:
        value, rest = part(rest[1:])
        values.append(value)
    return join(values), rest


def _one(tokens: list[str | bool]) -> Parsed:
    match tokens:
        case [bool(value), *rest]:
            return value, rest
        case ["NOT", *rest]:
            value, rest = _one(rest)
            return not value, rest
        case ["(", *rest]:
            value, rest = _any_of(rest)
            if rest[:1] == [")"]:
                return value, rest[1:]
    raise ValidationError(f"AlarmRule was invalid near '{tokens[0] if tokens else 'its end'}'")
