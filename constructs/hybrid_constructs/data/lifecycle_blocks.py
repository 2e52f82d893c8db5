"""Lifecycle rules as the provider takes them."""

from typing import Any

from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleFilterAnd,
    S3BucketLifecycleConfigurationRuleFilterTag,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)

from hybrid_constructs.data.lifecycle import LifecycleRule


def rendered(rule: LifecycleRule) -> S3BucketLifecycleConfigurationRule:
    """The rule as the provider takes it."""
    actions: dict[str, Any] = {}
    if rule.transitions:
        actions["transition"] = [
            S3BucketLifecycleConfigurationRuleTransition(
                days=step.days, storage_class=step.storage_class.value
            )
            for step in rule.transitions
        ]
    if rule.expiration_days is not None:
        actions["expiration"] = [S3BucketLifecycleConfigurationRuleExpiration(days=rule.expiration_days)]
    if rule.noncurrent_expiration_days is not None:
        actions["noncurrent_version_expiration"] = [
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                noncurrent_days=rule.noncurrent_expiration_days,
                newer_noncurrent_versions=rule.noncurrent_versions_kept,
            )
        ]
    if rule.abort_multipart_days is not None:
        actions["abort_incomplete_multipart_upload"] = [
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                days_after_initiation=rule.abort_multipart_days
            )
        ]
    return S3BucketLifecycleConfigurationRule(
        id=rule.id, status="Enabled", filter=[_filter(rule.prefix, dict(rule.tags))], **actions
    )


def _filter(prefix: str, tags: dict[str, str]) -> S3BucketLifecycleConfigurationRuleFilter:
    """S3 takes one condition as it is, and several only inside `and`."""
    if not tags:
        return S3BucketLifecycleConfigurationRuleFilter(prefix=prefix)
    if len(tags) == 1 and not prefix:
        [(key, value)] = tags.items()
        tag = S3BucketLifecycleConfigurationRuleFilterTag(key=key, value=value)
        return S3BucketLifecycleConfigurationRuleFilter(tag=[tag])
    both = S3BucketLifecycleConfigurationRuleFilterAnd(prefix=prefix or None, tags=tags)
    return S3BucketLifecycleConfigurationRuleFilter(and_=[both])
