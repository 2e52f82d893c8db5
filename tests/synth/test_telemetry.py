"""Prometheus, Grafana, X-Ray and Application Insights: what is recorded, how much, and who may look."""

import json
from typing import Any

import pytest
from cdktf import TerraformStack

from environments.observability import TelemetryConfig, TracingConfig
from hybrid_constructs.observability.grafana import DashboardsWorkspace, read_statements
from hybrid_constructs.observability.insights import ApplicationInsights
from hybrid_constructs.observability.prometheus import MetricsWorkspace, write_statements
from hybrid_constructs.observability.tracing import TraceEncryption, Tracing, traces_per_second
from tests.synth import builders
from tests.synth.builders import ROLES, Synth
from tests.synth.synthesized import Body, Synthesized, statements

SERVICES = {"orders-test": "/health", "files-test": "/actuator/health"}


def metrics(scope: TerraformStack, **config: Any) -> MetricsWorkspace:
    return MetricsWorkspace(
        scope,
        "Metrics",
        name="acme-metrics",
        key=builders.key(scope, "MetricsKey"),
        logs_key=builders.key(scope, "LogsKey"),
        config=TelemetryConfig(**config),
    )


def tracing(scope: TerraformStack, **options: Any) -> None:
    Tracing(
        scope,
        "Tracing",
        **{
            "name": "acme-test",
            "services": SERVICES,
            "traces_per_month": 2_000_000,
            "config": TracingConfig(),
            **options,
        },
    )


def rules(stack: Synthesized) -> dict[str, Body]:
    return {body["rule_name"]: body for body in stack.all("aws_xray_sampling_rule").values()}


def test_prometheus_is_encrypted_and_says_what_failed(synth: Synth) -> None:
    stack = synth(metrics)
    workspace, group = stack.only("aws_prometheus_workspace"), stack.only("aws_cloudwatch_log_group")
    assert workspace["alias"] == "acme-metrics"
    assert stack.follow(workspace["kms_key_arn"]) == "MetricsKey/Key"
    log = workspace["logging_configuration"]["log_group_arn"]
    assert stack.follow(log.removesuffix(":*")) == "Metrics/LogGroup"
    assert group["name"] == "/aws/vendedlogs/prometheus/acme-metrics"
    assert group["retention_in_days"] == 30
    assert stack.follow(group["kms_key_id"]) == "LogsKey/Key"


def test_prometheus_keeps_its_log_as_long_as_configured(synth: Synth) -> None:
    stack = synth(lambda scope: metrics(scope, log_retention_days=365))
    assert stack.only("aws_cloudwatch_log_group")["retention_in_days"] == 365


def test_who_writes_metrics_may_not_read_them(synth: Synth) -> None:
    found: list[Body] = []
    synth(lambda scope: found.extend(metrics(scope).grant_write()))
    [grant] = found
    assert grant["Action"] == "aps:RemoteWrite"
    assert grant["Resource"] != "*"
    assert write_statements("arn:1") == [
        {"Effect": "Allow", "Action": "aps:RemoteWrite", "Resource": "arn:1"}
    ]


def dashboards(scope: TerraformStack, **config: Any) -> None:
    DashboardsWorkspace(
        scope,
        "Dashboards",
        name="acme-dashboards",
        metrics=metrics(scope),
        config=TelemetryConfig(**config),
        roles=ROLES,
    )


def test_grafana_reads_with_a_role_of_ours(synth: Synth) -> None:
    stack = synth(dashboards)
    workspace = stack.only("aws_grafana_workspace")
    assert (workspace["account_access_type"], workspace["permission_type"]) == (
        "CURRENT_ACCOUNT",
        "CUSTOMER_MANAGED",
    )
    assert workspace["authentication_providers"] == ["AWS_SSO"]
    assert set(workspace["data_sources"]) == {"CLOUDWATCH", "PROMETHEUS", "XRAY"}
    assert stack.follow(workspace["role_arn"]) == "Dashboards/Reader/Role"
    role = stack.only("aws_iam_role")
    assert (role["path"], role["permissions_boundary"]) == (ROLES.path, ROLES.boundary_arn)
    query, *_ = statements(stack.only("aws_iam_role_policy")["policy"])
    assert stack.follow(query["Resource"]) == "Metrics/Workspace"


