"""Our extension of moto: one module per AWS service, each closing gaps that the platform's resources meet.

Every fix is written the way moto writes its own code, so that it can be offered upstream and dropped here.
"""

from importlib import import_module
from importlib.metadata import version

from operations.errors import HybridError

MOTO_VERSION = "5.2.5"
"""The version whose internals the extension changes. Another one may have closed a gap, or moved it."""

MODULES = (
    "applicationautoscaling",
    "core",
    "ec2_flow_logs",
    "ec2_peering",
    "ec2_security_groups",
    "ec2_transit_gateway",
    "ec2_vpc",
    "ecr",
    "elasticache",
    "elasticache_parameters",
    "elasticache_users",
    "iam",
    "kms",
    "rds",
    "rds_parameters",
    "route53",
    "s3",
    "s3_bucket_policy",
    "s3_configurations",
    "s3_delete_markers",
    "s3_logging",
    "secretsmanager",
    "sqs",
    # Last, around what the others make of the same methods.
    "ec2_deleted",
)
"""Each has `install()`. They are imported late: moto is loaded by the server process only."""


def install() -> None:
    """Register every fix with moto."""
    if (found := version("moto")) != MOTO_VERSION:
        raise HybridError(
            f"the moto extension is written for moto {MOTO_VERSION}, but {found} is installed; "
            f"run `pip install -e .`, or review operations/local/moto_extension for {found}"
        )
    for module in MODULES:
        import_module(f"{__name__}.{module}").install()
