# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Rules of the second region, and between it and its primary; cases as in test_rules_across."""

from collections.abc import Callable

import pytest

Edit = tuple[str, str, str]


def edge(lines: str) -> Edit:
    """Add lines to dr's edge."""
    return ("dr.yaml", "  cdn:\n", f"  {lines}\n  cdn:\n")


def cdn(line: str) -> Edit:
    """Add a line to dr's CDN."""
    return ("dr.yaml", "  cdn:\n", f"  cdn:\n    {line}\n")


CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "the_failover_service_has_another_health_check": (
        [("prod.yaml", "tasks: 4", "tasks: 4\n    health_check_path: /healthz")],
        [
            "dr.yaml:40: edge.health_check.path: /actuator/health: services.fileflow of environments/prod.yaml, which has edge.host, answers its health check at /healthz; use that, or Route 53 takes the region for dead"
        ],
    ),
    "the_failover_check_asks_another_path": (
        [edge("health_check: { path: /healthz }")],
        [
            "dr.yaml:42: edge.health_check.path: /healthz: services.fileflow of environments/prod.yaml, which has edge.host, answers its health check at /actuator/health; use that, or Route 53 takes the region for dead"
        ],
    ),
    "the_failover_check_asks_another_port": (
        [edge("health_check: { port: 8080 }")],
        ["dr.yaml:42: edge.health_check.port: 8080: not one of the choices; use 443"],
    ),
    "the_primary_speaks_tls_1_3_only": (
        [
            (
                "prod.yaml",
                "\ncache:",
                "\nload_balancer:\n  tls_policy: ELBSecurityPolicy-TLS13-1-3-2021-06\n\ncache:",
            )
        ],
        [
            "prod.yaml:33: load_balancer.tls_policy: ELBSecurityPolicy-TLS13-1-3-2021-06: speaks TLS 1.3 only, and the CDN asks prod, the primary of environments/dr.yaml, with TLS 1.2: it would answer 502; use ELBSecurityPolicy-TLS13-1-2-Res-2021-06 or ELBSecurityPolicy-TLS13-1-2-2021-06"
        ],
    ),
    "the_primary_has_off_hours": (
        [("prod.yaml", "\ncache:", "\noff_hours: {}\n\ncache:")],
        [
            "prod.yaml:32: off_hours: {}: stops every task of prod, the primary of environments/dr.yaml; users and the failover check need it at night, remove it"
        ],
    ),
    "the_cdn_keeps_nothing": (
        [cdn("ttl_seconds: { minimum: 0, default: 0, maximum: 0 }")],
        [
            "dr.yaml:43: edge.cdn.ttl_seconds.maximum: 0: keeps nothing, and CloudFront refuses compression in a policy with caching disabled; use 1 or more, and name what is never kept in uncached_paths"
        ],
    ),
    "the_cdn_keeps_nothing_at_most": (
        [cdn("ttl_seconds: { maximum: 0 }")],
        [
            "dr.yaml:43: edge.cdn.ttl_seconds.maximum: 0: keeps nothing, and CloudFront refuses compression in a policy with caching disabled; use 1 or more, and name what is never kept in uncached_paths"
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fails_when(case: str, lines_after: Callable[[list[Edit]], list[str]]) -> None:
    edits, expected = CASES[case]
    assert lines_after(edits) == [f"environments/{line}" for line in expected]


FINE: dict[str, list[Edit]] = {
    "both_sides_ask_one_path": [
        ("prod.yaml", "tasks: 4", "tasks: 4\n    health_check_path: /healthz"),
        edge("health_check: { path: /healthz, port: 443 }"),
    ],
    "a_service_without_failover_has_another_path": [
        (
            "prod.yaml",
            "\ncache:",
            "\n  other:\n    image: other:1\n    port: 80\n    host: o.ryuqqq.com\n    health_check_path: /ok\n\ncache:",
        )
    ],
    "an_environment_without_cdn_speaks_tls_1_3_only": [
        (
            "dev.yaml",
            "\ncache:",
            "\nload_balancer:\n  tls_policy: ELBSecurityPolicy-TLS13-1-3-2021-06\n\ncache:",
        )
    ],
    "the_cdn_keeps_for_a_second": [cdn("ttl_seconds: { default: 0, maximum: 1 }")],
}


@pytest.mark.parametrize("case", FINE)
def test_is_fine_when(
    case: str, edit: Callable[[str, str, str], None], lines: Callable[[], list[str]]
) -> None:
    for change in FINE[case]:
        edit(*change)
    assert not lines()
