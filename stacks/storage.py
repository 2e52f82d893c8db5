"""Keys, access logs and file buckets, made alike in every environment that has them."""

from environments import naming
from environments.schema import WorkloadEnvironment
from environments.shared import KeyPurpose
from hybrid_constructs.data.access_logs import AccessLogBucket
from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.data.lifecycle import LifecycleRule, StorageClass, way_down
from hybrid_constructs.network.exchange import publish
from hybrid_constructs.security.key import DataKey, Key
from hybrid_constructs.security.key_policies import for_purpose
from hybrid_constructs.security.keys import KeyRing
from stacks.base import PlatformStack
from stacks.services import services_with

TIER_DAYS = {StorageClass.STANDARD_IA: 90, StorageClass.GLACIER: 365}
"""When files of services move, as far as the environment has the tier: the days of the log archive."""


def key_ring(
    stack: PlatformStack, *, without: tuple[KeyPurpose, ...] = (), deletion_window_days: int = 30
) -> KeyRing:
    """A key for each purpose of the fleet, in the stack's region."""
    environment = stack.environment
    prefix = stack.organisation.prefix
    purposes = [purpose for purpose in stack.fleet.shared.keys if purpose not in without]
    return KeyRing(
        stack,
        "Keys",
        aliases={purpose: naming.key_alias(prefix, purpose) for purpose in purposes},
        account_id=stack.account_id,
        region=environment.region,
        parameter=naming.keys_parameter(environment.name),
        deletion_window_days=deletion_window_days,
    )


def secret_copies_key(stack: PlatformStack) -> DataKey:
    """The secrets key of the second region.

    The hub makes it, because a secret names the key of its copy, and hub and environments are deployed before
    the second region's own stack.
    """
    dr = stack.fleet.dr
    key = DataKey(
        stack,
        "SecretCopiesKey",
        alias=naming.key_alias(stack.organisation.prefix, "secrets"),
        description="Encrypts copies of secrets",
        account_id=stack.account_id,
        statements=for_purpose("secrets", account_id=stack.account_id, region=dr.region),
        deletion_window_days=dr.key_deletion_window_days,
        provider=stack.extra_provider(dr.region, alias="dr"),
    )
    publish(
        stack,
        "SecretCopiesParameter",
        name=naming.secret_copies_parameter(),
        description=f"ARN of the key in {dr.region} that encrypts copies of secrets",
        value={"secrets": key.arn},
    )
    return key


def access_log_bucket(stack: PlatformStack) -> AccessLogBucket:
    """Where the environment's buckets and load balancers log who asked for what."""
    return AccessLogBucket(
        stack,
        "AccessLogs",
        name=naming.access_log_bucket(stack.organisation.prefix, stack.environment.name),
        account_id=stack.account_id,
        expiration_days=stack.fleet.shared.log_archive.access_log_days,
    )


def file_buckets(
    stack: PlatformStack,
    *,
    workload: WorkloadEnvironment,
    key: Key,
    access_logs: AccessLogBucket,
    arrives_in: StorageClass = StorageClass.STANDARD,
) -> dict[str, SecureBucket]:
    """A bucket for each service of `workload` that needs one, or for the copies of its files."""
    tiers = {StorageClass(tier) for tier in workload.storage_tiers}
    days = {tier: day for tier, day in TIER_DAYS.items() if tier in tiers}
    transitions = way_down(days, arrives_in)
    return {
        service: SecureBucket(
            stack,
            f"Files-{service}",
            name=naming.files_bucket(stack.organisation.prefix, stack.environment.name, service),
            key=key,
            access_logs=access_logs,
            lifecycle=[LifecycleRule("tiers", transitions=transitions)] if transitions else [],
            arrives_in=arrives_in,
        )
        for service in services_with("bucket", workload)
    }
