"""Which blocks belong to another one, and by what name AWS knows the rest."""

from dataclasses import dataclass

NAMES = (
    "name",
    "bucket",
    "identifier",
    "family",
    "replication_group_id",
    "user_group_id",
    "user_id",
    "domain_name",
    "alarm_name",
    "policy_name",
)
"""Attributes that hold the name of a resource; what has none of them bears a tag `Name`."""


@dataclass(frozen=True)
class Attached:
    """A kind that has no name of its own: it is known by its owner, and by `keys` among several."""

    owner: str
    """Attribute that names or refers to the owner."""

    owners: tuple[str, ...]
    keys: tuple[str, ...] = ()
    part: bool = True
    """Compared as a part of its owner, rather than by itself."""


_LOAD_BALANCER = ("aws_lb",)
_BUCKET = Attached("bucket", ("aws_s3_bucket",))
_RULE = Attached(
    "security_group_id",
    ("aws_security_group",),
    (
        "ip_protocol",
        "from_port",
        "to_port",
        "cidr_ipv4",
        "cidr_ipv6",
        "prefix_list_id",
        "referenced_security_group_id",
    ),
)

ATTACHED = {
    "aws_acm_certificate_validation": Attached("certificate_arn", ("aws_acm_certificate",)),
    "aws_cloudwatch_log_subscription_filter": Attached(
        "log_group_name", ("aws_cloudwatch_log_group",), ("name",), part=False
    ),
    "aws_ecr_lifecycle_policy": Attached("repository", ("aws_ecr_repository",)),
    "aws_ecr_repository_policy": Attached("repository", ("aws_ecr_repository",)),
    "aws_ecs_cluster_capacity_providers": Attached("cluster_name", ("aws_ecs_cluster",)),
    "aws_iam_role_policy": Attached("role", ("aws_iam_role",), ("name",)),
    "aws_kms_alias": Attached("target_key_id", ("aws_kms_key",), ("name",)),
    "aws_lb_listener": Attached("load_balancer_arn", _LOAD_BALANCER, ("port",)),
    "aws_lb_listener_rule": Attached("listener_arn", ("aws_lb_listener",), ("priority",)),
    "aws_route": Attached(
        "route_table_id", ("aws_route_table",), ("destination_cidr_block", "destination_ipv6_cidr_block")
    ),
    "aws_route_table_association": Attached("subnet_id", ("aws_subnet",)),
    "aws_s3_bucket_lifecycle_configuration": _BUCKET,
    "aws_s3_bucket_logging": _BUCKET,
    "aws_s3_bucket_ownership_controls": _BUCKET,
    "aws_s3_bucket_policy": _BUCKET,
    "aws_s3_bucket_public_access_block": _BUCKET,
    "aws_s3_bucket_replication_configuration": Attached("bucket", ("aws_s3_bucket",), part=False),
    "aws_s3_bucket_server_side_encryption_configuration": _BUCKET,
    "aws_s3_bucket_versioning": _BUCKET,
    "aws_vpc_security_group_egress_rule": _RULE,
    "aws_vpc_security_group_ingress_rule": _RULE,
    "aws_wafv2_web_acl_association": Attached("resource_arn", _LOAD_BALANCER),
    "aws_wafv2_web_acl_logging_configuration": Attached("resource_arn", ("aws_wafv2_web_acl",)),
}
"""Known by what they are attached to."""

BELONGING = {"aws_vpc_endpoint": "vpc_id", "aws_internet_gateway": "vpc_id"}
"""Named, but found from what they serve only: nothing refers to them."""
