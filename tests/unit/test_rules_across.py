# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Rules across environment files, and YAML that cannot be read.

Each case: edits (file, text, replacement) of the committed files, and every line that must come of it.
"""

from collections.abc import Callable

import pytest

Edit = tuple[str, str, str]

CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "networks_of_two_files_overlap": (
        [("staging.yaml", "10.20.0.0/16", "10.30.128.0/17")],
        [
            "staging.yaml:13: network.cidr: 10.30.128.0/17: overlaps 10.30.0.0/16 of environments/prod.yaml; use a free range, e.g. 10.2.0.0/17"
        ],
    ),
    "the_dr_region_is_the_primarys": (
        [("dr.yaml", "region: ap-northeast-1", "region: ap-northeast-2")],
        [
            "dr.yaml:6: region: ap-northeast-2: is the region of its primary, prod, too; use ap-northeast-1 or us-east-1"
        ],
    ),
    "the_primary_does_not_exist": (
        [("dr.yaml", "primary: prod", "primary: prd")],
        ["dr.yaml:7: primary: prd: no such environment; use dev, prod or staging"],
    ),
    "the_primary_is_no_workload": (
        [("dr.yaml", "primary: prod", "primary: shared")],
        ["dr.yaml:7: primary: shared: is of kind shared; use dev, prod or staging"],
    ),
    "the_dr_account_is_another": (
        [("dr.yaml", "123456789012", "210987654321")],
        [
            "dr.yaml:5: account_id: 210987654321: differs from 123456789012 of environments/shared.yaml; the fleet lives in one account, use 123456789012"
        ],
    ),
    "the_hub_account_is_another": (
        [("shared.yaml", "123456789012", "210987654321")],
        [
            f"{name}.yaml:{line}: account_id: 123456789012: differs from 210987654321 of environments/shared.yaml; the fleet lives in one account, use 210987654321"
            for name, line in (("dev", 4), ("dr", 5), ("prod", 4), ("staging", 4))
        ],
    ),
    "no_service_has_the_failover_host": (
        [("dr.yaml", "host: fileflow.ryuqqq.com", "host: flow.ryuqqq.com")],
        ["dr.yaml:41: edge.host: flow.ryuqqq.com: no service of prod has this host; use fileflow.ryuqqq.com"],
    ),
    "an_attached_environment_does_not_exist": (
        [("shared.yaml", "[dev, staging", "[dev, stagin")],
        ["shared.yaml:24: transit_gateway.attach[1]: stagin: no such environment; use dev, prod or staging"],
    ),
    "an_attached_environment_is_no_workload": (
        [("shared.yaml", "staging, prod]", "staging, prod, dr]")],
        [
            "shared.yaml:24: transit_gateway.attach[3]: dr: is of kind dr; only workloads are attached, use dev, prod or staging"
        ],
    ),
    "a_workload_is_in_another_region": (
        [
            ("dev.yaml", "region: ap-northeast-2", "region: us-east-1"),
            ("dev.yaml", "[ap-northeast-2a, ap-northeast-2c]", "[us-east-1a, us-east-1b]"),
        ],
        [
            "dev.yaml:5: region: us-east-1: differs from ap-northeast-2 of environments/shared.yaml; a workload uses the hub's keys, images and Transit Gateway, which are in that region only, use ap-northeast-2"
        ],
    ),
    "two_workloads_have_one_host": (
        [("dev.yaml", "fileflow.dev.ryuqqq.com", "fileflow.ryuqqq.com")],
        [
            "prod.yaml:25: services.fileflow.host: fileflow.ryuqqq.com: used by services.fileflow of environments/dev.yaml already; give each its own name"
        ],
    ),
    "two_services_have_one_host": (
        [
            (
                "prod.yaml",
                "\ncache:",
                "\n  other:\n    image: other:1\n    port: 80\n    host: fileflow.ryuqqq.com\n\ncache:",
            )
        ],
        [
            "prod.yaml:35: services.other.host: fileflow.ryuqqq.com: used by services.fileflow of environments/prod.yaml already; give each its own name"
        ],
    ),
    "a_host_is_outside_the_zone": (
        [("dev.yaml", "fileflow.dev.ryuqqq.com", "fileflow.dev.example.com")],
        [
            "dev.yaml:28: services.fileflow.host: fileflow.dev.example.com: is outside the hosted zone; use a name that ends in .ryuqqq.com"
        ],
    ),
    "a_name_differs_from_its_file": (
        [("dev.yaml", "name: dev", "name: development")],
        [
            "dev.yaml:3: name: development: differs from the file's name; rename the file to development.yaml or use dev"
        ],
    ),
    "a_kind_is_unknown": (
        [("prod.yaml", "kind: workload", "kind: worklod")],
        ["prod.yaml:2: kind: worklod: no such kind; use shared, workload or dr"],
    ),
    "a_kind_is_missing": (
        [("prod.yaml", "kind: workload\n", "")],
        ["prod.yaml: kind: missing; required, e.g. kind: workload (shared, workload or dr)"],
    ),
    "an_environment_has_the_name_of_a_stack": (
        [("dev.yaml", "name: dev", "name: edge")],
        ["dev.yaml:3: name: edge: is the name of a stack; use another than bootstrap, replication or edge"],
    ),
    "a_key_stands_twice": (
        [("prod.yaml", "budget_usd: 663", "budget_usd: 663\nregion: us-east-1")],
        ["prod.yaml:52: region: used twice, on lines 5 and 52; rename or remove one"],
    ),
    "a_service_stands_twice": (
        [
            (
                "prod.yaml",
                "\ncache:",
                "\n  fileflow:\n    image: fileflow:2\n    port: 1\n    host: a.ryuqqq.com\n\ncache:",
            )
        ],
        ["prod.yaml:32: services.fileflow: used twice, on lines 22 and 32; rename or remove one"],
    ),
    "a_value_is_aliased_or_merged": (
        [
            ("prod.yaml", "zones: [", "zones: &z ["),
            ("prod.yaml", "[STANDARD, STANDARD_IA, GLACIER]", "*z"),
            ("prod.yaml", "cache:\n", "cache:\n  <<: { nodes: 3 }\n"),
        ],
        [
            'prod.yaml:33: cache."<<": merge keys are not supported; write the keys out',
            "prod.yaml:39: storage_tiers: aliases (*name) are not supported; write the value out",
        ],
    ),
    "a_value_has_a_tag": (
        [("prod.yaml", "name: prod", "name: !!python/name:os.system prod")],
        ["prod.yaml:3: name: prod: tags (!name) and `=` are not supported; write plain text"],
    ),
    "yaml_is_broken": (
        [("prod.yaml", "kind: workload", "kind: workload: x")],
        [
            'prod.yaml:2:15: not valid YAML: mapping values are not allowed in this context; put a value that contains ": " in quotes, or correct the indentation'
        ],
    ),
    "a_tab_indents": (
        [("prod.yaml", "  nat: per_az", "\tnat: per_az")],
        [
            "prod.yaml:16:1: not valid YAML: found character that cannot start any token; indent with spaces, and quote values that start with @, ` or %"
        ],
    ),
    "a_list_is_not_closed": (
        [("prod.yaml", "ap-northeast-2c]", "ap-northeast-2c")],
        [
            "prod.yaml:16:6: not valid YAML: did not find expected ',' or ']'; check the indentation and quotes up to here"
        ],
    ),
    "a_file_holds_two_documents": (
        [("prod.yaml", "cache:\n", "---\ncache:\n")],
        ["prod.yaml:32:1: a second document starts here; remove the --- line; one file is one environment"],
    ),
    "several_files_are_wrong_at_once": (
        [
            ("shared.yaml", "[dev, staging", "[dev, qa"),
            ("dev.yaml", "kind: workload", "kind: workload: x"),
            ("staging.yaml", "10.20.0.0/16", "10.30.0.0/16"),
            ("staging.yaml", "\nusage:", "\nusages:"),
            ("prod.yaml", "nat: per_az", "nat: per_zone"),
            ("prod.yaml", "tasks: 4", 'tasks: "4"'),
            ("prod.yaml", "[ap-northeast-2a", "[ap-northeast-1a"),
            ("dr.yaml", "lag_alarm_seconds: 900", "lag_alarm_seconds: 15000"),
            ("dr.yaml", "  cost_center: fileflow-dr\n", ""),
        ],
        [
            'dev.yaml:2:15: not valid YAML: mapping values are not allowed in this context; put a value that contains ": " in quotes, or correct the indentation',
            "dr.yaml:8: tags.cost_center: missing; required, e.g. cost_center: platform-team",
            "dr.yaml:30: database_replica.lag_alarm_seconds: 15000: is later than the RPO, objectives.database.rpo_minutes 15 = 900 seconds; use 900 or less",
            "prod.yaml:15: network.zones[0]: ap-northeast-1a: not in region ap-northeast-2; use ap-northeast-2a, ap-northeast-2b, ap-northeast-2c or ap-northeast-2d",
            "prod.yaml:16: network.nat: per_zone: not one of the choices; did you mean per_az? use none, single or per_az",
            'prod.yaml:28: services.fileflow.tasks: "4": expected a whole number, 0 to 5000, without quotes',
            "shared.yaml:24: transit_gateway.attach[1]: qa: no such environment; use dev, prod or staging",
            "staging.yaml:13: network.cidr: 10.30.0.0/16: overlaps 10.30.0.0/16 of environments/prod.yaml; use a free range, e.g. 10.2.0.0/16",
            "staging.yaml:39: usages: unknown key; did you mean usage? Known here: name, account_id, region, tags, network, log_retention_days, notifications, kind, deletion_protection, services, load_balancer, off_hours, cache, application_insights, tracing, storage_tiers, usage and budget_usd",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fails_when(case: str, lines_after: Callable[[list[Edit]], list[str]]) -> None:
    edits, expected = CASES[case]
    assert lines_after(edits) == [f"environments/{line}" for line in expected]
