"""CloudFront's distributions and policies as the extension makes them."""

from copy import deepcopy
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.operations.local.conftest import Clients

READ = {"Quantity": 2, "Items": ["GET", "HEAD"]}
WRITE = {"Quantity": 7, "Items": ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]}
CACHE = {"Name": "kept", "MinTTL": 0, "DefaultTTL": 300, "MaxTTL": 3600}
HEADERS = {
    "Name": "safe",
    "SecurityHeadersConfig": {
        "StrictTransportSecurity": {
            "Override": True,
            "IncludeSubdomains": True,
            "AccessControlMaxAgeSec": 63072000,
        },
        "ContentTypeOptions": {"Override": True},
    },
}


def origin(name: str) -> dict[str, Any]:
    custom = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    return {"Id": name, "DomainName": f"{name}.example.com", "CustomOriginConfig": custom}


def behavior(target: str, methods: dict[str, Any] = READ, **options: Any) -> dict[str, Any]:
    return {
        "TargetOriginId": target,
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": methods,
        **options,
    }


def config(default: dict[str, Any], *others: dict[str, Any], **options: Any) -> dict[str, Any]:
    members = [{"OriginId": "one"}, {"OriginId": "two"}]
    group = {
        "Id": "both",
        "FailoverCriteria": {"StatusCodes": {"Quantity": 2, "Items": [502, 503]}},
        "Members": {"Quantity": 2, "Items": members},
    }
    return {
        "CallerReference": "test",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 2, "Items": [origin("one"), origin("two")]},
        "OriginGroups": {"Quantity": 1, "Items": [group]},
        "DefaultCacheBehavior": default,
        "CacheBehaviors": {"Quantity": len(others), "Items": list(others)},
        **options,
    }


def refusal(call: Any, **arguments: Any) -> str:
    """Code of the error that AWS answers."""
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    code: str = raised.value.response["Error"]["Code"]
    return code


def create(cloudfront: Any, given: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = cloudfront.create_distribution(DistributionConfig=given)
    return answer


def test_origin_group_is_the_target_of_reads(aws: Clients) -> None:
    cloudfront = aws("cloudfront")
    made = create(cloudfront, config(behavior("both"), behavior("one", WRITE, PathPattern="/api/*")))

    kept = cloudfront.get_distribution_config(Id=made["Distribution"]["Id"])["DistributionConfig"]
    assert kept["DefaultCacheBehavior"]["TargetOriginId"] == "both"
    assert kept["CacheBehaviors"]["Items"][0]["TargetOriginId"] == "one"
    [group] = kept["OriginGroups"]["Items"]
    assert [member["OriginId"] for member in group["Members"]["Items"]] == ["one", "two"]
    assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [502, 503]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (config(behavior("three")), "NoSuchOrigin"),
        (config(behavior("both"), behavior("three", PathPattern="/x")), "NoSuchOrigin"),
        (config(behavior("both", WRITE)), "InvalidArgument"),
        (config(behavior("one"), behavior("both", WRITE, PathPattern="/x")), "InvalidArgument"),
    ],
)
def test_fails_when_a_target_does_not_fit(aws: Clients, given: dict[str, Any], code: str) -> None:
    # A copy: botocore and moto share the parameters of other cases otherwise.
    assert refusal(aws("cloudfront").create_distribution, DistributionConfig=deepcopy(given)) == code


def test_behavior_with_a_cache_policy_has_no_lifetimes_of_its_own(aws: Clients) -> None:
    cloudfront = aws("cloudfront")
    policy = cloudfront.create_cache_policy(CachePolicyConfig=CACHE)["CachePolicy"]["Id"]
    made = create(cloudfront, config(behavior("both", CachePolicyId=policy)))

    default = made["Distribution"]["DistributionConfig"]["DefaultCacheBehavior"]
    assert default["CachePolicyId"] == policy
    assert not {"ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"} & set(default)


