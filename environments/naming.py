"""Names that several stacks, the CLI and the runbooks must agree on. Pure functions, one per name.

A name that only one construct uses stays in that construct.
"""

from typing import Literal

from environments.schema import EnvironmentBase, Fleet, WorkloadEnvironment

Side = Literal["primary", "dr"]
"""One of the two regions that answer to the failover name."""


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


def origin_host(fleet: Fleet, side: Side) -> str:
    """DNS name of one region's load balancer, whatever failover decided; its certificate covers the name."""
    return origin_name(side, fleet.dr.edge.host)


def origin_name(side: Side, host: str) -> str:
    """The same, where only the failover name is known: while the configuration is still read."""
    return f"origin-{side}.{host}"


def failover_switch(fleet: Fleet) -> str:
    """CloudWatch alarm in the second region; in ALARM, traffic has been switched over."""
    return f"{fleet.shared.organisation.prefix}-{fleet.dr.name}-failover-switch"


def failover_metric(fleet: Fleet) -> tuple[str, str, dict[str, str]]:
    """Namespace, name and dimensions of the metric in the second region that moves the switch.

    The CLI publishes 1 to switch over and 0 to switch back; silence changes nothing.
    """
    return (
        f"{fleet.shared.organisation.prefix}/Recovery",
        "SwitchedOver",
        {"Host": fleet.dr.edge.host},
    )


def cluster(environment: EnvironmentBase) -> str:
    """ECS cluster of an environment."""
    return f"{environment.tags.service}-{environment.name}-cluster"


def load_balancer(environment: EnvironmentBase) -> str:
    """Application Load Balancer of an environment."""
    return f"{environment.tags.service}-{environment.name}-alb"


def load_balancer_parameter(environment: str) -> str:
    """SSM parameter in which an environment publishes its load balancer as JSON."""
    return f"/shared/load-balancer/{environment}"


def ecs_service(service: str, environment: str) -> str:
    """ECS service."""
    return f"{service}-{environment}-service"


def task_family(service: str, environment: str) -> str:
    """Family of a service's task definitions; its CodeDeploy application and deployment group bear it too."""
    return f"{service}-{environment}"


def target_groups(service: str, environment: str) -> tuple[str, str]:
    """Blue and green target group of a service; a rolling one has the first only."""
    return f"{service}-{environment}-blue", f"{service}-{environment}-green"


def service_log_group(service: str, environment: str) -> str:
    """CloudWatch log group of a service's containers."""
    return f"/ecs/{service}-{environment}/application"


def image_registry(account_id: str, region: str) -> str:
    """ECR registry of an account in a region."""
    return f"{account_id}.dkr.ecr.{region}.amazonaws.com"


def cache_parameters(environment: str) -> str:
    """Prefix of the SSM parameters that say where an environment's cache is: `/endpoint` and more."""
    return f"/{environment}/cache"


def alarm_topic(prefix: str, environment: str, severity: str) -> str:
    """SNS topic for the alarms of one severity."""
    return f"{prefix}-{environment}-alarms-{severity}"


def log_stream(prefix: str, environment: str, archive: str) -> str:
    """Firehose stream that brings an environment's application logs to the archive of `archive`."""
    return f"{prefix}-{environment}-logs-to-{archive}"


def application_logs(environment: str) -> str:
    """Prefix of an environment's application logs in an archive."""
    return f"application/{environment}/"


def audit_trail(prefix: str) -> str:
    """CloudTrail trail of the account."""
    return f"{prefix}-audit"


def audit_log_group(prefix: str) -> str:
    """CloudWatch log group of the audit trail."""
    return f"/audit/{audit_trail(prefix)}"


def audit_topic(prefix: str) -> str:
    """SNS topic that says when the audit trail delivered a file."""
    return f"{prefix}-audit-deliveries"


def metrics_workspace(prefix: str) -> str:
    """Prometheus workspace of the fleet."""
    return f"{prefix}-metrics"


def metrics_parameter() -> str:
    """SSM parameter in which the hub publishes its Prometheus workspace as JSON."""
    return "/shared/metrics"


def dashboards_workspace(prefix: str) -> str:
    """Grafana workspace of the fleet."""
    return f"{prefix}-dashboards"


def budget(prefix: str, environment: str) -> str:
    """Cost budget of an environment."""
    return f"{prefix}-{environment}-monthly"


def operations_dashboard(fleet: Fleet) -> str:
    """CloudWatch dashboard of both regions."""
    return f"{fleet.primary.tags.service}-operations-dashboard"


def incident_webhook(prefix: str) -> str:
    """Secret with the URL of the channel that hears of incidents, the same in both regions."""
    return f"{prefix}/incident-webhook"


def operator_role(prefix: str, environment: str, group: str) -> str:
    """IAM role of the people who run one group of commands in one environment."""
    return f"{prefix}-{environment}-operate-{group}"
