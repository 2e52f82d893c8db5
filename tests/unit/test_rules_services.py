# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Rules within a service, and between the services of one environment.

Each case: edits (file, text, replacement) of the committed files, and every line that must come of it.
"""

from collections.abc import Callable

import pytest

Edit = tuple[str, str, str]


def service(line: str) -> list[Edit]:
    """Add lines to prod's service."""
    return [("prod.yaml", "    tasks: 4", f"    tasks: 4\n    {line}")]


CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "a_need_is_misspelt": (
        [("dev.yaml", "needs: [queue, bucket]", "needs: [que, bucket]")],
        [
            "dev.yaml:39: services.reports.needs[0]: que: not one of the choices; did you mean queue? use database, cache, queue or bucket"
        ],
    ),
    "a_variable_of_the_platform_is_set": (
        service('environment: { PORT: "80", DB_HOST: db.example.com }'),
        [
            "prod.yaml:29: services.fileflow.environment.PORT: 80: is set by the platform already; use another name",
            "prod.yaml:29: services.fileflow.environment.DB_HOST: db.example.com: is set by needs: database already; use another name",
        ],
    ),
    "a_variable_is_plain_and_secret": (
        service("environment: { MODE: fast }\n    secrets: { MODE: mode }"),
        [
            "prod.yaml:30: services.fileflow.secrets.MODE: mode: is in environment too; keep it in one of the two"
        ],
    ),
    "a_secret_stands_in_the_open": (
        service("environment: { MAIL_PASSWORD: hunter2 }"),
        [
            "prod.yaml:29: services.fileflow.environment.MAIL_PASSWORD: (hidden): looks like a secret, and what is written here can be read in the task definition; write it into the service's secret and name its key under secrets"
        ],
    ),
    "a_host_is_a_url": (
        service('environment: { MAIL_HOST: "smtp://mail:25" }'),
        [
            "prod.yaml:29: services.fileflow.environment.MAIL_HOST: smtp://mail:25: is no host name; write it like db.example.com"
        ],
    ),
    "the_port_is_the_side_cars": (
        [("prod.yaml", "port: 8080", "port: 2000")],
        [
            "prod.yaml:24: services.fileflow.port: 2000: is taken by the side-car of tracing: xray, which shares the task's network; use another port or another tracing"
        ],
    ),
    "the_port_is_out_of_range": (
        [("prod.yaml", "port: 8080", "port: 65536")],
        ["prod.yaml:24: services.fileflow.port: 65536: out of range; use 1 to 65535"],
    ),
    "scaling_excludes_the_tasks": (
        service("scaling: { minimum_tasks: 5, maximum_tasks: 3 }"),
        [
            "prod.yaml:29: services.fileflow.scaling.minimum_tasks: 5: is above tasks, 4; lower it or raise the tasks",
            "prod.yaml:29: services.fileflow.scaling.maximum_tasks: 3: is below tasks, 4; raise it or lower the tasks",
        ],
    ),
    "the_user_is_root": (
        service('user: "0"'),
        [
            "prod.yaml:29: services.fileflow.user: 0: must be the number of a user who is not root, e.g. 1000:1000"
        ],
    ),
    "slower_at_95_than_at_99_percent": (
        service("alarms: { p95_seconds: 2, p99_seconds: 1 }"),
        [
            "prod.yaml:29: services.fileflow.alarms.p99_seconds: 1: is below p95_seconds, 2, which is impossible; raise it"
        ],
    ),
    "two_services_have_one_priority": (
        [
            (
                "dev.yaml",
                "host: reports.dev.ryuqqq.com",
                "host: reports.dev.ryuqqq.com\n    listener_priority: 7",
            ),
            ("dev.yaml", "    tasks: 1", "    tasks: 1\n    listener_priority: 7"),
        ],
        [
            "dev.yaml:40: services.reports.listener_priority: 7: service fileflow has this listener priority already; use another, 1 to 50000"
        ],
    ),
    "two_services_have_one_host": (
        [("dev.yaml", "host: reports.dev.ryuqqq.com", "host: fileflow.dev.ryuqqq.com")],
        [
            "dev.yaml:38: services.reports.host: fileflow.dev.ryuqqq.com: used by services.fileflow of environments/dev.yaml already; give each its own name"
        ],
    ),
    "a_host_is_outside_the_zone": (
        [("dev.yaml", "host: reports.dev.ryuqqq.com", "host: reports.example.com")],
        [
            "dev.yaml:38: services.reports.host: reports.example.com: is outside the hosted zone; use a name that ends in .ryuqqq.com"
        ],
    ),
    "the_day_ends_before_it_begins": (
        [("dev.yaml", "off_hours: {}", 'off_hours: { stop: "07:00", start: "08:00" }')],
        [
            "dev.yaml:41: off_hours.stop: 07:00: is not after start, 08:00; give the working day's end, such as 21:00"
        ],
    ),
    "the_time_zone_is_unknown": (
        [("dev.yaml", "off_hours: {}", "off_hours: { timezone: Seoul }")],
        [
            "dev.yaml:41: off_hours.timezone: Seoul: no time zone of the IANA database; use one such as Asia/Seoul"
        ],
    ),
    "the_product_names_no_load_balancer": (
        [("dev.yaml", "service: fileflow", "service: File flow")],
        [
            "dev.yaml:9: tags.service: File flow: names the cluster and the load balancer here; use lower-case letters, digits and hyphens, a letter first, at most 24 characters"
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fails_when(case: str, lines_after: Callable[[list[Edit]], list[str]]) -> None:
    edits, expected = CASES[case]
    assert lines_after(edits) == [f"environments/{line}" for line in expected]