def test_people_may_log_in_by_saml(synth: Synth) -> None:
    stack = synth(lambda scope: dashboards(scope, grafana_login="SAML"))
    assert stack.only("aws_grafana_workspace")["authentication_providers"] == ["SAML"]


def test_grafana_can_only_read() -> None:
    [statement, about_alarms] = read_statements("arn:alarms")
    assert about_alarms["Resource"] == "arn:alarms"
    for action in statement["Action"]:
        assert action.partition(":")[2].startswith(("Get", "List", "Describe", "BatchGet")), action


def test_traces_are_encrypted(synth: Synth) -> None:
    stack = synth(lambda scope: TraceEncryption(scope, "Traces", key=builders.key(scope)))
    encryption = stack.only("aws_xray_encryption_config")
    assert encryption["type"] == "KMS"
    assert stack.follow(encryption["key_id"]) == "Key/Key"


def test_requests_are_sampled_and_health_checks_never(synth: Synth) -> None:
    found = rules(synth(tracing))
    assert set(found) == {"orders-test", "orders-test-ping", "files-test", "files-test-ping"}
    for service, path in SERVICES.items():
        ping, requests = found[f"{service}-ping"], found[service]
        assert (ping["url_path"], ping["fixed_rate"], ping["reservoir_size"]) == (path, 0, 0)
        assert (requests["url_path"], requests["fixed_rate"], requests["reservoir_size"]) == ("*", 0.05, 0)
        assert ping["priority"] < requests["priority"]
        assert ping["service_name"] == requests["service_name"] == service


def test_everything_configured_in_tracing(synth: Synth) -> None:
    config = TracingConfig(sampling_rate=1, insights=True)
    stack = synth(lambda scope: tracing(scope, config=config, traces_per_month=20_000_000))
    found = rules(stack)["orders-test"]
    assert (found["fixed_rate"], found["reservoir_size"]) == (1, 3)
    assert stack.only("aws_xray_group")["insights_configuration"]["insights_enabled"] is True


def test_a_group_shows_the_services_of_the_environment(synth: Synth) -> None:
    group = synth(tracing).only("aws_xray_group")
    assert group["group_name"] == "acme-test"
    assert group["filter_expression"] == 'service("orders-test") OR service("files-test")'
    assert group["insights_configuration"]["insights_enabled"] is False


def test_where_nobody_sends_traces_nothing_is_sampled_or_shown(synth: Synth) -> None:
    stack = synth(lambda scope: tracing(scope, services={}))
    assert not stack.all("aws_xray_sampling_rule")
    assert not stack.all("aws_xray_group")


@pytest.mark.parametrize(
    ("traces", "services", "each_second"),
    [(0, 1, 0), (2_000_000, 1, 0), (2_627_999, 1, 0), (2_628_000, 1, 1), (5_256_000, 2, 1)],
)
def test_the_reservoirs_alone_never_exceed_what_was_planned(
    traces: int, services: int, each_second: int
) -> None:
    assert traces_per_second(traces, services) == each_second


@pytest.mark.parametrize("options", [{"name": "x" * 33}, {"services": {"x" * 28: "/health"}}])
def test_fails_when_a_name_is_too_long_for_xray(synth: Synth, options: dict[str, Any]) -> None:
    with pytest.raises(
        ValueError, match=r"X-Ray name x+(-ping)? has 33 characters; X-Ray allows 32, shorten"
    ):
        synth(lambda scope: tracing(scope, **options))


def test_application_insights_watches_what_carries_the_tag(synth: Synth) -> None:
    stack = synth(
        lambda scope: ApplicationInsights(
            scope, "Insights", name="acme-test", tag_key="Environment", tag_value="test"
        )
    )
    group, application = (
        stack.only("aws_resourcegroups_group"),
        stack.only("aws_applicationinsights_application"),
    )
    assert json.loads(group["resource_query"]["query"]) == {
        "ResourceTypeFilters": ["AWS::AllSupported"],
        "TagFilters": [{"Key": "Environment", "Values": ["test"]}],
    }
    assert stack.follow(application["resource_group_name"]) == "Insights/Resources"
    assert application["auto_config_enabled"] is True
