"""Names that several stacks, the CLI and the runbooks must agree on. Pure functions, one per name.

A name that only one construct uses stays in that construct.
"""

from environments.schema import Fleet


def state_bucket(prefix: str, environment: str) -> str:
    """S3 bucket that holds the Terraform state of one environment."""
    return f"{prefix}-{environment}-tfstate"


def state_replica_bucket(prefix: str, region: str) -> str:
    """S3 bucket that holds the copies of another region's state buckets."""
    return f"{prefix}-tfstate-replica-{region}"


def state_key(stack: str) -> str:
    """Object key of a stack's state; unique in the fleet, so that replicas never collide."""
    return f"{stack}/terraform.tfstate"


def state_key_alias(prefix: str) -> str:
    """Alias of the KMS key that encrypts Terraform state, the same in each region."""
    return f"alias/{prefix}-tfstate"


def stacks(fleet: Fleet) -> tuple[str, ...]:
    """Every stack, in the order of a first deployment."""
    return ("bootstrap", *fleet.environments, "replication", "edge")


def state_environment(fleet: Fleet, stack: str) -> str:
    """Environment whose state bucket holds `stack`.

    `bootstrap`, `replication` and `edge` concern both regions; their state lies in the disaster-recovery
    region, which must stay workable when the primary region is not.
    """
    return stack if stack in fleet.environments else fleet.dr.name


def role_path(prefix: str, environment: str) -> str:
    """IAM path of an environment's roles; its deploy role may manage roles below this path only."""
    return f"/{prefix}/{environment}/"


def role_boundary(prefix: str, environment: str) -> str:
    """IAM policy that limits every role of an environment which its deploy role makes."""
    return f"{prefix}-{environment}-boundary"


def deploy_role(prefix: str, environment: str) -> str:
    """IAM role that CI assumes to apply one environment."""
    return f"{prefix}-{environment}-deploy"


def plan_role(prefix: str, environment: str) -> str:
    """IAM role that CI assumes to plan one environment; it can only read."""
    return f"{prefix}-{environment}-plan"


def network_parameter(environment: str) -> str:
    """SSM parameter in which an environment publishes its VPC, subnets and route tables as JSON."""
    return f"/shared/network/{environment}"


def transit_gateway_parameter() -> str:
    """SSM parameter in which the hub publishes its Transit Gateway and route tables as JSON."""
    return "/shared/network/transit-gateway"


def flow_log_group(environment: str) -> str:
    """CloudWatch log group of an environment's VPC flow logs."""
    return f"/vpc/{environment}/flow-logs"
