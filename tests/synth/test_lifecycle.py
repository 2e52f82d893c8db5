"""Lifecycle rules: what S3 accepts passes, everything else is refused with the rule and what to do."""

from typing import Any

import pytest

from hybrid_constructs.data.lifecycle import (
    LifecycleError,
    LifecycleRule,
    StorageClass,
    Transition,
    check,
    way_down,
)
from tests.synth import builders
from tests.synth.builders import Synth
from tests.synth.synthesized import Body

C = StorageClass
GUIDE = ((90, C.STANDARD_IA), (365, C.GLACIER))


def rule(*steps: tuple[int, StorageClass], id_: str = "logs", **options: Any) -> LifecycleRule:
    return LifecycleRule(id_, transitions=tuple(Transition(*step) for step in steps), **options)


def problems(*rules: LifecycleRule, arrives_in: StorageClass = C.STANDARD) -> list[str]:
    try:
        check(rules, bucket="acme", arrives_in=arrives_in)
    except LifecycleError as error:
        return str(error).splitlines()
    return []


def rendered(synth: Synth, *rules: LifecycleRule) -> Body:
    stack = synth(lambda scope: builders.bucket(scope, "acme-files", lifecycle=rules))
    body = stack.only("aws_s3_bucket_lifecycle_configuration")
    first, *others = body["rule"]
    assert first["id"] == "noncurrent-versions"
    found: Body = {other.pop("id"): other for other in others}
    assert all(other.pop("status") == "Enabled" for other in found.values())
    return found


@pytest.mark.parametrize(
    "steps",
    [
        GUIDE,
        ((0, C.INTELLIGENT_TIERING),),
        ((0, C.GLACIER),),
        ((30, C.STANDARD_IA), (60, C.GLACIER), (150, C.DEEP_ARCHIVE)),
        ((0, C.INTELLIGENT_TIERING), (30, C.ONEZONE_IA), (60, C.GLACIER)),
        ((30, C.STANDARD_IA), (60, C.INTELLIGENT_TIERING), (61, C.GLACIER_IR), (151, C.GLACIER)),
    ],
)
def test_ways_down_that_s3_accepts(steps: tuple[tuple[int, StorageClass], ...]) -> None:
    assert problems(rule(*steps)) == []


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            ((29, C.STANDARD_IA),),
            "STANDARD_IA after 29 days: S3 takes no object before day 30; use 30 or more",
        ),
        (((29, C.ONEZONE_IA),), "ONEZONE_IA after 29 days: S3 takes no object before day 30; use 30 or more"),
        (
            ((0, C.INTELLIGENT_TIERING), (90, C.STANDARD_IA)),
            "STANDARD_IA after 90 days: not reachable from INTELLIGENT_TIERING; "
            "from there go to ONEZONE_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE",
        ),
        (
            ((30, C.ONEZONE_IA), (90, C.GLACIER_IR)),
            "GLACIER_IR after 90 days: not reachable from ONEZONE_IA; from there go to GLACIER, DEEP_ARCHIVE",
        ),
        (
            ((0, C.DEEP_ARCHIVE), (200, C.GLACIER)),
            "GLACIER after 200 days: not reachable from DEEP_ARCHIVE; nothing lies below it",
        ),
        (
            ((0, C.STANDARD),),
            "STANDARD after 0 days: not reachable from STANDARD; from there go to STANDARD_IA, "
            "INTELLIGENT_TIERING, ONEZONE_IA, GLACIER_IR, GLACIER, DEEP_ARCHIVE",
        ),
        (
            ((90, C.STANDARD_IA), (119, C.GLACIER)),
            "GLACIER after 119 days: an object stays 30 days in STANDARD_IA, where it is since day 90; "
            "use 120 or more",
        ),
        (
            ((10, C.GLACIER), (99, C.DEEP_ARCHIVE)),
            "DEEP_ARCHIVE after 99 days: an object stays 90 days in GLACIER, where it is since day 10; "
            "use 100 or more",
        ),
        (
            ((10, C.INTELLIGENT_TIERING), (10, C.GLACIER)),
            "GLACIER after 10 days: not later than INTELLIGENT_TIERING after 10 days; "
            "list them in the order of days",
        ),
    ],
)
def test_fails_when_the_way_down_breaks_a_rule(
    steps: tuple[tuple[int, StorageClass], ...], expected: str
) -> None:
    [line] = problems(rule(*steps))
    assert line.startswith(f"lifecycle of acme: rule logs: {expected} (S3 user guide, ")


def test_fails_when_the_first_step_ignores_where_objects_arrive() -> None:
    assert problems(rule((365, C.GLACIER)), arrives_in=C.STANDARD_IA) == []
    [early] = problems(rule((29, C.GLACIER)), arrives_in=C.STANDARD_IA)
    assert "stays 30 days in STANDARD_IA, where it is since day 0; use 30 or more" in early
    [back] = problems(rule((90, C.STANDARD_IA)), arrives_in=C.GLACIER_IR)
    assert "not reachable from GLACIER_IR" in back


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (
            rule(*GUIDE, expiration_days=365),
            "expiration_days 365: must come after the last transition, day 365; use 366 or more",
        ),
        (rule(expiration_days=0), "expiration_days 0: must be 1 day or more"),
        (rule(noncurrent_expiration_days=0), "noncurrent_expiration_days 0: must be 1 day or more"),
        (rule(abort_multipart_days=0), "abort_multipart_days 0: must be 1 day or more"),
        (rule(), "does nothing; give it a transition or an expiration"),
        (
            rule(abort_multipart_days=7, tags={"a": "b"}),
            "abort_multipart_days 7: an upload has no tags yet; move it to a rule without tags",
        ),
        (
            rule(expiration_days=1, noncurrent_versions_kept=3),
            "noncurrent_versions_kept 3: limits nothing without noncurrent_expiration_days; give both",
        ),
    ],
)
def test_fails_when_an_action_is_wrong(broken: LifecycleRule, expected: str) -> None:
    [line] = problems(broken)
    assert line.startswith(f"lifecycle of acme: rule logs: {expected} (S3 user guide, ")