def test_own_certificate_replaces_that_of_cloudfront(aws: Clients) -> None:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/x"
    own = {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only"}
    made = create(aws("cloudfront"), config(behavior("one"), ViewerCertificate=own))
    shown = made["Distribution"]["DistributionConfig"]["ViewerCertificate"]
    assert (shown["ACMCertificateArn"], shown["CloudFrontDefaultCertificate"]) == (arn, False)


def test_distribution_changes_only_for_who_saw_it_last_and_goes_only_when_disabled(aws: Clients) -> None:
    cloudfront = aws("cloudfront")
    made = create(cloudfront, config(behavior("both")))
    id_, first = made["Distribution"]["Id"], made["ETag"]
    assert refusal(cloudfront.delete_distribution, Id=id_, IfMatch=first) == "DistributionNotDisabled"

    disabled = config(behavior("both"), Enabled=False)
    second = cloudfront.update_distribution(Id=id_, IfMatch=first, DistributionConfig=disabled)["ETag"]
    assert (
        refusal(cloudfront.update_distribution, Id=id_, IfMatch=first, DistributionConfig=disabled)
        == "PreconditionFailed"
    )
    assert refusal(cloudfront.delete_distribution, Id=id_) == "InvalidIfMatchVersion"
    assert refusal(cloudfront.delete_distribution, Id=id_, IfMatch=first) == "PreconditionFailed"
    cloudfront.delete_distribution(Id=id_, IfMatch=second)
    assert refusal(cloudfront.get_distribution, Id=id_) == "NoSuchDistribution"


@pytest.mark.parametrize(
    ("kind", "given", "reference"),
    [
        ("CachePolicy", CACHE, "CachePolicyId"),
        ("ResponseHeadersPolicy", HEADERS, "ResponseHeadersPolicyId"),
    ],
)
def test_policy_lives_until_nothing_uses_it(
    aws: Clients, kind: str, given: dict[str, Any], reference: str
) -> None:
    cloudfront = aws("cloudfront")
    snake = "cache_policy" if kind == "CachePolicy" else "response_headers_policy"
    create_policy, get, get_config, update, delete = (
        getattr(cloudfront, name)
        for name in (
            f"create_{snake}",
            f"get_{snake}",
            f"get_{snake}_config",
            f"update_{snake}",
            f"delete_{snake}",
        )
    )
    wanted = {f"{kind}Config": given}
    made = create_policy(**wanted)
    id_, first = made[kind]["Id"], made["ETag"]
    assert made["Location"].endswith(id_)
    assert made[kind][f"{kind}Config"] == given | {"Comment": ""}
    assert refusal(create_policy, **wanted) == f"{kind}AlreadyExists"

    changed = {f"{kind}Config": given | {"Comment": "changed"}}
    second = update(Id=id_, IfMatch=first, **changed)["ETag"]
    assert refusal(update, Id=id_, IfMatch=first, **changed) == "PreconditionFailed"
    assert get(Id=id_)[kind][f"{kind}Config"]["Comment"] == "changed"
    assert get_config(Id=id_)["ETag"] == second

    distribution = create(cloudfront, config(behavior("one", **{reference: id_})))
    assert refusal(delete, Id=id_, IfMatch=second) == f"{kind}InUse"
    other = cloudfront.update_distribution(
        Id=distribution["Distribution"]["Id"],
        IfMatch=distribution["ETag"],
        DistributionConfig=config(behavior("one"), behavior("two", PathPattern="/x", **{reference: id_})),
    )
    assert refusal(delete, Id=id_, IfMatch=second) == f"{kind}InUse"
    cloudfront.update_distribution(
        Id=distribution["Distribution"]["Id"],
        IfMatch=other["ETag"],
        DistributionConfig=config(behavior("one")),
    )
    assert refusal(delete, Id=id_) == "InvalidIfMatchVersion"
    delete(Id=id_, IfMatch=second)
    assert refusal(get, Id=id_) == f"NoSuch{kind}"


def test_fails_at_once_when_a_kind_of_policy_is_not_there(aws: Clients) -> None:
    request = {
        "Name": "x",
        "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    }
    with pytest.raises(ClientError, match="does not implement cloudfront:CreateOriginRequestPolicy"):
        aws("cloudfront").create_origin_request_policy(OriginRequestPolicyConfig=request)
