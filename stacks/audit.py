"""Who did what, what changed, what it cost: the archive of logs, audit, telemetry, budgets."""

from collections.abc import Mapping

from cdktf import TerraformProvider

from environments import naming
from environments.schema import EnvironmentBase, SharedEnvironment, WorkloadEnvironment
from hybrid_constructs.data.access_logs import AccessLogBucket
from hybrid_constructs.data.bucket import SecureBucket
from hybrid_constructs.data.lifecycle import StorageClass
from hybrid_constructs.data.log_archive import LogArchive, delivery
from hybrid_constructs.network.exchange import publish
from hybrid_constructs.observability.budget import EnvironmentBudget
from hybrid_constructs.observability.cost_anomalies import CostAnomalies
from hybrid_constructs.observability.grafana import DashboardsWorkspace
from hybrid_constructs.observability.insights import ApplicationInsights
from hybrid_constructs.observability.log_stream import LogStream, LogTarget
from hybrid_constructs.observability.notifications import Notifications
from hybrid_constructs.observability.prometheus import MetricsWorkspace
from hybrid_constructs.observability.tracing import TraceEncryption, Tracing
from hybrid_constructs.observability.watch import Severity
from hybrid_constructs.security.config_recorder import ConfigRecorder, config_delivery
from hybrid_constructs.security.config_rules import HOME, REGIONAL, required_tags
from hybrid_constructs.security.key import Key
from hybrid_constructs.security.keys import KeyRing
from hybrid_constructs.security.trail import PREFIX as TRAIL_PREFIX
from hybrid_constructs.security.trail import Trail
from stacks.base import PlatformStack

APPLICATION_LOGS = "application/"
CONFIG_HISTORY = "config/"
"""Prefixes of an archive that each region writes by itself."""

COST_TAG = "Environment"
"""Tag by which cost is told apart; activated once by hand (docs/runbooks/budget.md)."""


def log_archive(stack: PlatformStack, *, key: Key, access_logs: AccessLogBucket) -> LogArchive:
    """Where logs of every kind are kept for years."""
    shared = stack.fleet.shared
    name = naming.log_archive_bucket(stack.organisation.prefix, shared.name)
    arn = f"arn:aws:s3:::{name}"
    return LogArchive(
        stack,
        "LogArchive",
        name=name,
        key=key,
        config=shared.log_archive,
        access_logs=access_logs,
        statements=[
            *delivery(arn, service="cloudtrail", prefix=TRAIL_PREFIX, account_id=stack.account_id),
            *config_delivery(arn, account_id=stack.account_id),
        ],
    )


def standby_archive(stack: PlatformStack, *, key: Key, access_logs: AccessLogBucket) -> LogArchive:
    """Its counterpart in the second region: copies, and what is written there directly."""
    replication = stack.fleet.dr.replication
    return LogArchive(
        stack,
        "LogCopies",
        name=replication.bucket,
        key=key,
        config=stack.fleet.shared.log_archive,
        access_logs=access_logs,
        arrives_in=StorageClass(replication.storage_class),
        direct=(APPLICATION_LOGS, CONFIG_HISTORY),
        statements=config_delivery(f"arn:aws:s3:::{replication.bucket}", account_id=stack.account_id),
    )


def audit(stack: PlatformStack, *, archive: LogArchive, keys: KeyRing) -> Trail:
    """Every call of every region, and every change of a resource in this one."""
    fleet, prefix = stack.fleet, stack.organisation.prefix
    recorder(stack, archive=archive, key=keys["logs"], home=True)
    return Trail(
        stack,
        "Trail",
        name=naming.audit_trail(prefix),
        archive=archive,
        key=keys["audit"],
        log_group_name=naming.audit_log_group(prefix),
        logs_key=keys["logs"],
        topic_name=naming.audit_topic(prefix),
        topic_key=keys["messaging"],
        state_buckets=[f"arn:aws:s3:::{naming.state_bucket(prefix, name)}" for name in fleet.environments],
        config=fleet.shared.trail,
        roles=stack.roles,
        region=fleet.shared.region,
    )


