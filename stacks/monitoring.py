"""How a stack is watched: topics, alarms, dashboards."""

from collections.abc import Iterable, Sequence

from environments import naming
from environments.exposure import SlackConfig
from environments.schema import EnvironmentBase
from hybrid_constructs.observability.dashboard import Dashboard
from hybrid_constructs.observability.monitoring import Monitoring
from hybrid_constructs.observability.notifications import Notifications
from hybrid_constructs.observability.slack import SlackChannel
from hybrid_constructs.observability.watch import Severity
from hybrid_constructs.observability.watched import Watchable, watched
from hybrid_constructs.security.key import Key
from stacks.application import Application
from stacks.base import PlatformStack


def environment_topics(stack: PlatformStack, *, key: Key) -> Notifications:
    """A topic for each severity, in the stack's own region."""
    environment = stack.environment
    return Notifications(
        stack,
        "Notifications",
        topic_names={
            severity: naming.alarm_topic(stack.organisation.prefix, environment.name, severity)
            for severity in Severity
        },
        key=key,
        config=environment.notifications,
        region=environment.region,
        account_id=stack.account_id,
    )


def environment_monitoring(
    stack: PlatformStack, *, watch: Iterable[Watchable], topics: Notifications
) -> Monitoring:
    """Every alarm of the stack."""
    return Monitoring(
        stack,
        "Monitoring",
        name_prefix=stack.name(),
        watch=watch,
        topic_arns=topics.topic_arns,
        region=stack.environment.region,
        account_id=stack.account_id,
        runbook_url=runbooks(stack),
    )


def service_dashboards(stack: PlatformStack, application: Application, *, monitoring: Monitoring) -> None:
    """A dashboard for each service: the service itself, and what it shares with the others."""
    for name, things in application.watch_by_service.items():
        Dashboard(
            stack,
            f"Dashboard-{name}",
            name=naming.task_family(name, stack.environment.name),
            rows=watched(things).rows,
            region=stack.environment.region,
            alarms=monitoring.alarms_of(things),
            runbook_url=runbooks(stack),
        )


def known_topics(stack: PlatformStack, environment: EnvironmentBase) -> dict[Severity, str]:
    """ARNs of the topics of an environment that another stack made."""
    prefix = stack.organisation.prefix
    return {
        severity: f"arn:aws:sns:{environment.region}:{environment.account_id}:"
        f"{naming.alarm_topic(prefix, environment.name, severity)}"
        for severity in Severity
    }


def slack_channels(stack: PlatformStack, *, global_topics: Sequence[str]) -> None:
    """One configuration for each channel, which is all that AWS allows; after every topic exists."""
    fleet = stack.fleet
    channels: dict[SlackConfig, list[str]] = {}
    for environment in fleet.environments.values():
        if slack := environment.notifications.slack:
            channels.setdefault(slack, []).extend(known_topics(stack, environment).values())
    if slack := fleet.dr.notifications.slack:
        channels[slack] += global_topics
    for slack, topics in channels.items():
        SlackChannel(
            stack,
            f"Slack-{slack.channel_id}",
            name=f"{stack.organisation.prefix}-alarms-{slack.channel_id.lower()}",
            config=slack,
            topic_arns=topics,
            within=stack.roles,
        )


def runbooks(stack: PlatformStack) -> str:
    """Where the runbooks can be read."""
    return f"https://github.com/{stack.organisation.repository}/blob/main/docs"
