"""Names that several stacks, the CLI and the runbooks must agree on. Pure functions, one per name.

A name that only one construct uses stays in that construct.
"""

from environments.schema import Fleet, WorkloadEnvironment


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


def waves(fleet: Fleet) -> tuple[tuple[str, ...], ...]:
    """Every stack, in the order of a first deployment; stacks of one wave do not need each other."""
    return (
        ("bootstrap",),
        (fleet.shared.name,),
        (*fleet.workloads, fleet.dr.name),
        ("replication",),
        ("edge",),
    )


def stacks(fleet: Fleet) -> tuple[str, ...]:
    """Every stack, in the order of a first deployment."""
    return tuple(stack for wave in waves(fleet) for stack in wave)


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


def key_alias(prefix: str, purpose: str) -> str:
    """Alias of the KMS key for a purpose, the same in each region."""
    return f"alias/{prefix}-{purpose}"


def keys_parameter(environment: str) -> str:
    """SSM parameter in which an environment with keys publishes their ARNs by purpose as JSON."""
    return f"/shared/keys/{environment}"


def secret_copies_parameter() -> str:
    """SSM parameter with the ARN of the key that encrypts copies of secrets in the second region."""
    return "/shared/keys/secret-copies"


def access_log_bucket(prefix: str, environment: str) -> str:
    """S3 bucket for the access logs of an environment's buckets and load balancers."""
    return f"{prefix}-{environment}-access-logs"


def log_archive_bucket(prefix: str, environment: str) -> str:
    """S3 bucket in which logs are kept for years."""
    return f"{prefix}-{environment}-logs"


def files_bucket(prefix: str, environment: str, service: str) -> str:
    """S3 bucket for the files of a service; in the second region, for their copies."""
    return f"{prefix}-{environment}-{service}-files"


def flow_log_group(environment: str) -> str:
    """CloudWatch log group of an environment's VPC flow logs."""
    return f"/vpc/{environment}/flow-logs"


def database_parameters(environment: str) -> str:
    """Prefix of the SSM parameters that say where a region's database is: `/endpoint`, `/port` and more."""
    return f"/shared/rds/{environment}"


def database_secret(environment: str) -> str:
    """Secrets Manager secret with the master user of the shared database."""
    return f"shared/rds/{environment}/master"


def cache(prefix: str, environment: str) -> str:
    """ElastiCache replication group of an environment; its subnet, parameter and user group bear it too."""
    return f"{prefix}-{environment}-redis"


def cache_user(service: str, environment: str) -> str:
    """ElastiCache user that a service logs in as, by IAM."""
    return f"{service}-{environment}"


def cache_parameter(environment: str) -> str:
    """SSM parameter in which an environment publishes the end points of its cache as JSON."""
    return f"/{environment}/cache"


def image_repositories(*workloads: WorkloadEnvironment) -> tuple[str, ...]:
    """ECR repositories of workloads' services; workloads share them, so that prod runs staging's image."""
    services = [service for workload in workloads for service in workload.services.values()]
    return tuple(sorted({service.repository for service in services}))


def queue(service: str, environment: str) -> str:
    """SQS queue of a service."""
    return f"{service}-{environment}"


def service_secret_database(service: str, environment: str) -> str:
    """Secret of a service's database user; `hybrid db` makes it, no stack does."""
    return f"{service_secret(service, environment)}/database"


def service_secret(service: str, environment: str) -> str:
    """Secrets Manager secret of a service, with the same name in each region."""
    return f"{service}/{environment}"