def test_fails_when_an_id_is_too_long_or_there_are_too_many_rules() -> None:
    assert problems(rule(expiration_days=1, id_="x" * 255)) == []
    [line] = problems(rule(expiration_days=1, id_="x" * 256))
    assert "an id of 256 characters; give 1 to 255" in line
    [many] = problems(*(rule(expiration_days=1, id_=str(number)) for number in range(1001)))
    assert "1001 rules; S3 takes 1000" in many


def test_fails_when_two_rules_have_one_id() -> None:
    [line] = problems(rule(expiration_days=1), rule(expiration_days=2))
    assert line.startswith("lifecycle of acme: rule logs: two rules have this id; rename one")


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        ({}, {"prefix": "access-logs/"}, True),
        ({"prefix": "a/b/"}, {"prefix": "a/"}, True),
        ({"prefix": "a/"}, {"prefix": "b/"}, False),
        ({"tags": {"kind": "log"}}, {"tags": {"kind": "file"}}, False),
        ({"tags": {"kind": "log"}}, {"tags": {"age": "old"}}, True),
        ({"prefix": "a/"}, {"tags": {"kind": "log"}}, True),
    ],
)
def test_fails_when_rules_of_one_object_contradict_each_other(
    one: dict[str, Any], other: dict[str, Any], contradict: bool
) -> None:
    tiering = rule((0, C.INTELLIGENT_TIERING), id_="tiering", **other)
    found = problems(rule(*GUIDE, **one), tiering)
    if not contradict:
        assert found == []
        return
    [line] = found
    below = max(one.get("prefix", ""), other.get("prefix", ""), key=len)
    assert line.startswith(
        f"lifecycle of acme: rules logs and tiering: both apply below {below!r} and contradict each other "
        "there (INTELLIGENT_TIERING after 0 days, STANDARD_IA after 90 days, GLACIER after 365 days)"
    )


def test_rules_that_go_the_same_way_may_overlap() -> None:
    deeper = rule((90, C.STANDARD_IA), (500, C.DEEP_ARCHIVE), id_="deeper", prefix="a/")
    assert problems(rule(*GUIDE), deeper) == []
    assert problems(rule(*GUIDE), rule(expiration_days=7, id_="temporary", prefix="tmp/")) == []


def test_all_problems_come_at_once() -> None:
    found = problems(rule((1, C.STANDARD_IA), expiration_days=1), rule(id_="empty"))
    assert len(found) == 3


def test_the_bucket_refuses_rules_at_synthesis(synth: Synth) -> None:
    with pytest.raises(LifecycleError, match="lifecycle of acme-files: rule logs: STANDARD_IA after 1 days"):
        rendered(synth, rule((1, C.STANDARD_IA)))


def test_a_rule_with_everything(synth: Synth) -> None:
    whole = rule(
        *GUIDE,
        prefix="a/",
        tags={"kind": "log"},
        expiration_days=2555,
        noncurrent_expiration_days=30,
        noncurrent_versions_kept=2,
    )
    assert rendered(synth, whole)["logs"] == {
        "filter": [{"and": [{"prefix": "a/", "tags": {"kind": "log"}}]}],
        "transition": [
            {"days": 90, "storage_class": "STANDARD_IA"},
            {"days": 365, "storage_class": "GLACIER"},
        ],
        "expiration": [{"days": 2555}],
        "noncurrent_version_expiration": [{"noncurrent_days": 30, "newer_noncurrent_versions": 2}],
    }


def test_filters_in_the_forms_of_s3(synth: Synth) -> None:
    found = rendered(
        synth,
        rule(expiration_days=1, id_="all"),
        rule(abort_multipart_days=1, id_="prefix", prefix="a/"),
        rule(expiration_days=1, id_="tag", tags={"b": "c"}),
        rule(expiration_days=1, id_="tags", tags={"b": "c", "d": "e"}),
    )
    assert found["all"]["filter"] == [{"prefix": ""}]
    assert found["prefix"]["filter"] == [{"prefix": "a/"}]
    assert found["prefix"]["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 1}]
    assert found["tag"]["filter"] == [{"tag": [{"key": "b", "value": "c"}]}]
    assert found["tags"]["filter"] == [{"and": [{"tags": {"b": "c", "d": "e"}}]}]


def test_the_way_down_starts_below_the_class_that_objects_arrive_in() -> None:
    days = {C.GLACIER: 365, C.STANDARD_IA: 90}
    assert way_down(days) == (Transition(90, C.STANDARD_IA), Transition(365, C.GLACIER))
    assert way_down(days, C.STANDARD_IA) == (Transition(365, C.GLACIER),)
    assert way_down(days, C.GLACIER) == ()
