"""What the audit makes of policies: patterns, conditions, denials and boundaries, as IAM does."""

import json
from typing import Any

import pytest

from environments.schema import Fleet
from operations.dr.audit import rights
from operations.dr.audit.blocks import Synthesis
from operations.dr.audit.compare import Comparison
from operations.dr.audit.findings import View
from operations.dr.audit.names import Counterparts

ALLOW = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::files/*"}
GET = rights.Use(("s3:GetObject",), "arn:aws:s3:::files/a/object")
TRUST = {"Effect": "Allow", "Principal": {"Service": ["s3.amazonaws.com"]}, "Action": "sts:AssumeRole"}


def _text(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _view(fleet: Fleet, policy: str, *, trust: str = _text(TRUST), boundary: str | None = None) -> View:
    resources = {
        "aws_iam_role": {
            "R": {
                "name": "copies",
                "assume_role_policy": trust,
                **({"permissions_boundary": "${aws_iam_policy.B.arn}"} if boundary else {}),
            }
        },
        "aws_iam_role_policy": {"P": {"name": "p", "role": "${aws_iam_role.R.id}", "policy": policy}},
        "aws_iam_policy": {"B": {"name": "limit", "policy": boundary}} if boundary else {},
        "aws_s3_bucket": {"B": {"bucket": "files"}},
    }
    provider = {"aws": [{"region": fleet.dr.region}]}
    synthesis, counterparts = (
        Synthesis({"dr": {"provider": provider, "resource": resources}}),
        Counterparts(fleet),
    )
    return View(fleet, synthesis, counterparts, Comparison(synthesis, counterparts), {})


def _gaps(view: View, use: rights.Use = GET, role: str = "${aws_iam_role.R.arn}") -> list[str]:
    through = rights.Through("dr", role, "s3.amazonaws.com", "arn:aws:s3:::files")
    return [gap.what for gap in rights.may(view, "copies", through, [use])]


@pytest.mark.parametrize(
    "statements",
    [
        [ALLOW],
        [{**ALLOW, "Action": ["S3:getobject"]}],
        [{**ALLOW, "Resource": "${aws_s3_bucket.B.arn}/*"}],
        [{**ALLOW, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}],
        [{**ALLOW, "Condition": {"StringEqualsIfExists": {"aws:PrincipalTag/x": "y"}}}],
        [ALLOW, {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::other/*"}],
        [ALLOW, {**ALLOW, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
        [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
    ],
)
def test_what_iam_allows_is_no_gap(fleet: Fleet, statements: list[dict[str, Any]]) -> None:
    assert _gaps(_view(fleet, _text(*statements))) == []


@pytest.mark.parametrize(
    "statements",
    [
        [{**ALLOW, "Action": "s3:Put*"}],
        [{**ALLOW, "Resource": "arn:aws:s3:::files/b/*"}],
        [{**ALLOW, "Resource": "arn:aws:s3:::file?/x"}],
        [{**ALLOW, "Condition": {"StringEquals": {"aws:RequestedRegion": "us-west-2"}}}],
        [ALLOW, {**ALLOW, "Effect": "Deny"}],
        [ALLOW, {**ALLOW, "Effect": "Deny", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}],
        [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}],
    ],
)
def test_what_iam_refuses_is_a_gap(fleet: Fleet, statements: list[dict[str, Any]]) -> None:
    assert _gaps(_view(fleet, _text(*statements))) == [
        "copies fail: the role copies may not s3:GetObject on arn:aws:s3:::files/a/object"
    ]


def test_a_boundary_must_allow_it_too(fleet: Fleet) -> None:
    assert _gaps(_view(fleet, _text(ALLOW), boundary=_text(ALLOW))) == []
    assert _gaps(_view(fleet, _text(ALLOW), boundary=_text({**ALLOW, "Action": "sqs:*"}))) == [
        "copies fail: the role copies may not s3:GetObject on arn:aws:s3:::files/a/object"
    ]


def test_a_role_is_found_by_its_arn_and_missed_by_name(fleet: Fleet) -> None:
    view = _view(fleet, _text(ALLOW))
    assert _gaps(view, role="arn:aws:iam::123456789012:role/ryuqqq/dr/copies") == []
    assert _gaps(view, role="arn:aws:iam::123456789012:role/others") == [
        "copies need a role, but no stack makes arn:aws:iam::123456789012:role/others"
    ]


@pytest.mark.parametrize(
    "trust",
    [
        {**TRUST, "Principal": {"Service": "ec2.amazonaws.com"}},
        {**TRUST, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {**TRUST, "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
        {**TRUST, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::others*"}}},
        {**TRUST, "Effect": "Deny"},
    ],
)
def test_a_service_that_is_not_trusted_is_a_gap(fleet: Fleet, trust: dict[str, Any]) -> None:
    assert _gaps(_view(fleet, _text(ALLOW), trust=_text(trust))) == [
        "copies fail: s3.amazonaws.com may not take on the role copies"
    ]


def test_a_policy_that_is_no_json_allows_nothing(fleet: Fleet) -> None:
    assert _gaps(_view(fleet, "${data.aws_iam_policy_document.x.json}")) == [
        "copies fail: the role copies has no policy"
    ]