def recorder(stack: PlatformStack, *, archive: SecureBucket, key: Key, home: bool) -> ConfigRecorder:
    """AWS Config of a region; `home` records what belongs to no region, and makes the service's role."""
    return ConfigRecorder(
        stack,
        "Config",
        archive=archive,
        key=key,
        account_id=stack.account_id,
        global_types=home,
        rules=[*REGIONAL, *(HOME if home else ()), required_tags(*_told_apart(stack))],
    )


def _told_apart(stack: PlatformStack) -> list[str]:
    """Tags that every resource must carry; who manages it is no matter of cost or owner."""
    return [tag for tag in stack.environment.required_tags if tag != "ManagedBy"]


def telemetry(stack: PlatformStack, *, key: Key) -> None:
    """Prometheus and Grafana of the fleet, and the encryption of traces."""
    shared, prefix = stack.fleet.shared, stack.organisation.prefix
    metrics = MetricsWorkspace(
        stack,
        "Metrics",
        name=naming.metrics_workspace(prefix),
        key=key,
        logs_key=key,
        config=shared.telemetry,
    )
    publish(
        stack,
        "MetricsParameter",
        name=naming.metrics_parameter(),
        description="The Prometheus workspace",
        value={"id": metrics.id, "arn": metrics.arn, "endpoint": metrics.endpoint},
    )
    DashboardsWorkspace(
        stack,
        "Dashboards",
        name=naming.dashboards_workspace(prefix),
        metrics=metrics,
        config=shared.telemetry,
        roles=stack.roles,
    )
    TraceEncryption(stack, "Traces", key=key)


def cost_alerts(stack: PlatformStack, *, topics: Notifications) -> None:
    """The hub's own budget, and spending in any environment that nobody expected."""
    fleet = stack.fleet
    environment_budget(stack, fleet.shared, topics=topics)
    CostAnomalies(
        stack,
        "CostAnomalies",
        name=stack.organisation.prefix,
        tag_key=COST_TAG,
        tag_values=[*fleet.environments],
        topic_arn=topics.topic_arns[Severity.WARNING],
        config=fleet.shared.cost_alerts,
    )


def environment_budget(
    stack: PlatformStack, environment: SharedEnvironment | WorkloadEnvironment, *, topics: Notifications
) -> None:
    """A monthly budget that warns early."""
    EnvironmentBudget(
        stack,
        "Budget",
        name=naming.budget(stack.organisation.prefix, environment.name),
        limit_usd=environment.budget_usd,
        tag_key=COST_TAG,
        tag_value=environment.name,
        topic_arn=topics.topic_arns[Severity.WARNING],
    )


def insight(stack: PlatformStack, workload: WorkloadEnvironment) -> None:
    """Traces by service, and Application Insights where the environment asks for it."""
    Tracing(
        stack,
        "Tracing",
        name=stack.name(),
        services={
            naming.task_family(name, workload.name): service.health_check_path
            for name, service in workload.services.items()
            if service.tracing != "off"
        },
        traces_per_month=workload.usage.traces,
        config=workload.tracing,
    )
    if workload.application_insights:
        ApplicationInsights(
            stack, "ApplicationInsights", name=stack.name(), tag_key=COST_TAG, tag_value=workload.name
        )


def log_streams(
    stack: PlatformStack,
    environment: EnvironmentBase,
    *,
    log_groups: Mapping[str, str],
    target: LogTarget,
    archive: str,
    key: Key,
    provider: TerraformProvider | None = None,
) -> list[LogStream]:
    """Application logs of `environment` on their way to the archive of the environment `archive`.

    None where the loss of logs is accepted. `key` is of the environment's region, where the stream works.
    """
    dr = stack.fleet.dr
    minutes = dr.objectives.logs.rpo_minutes
    if minutes is None:
        return []
    stream = LogStream(
        stack,
        f"Logs-to-{archive}",
        name=naming.log_stream(stack.organisation.prefix, environment.name, archive),
        log_groups=log_groups,
        target=target,
        prefix=naming.application_logs(environment.name),
        key=key,
        config=dr.log_streaming,
        rpo_seconds=minutes * 60,
        roles=stack.roles,
        region=environment.region,
        provider=provider,
    )
    return [stream]
