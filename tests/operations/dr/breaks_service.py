"""Ways to break what serves requests: tasks, images, roles, load balancer, DNS."""

from typing import Any

from tests.operations.dr.breaking import (
    Case,
    change,
    container,
    drop,
    named,
    path,
    policy,
    published_elsewhere,
    replace,
)


def _secondary(body: dict[str, Any]) -> bool:
    return bool((body.get("failover_routing_policy") or {}).get("type") == "SECONDARY")


def _primary(body: dict[str, Any]) -> bool:
    return bool((body.get("failover_routing_policy") or {}).get("type") == "PRIMARY")


SERVICE: dict[str, list[Case]] = {
    "service": [
        (
            "an apply stops it",
            change("dr", "aws_ecs_service", path("Service-fileflow/Service"), lifecycle__ignore_changes=[]),
            "an apply would set fileflow-dr-service back to 0 tasks",
        ),
        (
            "other name",
            change("dr", "aws_ecs_service", path("Service-fileflow/Service"), name="fileflow-tokyo"),
            "no service fileflow-dr-service in ap-northeast-1",
        ),
        (
            "no load balancer",
            change("dr", "aws_ecs_service", path("Service-fileflow/Service"), load_balancer=[]),
            "load_balancer",
        ),
    ],
    "task definition": [
        (
            "less CPU",
            change("dr", "aws_ecs_task_definition", path("Service-fileflow/Task/Definition"), cpu="512"),
            "task definition fileflow-dr: cpu is '512', not '1024'",
        ),
        (
            "less memory",
            change("dr", "aws_ecs_task_definition", path("Service-fileflow/Task/Definition"), memory="1024"),
            "memory is '1024', not '2048'",
        ),
        ("other port", container("dr", variable="PORT", value="9090"), "environment.PORT.value is '9090'"),
        (
            "bucket of the primary",
            container("dr", variable="BUCKET_NAME", value="ryuqqq-prod-fileflow-files"),
            "environment.BUCKET_NAME.value is 'ryuqqq-prod-fileflow-files'",
        ),
        (
            "image of the primary",
            container("dr", image="123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/fileflow:1.0.0"),
            "from the primary region",
        ),
        (
            "older image",
            container("dr", image="123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/fileflow:0.9.0"),
            "container_definitions.fileflow.image",
        ),
    ],
    "cluster": [
        ("deleted", drop("dr", "aws_ecs_cluster"), "no cluster fileflow-dr-cluster"),
        (
            "no Spot",
            change(
                "dr",
                "aws_ecs_cluster_capacity_providers",
                path("Cluster/Capacity"),
                capacity_providers=["FARGATE"],
            ),
            "capacity_providers is ['FARGATE']",
        ),
    ],
    "image repository": [
        (
            "not copied",
            drop("replication", "aws_ecr_replication_configuration"),
            "nothing copies images of fileflow",
        ),
        (
            "copied elsewhere",
            replace("replication", "aws_ecr_replication_configuration", "ap-northeast-1", "us-west-2"),
            "nothing copies images of fileflow to ap-northeast-1",
        ),
        (
            "other repositories",
            replace("replication", "aws_ecr_replication_configuration", '"fileflow"', '"reports"'),
            "nothing copies images of fileflow",
        ),
        ("deleted", drop("dr", "aws_ecr_repository"), "no image repository fileflow in ap-northeast-1"),
    ],
    "role": [
        (
            "may not read the login",
            policy(
                "dr",
                "Service-fileflow/Roles/Execution/Policy",
                "fileflow/prod/database",
                "fileflow/dr/database",
            ),
            "role, iam_role_policy",
        ),
        (
            "the primary's queue",
            policy("dr", "Service-fileflow/Roles/Task/Policy", ":fileflow-dr", ":fileflow-prod"),
            "policy.Statement",
        ),
    ],
    "permissions boundary": [
        (
            "deleted",
            drop("bootstrap", "aws_iam_policy", named("ryuqqq-dr-boundary")),
            "no permissions boundary ryuqqq-dr-boundary",
        )
    ],
}

ENTRY: dict[str, list[Case]] = {
    "load balancer": [
        (
            "old TLS policy",
            change(
                "dr", "aws_lb_listener", path("LoadBalancer/Https"), ssl_policy="ELBSecurityPolicy-2016-08"
            ),
            "ssl_policy is 'ELBSecurityPolicy-2016-08'",
        ),
        ("no rule", drop("dr", "aws_lb_listener_rule"), "load balancer, lb_listener_rule: no"),
        (
            "other host",
            replace("dr", "aws_lb_listener_rule", '"fileflow.ryuqqq.com"', '"files.ryuqqq.com"'),
            "host_header.values[0] is 'files.ryuqqq.com'",
        ),
        ("no firewall", drop("dr", "aws_wafv2_web_acl_association"), "wafv2_web_acl_association: no"),
    ],
    "target group": [
        (
            "other check",
            change("dr", "aws_lb_target_group", path("Targets-fileflow/Blue"), health_check__path="/health"),
            "health_check.path is '/health'",
        )
    ],
    "certificate": [
        (
            "a name missing",
            change(
                "dr", "aws_acm_certificate", path("Certificate/Certificate"), subject_alternative_names=None
            ),
            "does not cover origin-dr.fileflow.ryuqqq.com",
        ),
        ("not validated", drop("dr", "aws_acm_certificate_validation"), "acm_certificate_validation: no"),
    ],
    "web ACL": [
        (
            "lets everything in",
            change("dr", "aws_wafv2_web_acl", path("Firewall/WebAcl"), rule=[]),
            "web ACL fileflow-dr-alb: rule",
        )
    ],
    "host name": [
        ("no way over", drop("edge", "aws_route53_record", _secondary), "has no SECONDARY record"),
        ("no primary", drop("edge", "aws_route53_record", _primary), "has no PRIMARY record"),
        (
            "leads back",
            published_elsewhere("edge", "LoadBalancer-dr/Parameter", "/shared/load-balancer/prod"),
            "leads to <aws_lb fileflow-prod-alb>.dns_name",
        ),
        (
            "nobody asks",
            change("edge", "aws_route53_record", _secondary, health_check_id=None),
            "no health check asks the endpoint of the SECONDARY record",
        ),
        (
            "no switch",
            change(
                "edge",
                "aws_route53_health_check",
                lambda body: body["type"] == "CLOUDWATCH_METRIC",
                cloudwatch_alarm_name="another",
            ),
            "does not follow the switch ryuqqq-dr-failover-switch",
        ),
        (
            "too slow",
            change(
                "edge",
                "aws_route53_health_check",
                path("Failover/DrEndpoint"),
                request_interval=300,
                failure_threshold=4,
            ),
            "takes 1200 s; the RTO is 900 s",
        ),
    ],
    "CDN": [
        (
            "no second origin",
            change("edge", "aws_cloudfront_distribution", path("Cdn/Distribution"), origin_group=[]),
            "no origin group with origin-dr.fileflow.ryuqqq.com",
        ),
        (
            "another origin",
            change(
                "edge",
                "aws_cloudfront_distribution",
                path("Cdn/Distribution"),
                origin__1__domain_name="example.org",
            ),
            "no origin group with origin-dr.fileflow.ryuqqq.com",
        ),
    ],
}
