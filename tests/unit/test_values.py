# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Mistakes in single values: types, choices, forms.

Each case: edits (file, text, replacement) of the committed files, and every line that must come of it.
"""

from collections.abc import Callable

import pytest

Edit = tuple[str, str, str]

CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "a_key_is_unknown": (
        [("prod.yaml", "network:\n", "netwrk:\n")],
        [
            "prod.yaml:13: netwrk: unknown key; did you mean network? Known here: name, account_id, region, tags, network, log_retention_days, notifications, kind, deletion_protection, services, load_balancer, off_hours, cache, application_insights, tracing, storage_tiers, usage and budget_usd"
        ],
    ),
    "a_nested_key_is_unknown": (
        [
            ("prod.yaml", "    cpu: 1024", "    cpus: 1024"),
            ("prod.yaml", "cache:\n  node", "cache:\n  colour: red\n  node"),
        ],
        [
            "prod.yaml:26: services.fileflow.cpus: unknown key; did you mean cpu? Known here: image, port, host, cpu, memory_mib, tasks, stateful, capacity, scaling, deployment, blue_green, maximum_percent, minimum_healthy_percent, health_check_path, health_check_command, health_check_grace_seconds, stop_timeout_seconds, deregistration_delay_seconds, environment, secrets, user, tracing, exec, needs, queue, alarms and listener_priority",
            "prod.yaml:33: cache.colour: unknown key; use node_type, nodes, multi_az, eviction, snapshot_retention_days, snapshot_window or maintenance_window",
        ],
    ),
    "a_number_is_quoted": (
        [("prod.yaml", "port: 8080", 'port: "8080"')],
        [
            'prod.yaml:24: services.fileflow.port: "8080": expected a whole number, 1 to 65535, without quotes, e.g. 8080'
        ],
    ),
    "a_number_is_fractional": (
        [("prod.yaml", "tasks: 4", "tasks: 4.5")],
        ["prod.yaml:28: services.fileflow.tasks: 4.5: expected a whole number, 0 to 5000"],
    ),
    "a_number_is_a_word": (
        [("prod.yaml", "nodes: 2", "nodes: two")],
        ["prod.yaml:34: cache.nodes: two: expected a whole number, 1 to 6"],
    ),
    "a_number_is_below_its_range": (
        [("prod.yaml", "tasks: 4", "tasks: -1")],
        ["prod.yaml:28: services.fileflow.tasks: -1: out of range; use 0 to 5000"],
    ),
    "a_number_is_above_its_range": (
        [("prod.yaml", "port: 8080", "port: 65536")],
        ["prod.yaml:24: services.fileflow.port: 65536: out of range; use 1 to 65535"],
    ),
    "a_number_is_too_large_for_anything": (
        [("prod.yaml", "port: 8080", "port: 99999999999999999999")],
        [
            "prod.yaml:24: services.fileflow.port: 99999999999999999999: too large; no setting needs such a number"
        ],
    ),
    "a_number_is_octal": (
        [("prod.yaml", "tasks: 4", "tasks: 010")],
        [
            'prod.yaml:28: services.fileflow.tasks: 010: YAML may read a leading zero as octal; if it is text, write it in quotes: "010"'
        ],
    ),
    "a_number_is_hexadecimal_or_sexagesimal": (
        [("prod.yaml", "port: 8080", "port: 0x50"), ("dev.yaml", "port: 8080", "port: 12:30")],
        [
            'dev.yaml:27: services.fileflow.port: 12:30: YAML reads it in another base; write it in decimal, or in quotes: "12:30"',
            'prod.yaml:24: services.fileflow.port: 0x50: YAML reads it in another base; write it in decimal, or in quotes: "0x50"',
        ],
    ),
    "a_switch_is_quoted": (
        [("prod.yaml", "multi_az: true", 'multi_az: "true"')],
        ['prod.yaml:35: cache.multi_az: "true": expected true or false, without quotes'],
    ),
    "a_budget_is_infinite_or_zero": (
        [
            ("prod.yaml", "budget_usd: 663", "budget_usd: .inf"),
            ("dev.yaml", "budget_usd: 145", "budget_usd: 0"),
        ],
        [
            "dev.yaml:55: budget_usd: 0: out of range; use more than 0",
            "prod.yaml:51: budget_usd: .inf: not a finite number; write plain digits",
        ],
    ),
    "a_list_is_a_text": (
        [("prod.yaml", "zones: [ap-northeast-2a, ap-northeast-2c]", "zones: ap-northeast-2a")],
        [
            "prod.yaml:15: network.zones: ap-northeast-2a: expected a list in square brackets, e.g. [ap-northeast-2a]"
        ],
    ),
    "a_text_is_a_list": (
        [("prod.yaml", "host: fileflow.ryuqqq.com", "host: [a, b]")],
        ["prod.yaml:25: services.fileflow.host: [a, b]: expected text, e.g. orders.example.com"],
    ),
    "a_block_is_empty": (
        [("prod.yaml", "cache:\n  node_type: cache.r6g.large\n  nodes: 2\n  multi_az: true", "cache:")],
        ["prod.yaml:32: cache: empty: expected a block with node_type"],
    ),
    "a_value_is_empty": (
        [("prod.yaml", "region: ap-northeast-2", "region:")],
        ["prod.yaml:5: region: empty: expected text, e.g. ap-northeast-2"],
    ),
    "a_service_is_no_block": (
        [("prod.yaml", "  fileflow:\n    image", "  other: 5\n  fileflow:\n    image")],
        ["prod.yaml:22: services.other: 5: expected a block with image, port and host"],
    ),
    "a_service_has_a_bad_name": (
        [("dev.yaml", "\n  fileflow:\n", "\n  File_Flow:\n")],
        [
            "dev.yaml:25: services.File_Flow: must be 2 to 32 lower-case letters, digits and single hyphens, a letter first and no hyphen last, e.g. orders"
        ],
    ),
    "a_service_name_is_too_long": (
        [("staging.yaml", "\n  fileflow:\n", "\n  a-very-long-service-name:\n")],
        [
            "staging.yaml:21: services.a-very-long-service-name: makes the target group name a-very-long-service-name-staging-green, 38 characters; AWS allows 32, shorten the service's or the environment's name"
        ],
    ),
    "an_account_id_is_not_quoted": (
        [("prod.yaml", '"123456789012"', "123456789012")],
        [
            'prod.yaml:4: account_id: 123456789012: YAML reads it as a number; write it in quotes: "123456789012"'
        ],
    ),
    "an_account_id_without_quotes_starts_with_zero": (
        [("prod.yaml", '"123456789012"', "012345670123"), ("dev.yaml", '"123456789012"', "098765432198")],
        [
            'dev.yaml:4: account_id: 098765432198: YAML may read a leading zero as octal; if it is text, write it in quotes: "098765432198"',
            'prod.yaml:4: account_id: 012345670123: YAML may read a leading zero as octal; if it is text, write it in quotes: "012345670123"',
        ],
    ),
    "an_account_id_is_too_short": (
        [("staging.yaml", '"123456789012"', '"1234"')],
        [
            'staging.yaml:4: account_id: 1234: must be the 12 digits of an AWS account, in quotes, e.g. "123456789012"'
        ],
    ),
    "yaml_turns_a_word_into_a_switch": (
        [("dr.yaml", '"off"', "off"), ("dev.yaml", "team: platform", "team: on")],
        [
            'dev.yaml:10: tags.team: on: YAML reads a bare on as true; write it in quotes: "on"',
            'dr.yaml:38: standby.cache: off: YAML reads a bare off as false; write it in quotes: "off"',
        ],
    ),
    "yaml_turns_a_text_into_a_date_or_number": (
        [
            ("dev.yaml", "owner: platform-team", "owner: 2024-01-01"),
            ("dev.yaml", "cost_center: fileflow-dev", "cost_center: 42"),
        ],
        [
            'dev.yaml:11: tags.owner: 2024-01-01: YAML reads it as a date; write it in quotes: "2024-01-01"',
            'dev.yaml:12: tags.cost_center: 42: YAML reads it as a number; write it in quotes: "42"',
        ],
    ),
    "a_choice_is_misspelt": (
        [("dev.yaml", "nat: single", "nat: singel")],
        [
            "dev.yaml:17: network.nat: singel: not one of the choices; did you mean single? use none, single or per_az"
        ],
    ),
    "a_choice_does_not_exist": (
        [("dev.yaml", "gateway: [s3]", "gateway: [s3, s4]"), ("dev.yaml", "cpu: 256", "cpu: 100")],
        [
            "dev.yaml:19: network.endpoints.gateway[1]: s4: not one of the choices; use s3 or dynamodb",
            "dev.yaml:29: services.fileflow.cpu: 100: not one of the choices; use 256, 512, 1024, 2048, 4096, 8192 or 16384",
        ],
    ),
    "a_retention_is_not_offered": (
        [("dev.yaml", "log_retention_days: 7", "log_retention_days: 8")],
        [
            "dev.yaml:7: log_retention_days: 8: CloudWatch Logs offers 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653; use 14"
        ],
    ),
    "a_value_is_long_and_unprintable": (
        [
            (
                "prod.yaml",
                "host: fileflow.ryuqqq.com",
                'host: "\\e[31mxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"',
            )
        ],
        [
            "prod.yaml:25: services.fileflow.host: \\x1b[31mxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…: must be a full DNS name in lower case, 64 characters at most (ACM user guide, domain names), e.g. orders.example.com"
        ],
    ),
    "a_list_names_something_twice": (
        [
            ("dev.yaml", "[ecr.api, ecr.dkr", "[ecr.api, ecr.api"),
            ("prod.yaml", "2a, ap-northeast-2c", "2a, ap-northeast-2a"),
        ],
        [
            "dev.yaml:20: network.endpoints.interface: [ecr.api, ecr.api, secretsmanager]: names ecr.api twice; name each once",
            "prod.yaml:15: network.zones: [ap-northeast-2a, ap-northeast-2a]: names ap-northeast-2a twice; name each once",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fails_when(case: str, lines_after: Callable[[list[Edit]], list[str]]) -> None:
    edits, expected = CASES[case]
    assert lines_after(edits) == [f"environments/{line}" for line in expected]
