"""AccessLogBucket: takes what S3 and load balancers deliver, for this account only, and forgets it."""

import pytest
from cdktf import TerraformStack

from environments import naming, schema
from hybrid_constructs.aws import aws_provider
from hybrid_constructs.data.access_logs import AccessLogBucket
from tests.synth import builders
from tests.synth.builders import ACCOUNT, Synth
from tests.synth.synthesized import Synthesized, statements

ARN = "arn:aws:s3:::acme-access-logs"


def build(scope: TerraformStack, **options: object) -> AccessLogBucket:
    arguments = {"name": "acme-access-logs", "account_id": ACCOUNT, **options}
    return AccessLogBucket(scope, "AccessLogs", **arguments)  # type: ignore[arg-type]


@pytest.fixture
def defaults(synth: Synth) -> Synthesized:
    return synth(build)


def test_encrypted_with_the_only_key_that_log_deliveries_accept(defaults: Synthesized) -> None:
    [rule] = defaults.only("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule == {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}


def test_each_service_writes_below_its_prefix_for_this_account(defaults: Synthesized) -> None:
    tls, _, buckets, balancers = statements(defaults.only("aws_s3_bucket_policy")["policy"])
    assert (tls["Sid"], tls["Effect"]) == ("TlsOnly", "Deny")
    assert buckets == {
        "Sid": "BucketLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{ARN}/s3/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    assert balancers == {
        "Sid": "LoadBalancerLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{ARN}/alb/*/AWSLogs/{ACCOUNT}/*",
    }


@pytest.mark.parametrize(("options", "days"), [({}, 365), ({"expiration_days": 30}, 30)])
def test_logs_are_tiered_at_once_and_expire(synth: Synth, options: dict[str, int], days: int) -> None:
    stack = synth(lambda scope: build(scope, **options))
    versions, logs = stack.only("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert versions["noncurrent_version_expiration"] == [{"noncurrent_days": 7}]
    assert logs["filter"] == [{"prefix": ""}]
    assert logs["transition"] == [{"days": 0, "storage_class": "INTELLIGENT_TIERING"}]
    assert logs["expiration"] == [{"days": days}]


def test_prefixes_are_those_that_the_policy_opens(synth: Synth) -> None:
    made: list[AccessLogBucket] = []
    synth(lambda scope: made.append(build(scope)))
    assert made[0].bucket_prefix("acme-files") == "s3/acme-files/"
    assert made[0].load_balancer_prefix("orders-alb") == "alb/orders-alb"


def test_in_another_region(synth: Synth) -> None:
    def far(scope: TerraformStack) -> None:
        build(
            scope, provider=aws_provider(scope, region="eu-west-1", account_id=ACCOUNT, tags={}, alias="far")
        )

    stack = synth(far)
    assert {stack.only(kind)["provider"] for kind in stack.kinds()} == {"aws.far"}


def test_a_bucket_logs_its_requests_once_the_policy_lets_it(synth: Synth) -> None:
    stack = synth(lambda scope: builders.bucket(scope, "acme-files", access_logs=build(scope)))
    logging = stack.only("aws_s3_bucket_logging")
    assert stack.follow(logging["bucket"]) == "Bucket-acme-files/Bucket"
    assert stack.follow(logging["target_bucket"]) == "AccessLogs/Bucket"
    assert logging["target_prefix"] == "s3/acme-files/"
    assert stack.depends_on(logging) == {"AccessLogs/Policy"}


def test_every_bucket_of_an_environment_logs_its_requests_there(
    stacks: dict[str, Synthesized], fleet: schema.Fleet
) -> None:
    for name in fleet.environments:
        stack = stacks[name]
        logged = {stack.follow(body["bucket"]) for body in stack.all("aws_s3_bucket_logging").values()}
        targets = {
            stack.all("aws_s3_bucket")[stack.follow(body["target_bucket"])]["bucket"]
            for body in stack.all("aws_s3_bucket_logging").values()
        }
        assert targets == {naming.access_log_bucket(fleet.shared.organisation.prefix, name)}
        assert set(stack.all("aws_s3_bucket")) - logged == {"AccessLogs/Bucket"}
