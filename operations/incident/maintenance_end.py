"""Takes away the rules that answer 503, and tells what others changed meanwhile. Pure functions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from operations.engine import Call, Probe, Step
from operations.engine.redact import Redactor
from operations.incident.hiding import hide
from operations.incident.maintenance import Facts, Listener, describe
from operations.incident.mitigation import Mitigation, Way
from operations.incident.rules import Rule, answers_503, hosts, is_added, moved
from operations.incident.scene import Scene


def revert(facts: Facts, mitigations: Sequence[Mitigation]) -> Way:
    """Take exactly the added rules away, and say what others changed meanwhile; that is left as it is."""
    here = {listener.arn: listener for listener in facts.listeners}
    ours = {
        rule["RuleArn"]: (listener.arn, rule)
        for listener in facts.listeners
        for rule in listener.rules
        if any(is_added(rule, added) for one in mitigations for added in _on(listener, one))
    }
    steps = [
        _take_away(facts.scene, f"take-away-{number}", listener, rule)
        for number, (listener, rule) in enumerate(ours.values(), 1)
    ]
    known, stand, left = set(ours), set[str](), list[str]()
    for one in mitigations:
        for rule in (rule for listener in facts.listeners for rule in _altered(one, listener)):
            if rule["RuleArn"] in ours:
                continue
            known.add(rule["RuleArn"])
            stand.add(one.run)
            left.append(
                f"priority {rule['Priority']} has another rule by now: left so, and the mitigation stands; "
                "delete that rule if nobody needs it, and revert again"
            )
    for one in mitigations:
        left += _changed(one, here, known, facts.groups)
    return Way(steps, list(dict.fromkeys(left)), frozenset(stand))


def _on(listener: Listener, one: Mitigation) -> list[Mapping[str, Any]]:
    return [added for added in one.after["rules"] if added["listener"] == listener.arn]


def _altered(one: Mitigation, listener: Listener) -> list[Rule]:
    """Rules that a mitigation made, whatever they have become."""
    if one.made:
        return [rule for rule in listener.rules if rule["RuleArn"] in one.made]
    # A run that never got to its end has no ARNs: then the priority tells, unless the rule is older.
    older = {rule["RuleArn"] for before in one.before["listeners"] for rule in before["rules"]}
    numbers = {str(added["priority"]) for added in _on(listener, one)}
    return [rule for rule in listener.rules if rule["Priority"] in numbers and rule["RuleArn"] not in older]


def _take_away(at: Scene, id_: str, listener: str, rule: Rule) -> Step:
    arn = rule["RuleArn"]
    return Step(
        id=id_,
        why=f"the rule of priority {rule['Priority']} no longer answers 503",
        call=Call("elbv2", at.place.region, "DeleteRule", {"RuleArn": arn}, accept=("RuleNotFound",)),
        done_when=Probe(describe(at, listener), equals={f"length(Rules[?RuleArn=='{arn}'])": 0}),
    )


def _changed(
    one: Mitigation, here: Mapping[str, Listener], known: set[str], groups: frozenset[str]
) -> Iterator[str]:
    """What is not as it was, beside our own rules and what deployments move."""
    for before in one.before["listeners"]:
        listener = here.get(before["listener"])
        if listener is None:
            yield f"the listener {before['listener']} is gone"
            continue
        # The record masks what looks like a secret: only what is masked alike can be compared with it.
        was = {rule["RuleArn"]: hide(rule, Redactor()) for rule in before["rules"]}
        now = {
            rule["RuleArn"]: hide(rule, Redactor()) for rule in listener.rules if rule["RuleArn"] not in known
        }
        for arn in sorted({*was, *now}):
            if was.get(arn) == now.get(arn) or answers_503(was.get(arn) or now[arn]):
                continue
            if arn in was and arn in now and moved(was[arn], now[arn], groups):
                continue
            rule = now.get(arn) or was[arn]
            what = "added" if arn not in was else "took away" if arn not in now else "changed"
            priority = rule["Priority"]
            yield f"meanwhile somebody {what} the rule of priority {priority} for {hosts(rule)}: left so"
