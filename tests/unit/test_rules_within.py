# ruff: noqa: E501 - an expected message is one line, exactly as people see it
"""Rules within one environment file.

Each case: edits (file, text, replacement) of the committed files, and every line that must come of it.
"""

from collections.abc import Callable

import pytest

Edit = tuple[str, str, str]

CASES: dict[str, tuple[list[Edit], list[str]]] = {
    "a_region_is_unknown": (
        [("dev.yaml", "region: ap-northeast-2", "region: eu-west-1")],
        [
            "dev.yaml:5: region: eu-west-1: not a region this platform knows; use ap-northeast-1, ap-northeast-2 or us-east-1"
        ],
    ),
    "a_zone_is_not_in_the_region": (
        [("prod.yaml", "[ap-northeast-2a", "[ap-northeast-1a")],
        [
            "prod.yaml:15: network.zones[0]: ap-northeast-1a: not in region ap-northeast-2; use ap-northeast-2a, ap-northeast-2b, ap-northeast-2c or ap-northeast-2d"
        ],
    ),
    "a_zone_is_no_zone": (
        [("prod.yaml", "[ap-northeast-2a", "[seoul")],
        [
            "prod.yaml:15: network.zones[0]: seoul: must be a zone: a region and a letter, e.g. ap-northeast-2a"
        ],
    ),
    "a_cidr_is_no_network": (
        [
            ("dev.yaml", "10.10.0.0/16", "10.10.0.0/255.255.0.0"),
            ("shared.yaml", "10.0.0.0/16", "10.0.0.300/16"),
        ],
        [
            "dev.yaml:15: network.cidr: 10.10.0.0/255.255.0.0: must be an IPv4 network, e.g. 10.30.0.0/16",
            "shared.yaml:19: network.cidr: 10.0.0.300/16: not an IPv4 network; write it like 10.30.0.0/16",
        ],
    ),
    "a_cidr_has_host_bits": (
        [("staging.yaml", "10.20.0.0/16", "10.20.0.1/16")],
        ["staging.yaml:13: network.cidr: 10.20.0.1/16: has bits set behind its prefix; use 10.20.0.0/16"],
    ),
    "a_vpc_is_too_large_or_too_small": (
        [("dev.yaml", "10.10.0.0/16", "10.0.0.0/8"), ("prod.yaml", "10.30.0.0/16", "10.30.0.0/25")],
        [
            "dev.yaml:15: network.cidr: 10.0.0.0/8: is a /8; use /16 to /24: a VPC may be a /16 at most, and below /24 the tiers no longer fit AWS's smallest subnet, a /28",
            "prod.yaml:14: network.cidr: 10.30.0.0/25: is a /25; use /16 to /24: a VPC may be a /16 at most, and below /24 the tiers no longer fit AWS's smallest subnet, a /28",
        ],
    ),
    "a_subnet_is_outside_its_vpc": (
        [("dr.yaml", "10.1.112.0/20]", "10.2.112.0/20]")],
        [
            "dr.yaml:25: network.subnets.data[1]: 10.2.112.0/20: outside the VPC, 10.1.0.0/16; choose a range inside it"
        ],
    ),
    "subnets_overlap": (
        [("dr.yaml", "10.1.112.0/20]", "10.1.96.0/21]")],
        [
            "dr.yaml:25: network.subnets.data[1]: 10.1.96.0/21: overlaps data[0], 10.1.96.0/20; make them disjoint"
        ],
    ),
    "a_subnet_is_too_small": (
        [("dr.yaml", "10.1.112.0/20]", "10.1.112.0/29]")],
        ["dr.yaml:25: network.subnets.data[1]: 10.1.112.0/29: is a /29; AWS offers subnets of /16 to /28"],
    ),
    "subnets_and_zones_differ_in_number": (
        [("dr.yaml", ", 10.1.112.0/20]", "]")],
        [
            "dr.yaml:25: network.subnets.data: [10.1.96.0/20]: has 1 subnets for 2 zones; give one for each zone"
        ],
    ),
    "fargate_has_no_such_size": (
        [
            ("dev.yaml", "memory_mib: 512", "memory_mib: 1536"),
            ("prod.yaml", "memory_mib: 2048", "memory_mib: 1024"),
        ],
        [
            "dev.yaml:30: services.fileflow.memory_mib: 1536: does not go with cpu 256; Fargate offers 512, 1024 or 2048",
            "prod.yaml:27: services.fileflow.memory_mib: 1024: does not go with cpu 1024; Fargate offers 2048 to 8192 in steps of 1024",
        ],
    ),
    "the_spot_base_is_above_the_tasks": (
        [
            (
                "prod.yaml",
                "tasks: 4",
                "tasks: 4\n    capacity:\n      fargate_spot: { weight: 70, base: 5 }\n      fargate: { weight: 30 }",
            )
        ],
        [
            "prod.yaml:30: services.fileflow.capacity.fargate_spot.base: 5: is above tasks, 4; lower the base or raise the tasks"
        ],
    ),
    "the_fargate_base_is_above_the_tasks": (
        [("prod.yaml", "tasks: 4", "tasks: 4\n    capacity:\n      fargate: { weight: 30, base: 5 }")],
        [
            "prod.yaml:30: services.fileflow.capacity.fargate.base: 5: is above tasks, 4; lower the base or raise the tasks"
        ],
    ),
    "both_capacity_providers_have_a_base": (
        [("prod.yaml", "tasks: 4", "tasks: 4\n    capacity:\n      fargate_spot: { weight: 70, base: 1 }")],
        [
            "prod.yaml:30: services.fileflow.capacity.fargate_spot.base: 1: fargate.base is 1 already; ECS allows a base on one capacity provider only, set the other to 0"
        ],
    ),
    "no_capacity_provider_has_a_weight": (
        [
            (
                "prod.yaml",
                "tasks: 4",
                "tasks: 4\n    capacity:\n      fargate_spot: { weight: 0 }\n      fargate: { weight: 0 }",
            )
        ],
        [
            "prod.yaml:29: services.fileflow.capacity: both weights are 0; give at least one capacity provider a weight"
        ],
    ),
    "a_deployment_has_no_room": (
        [("prod.yaml", "tasks: 4", "tasks: 4\n    maximum_percent: 100")],
        [
            "prod.yaml:29: services.fileflow.maximum_percent: 100: is not above minimum_healthy_percent, 100; then no task can be replaced: raise this or lower that"
        ],
    ),
    "multi_az_has_no_second_node": (
        [("prod.yaml", "nodes: 2", "nodes: 1")],
        [
            "prod.yaml:35: cache.multi_az: true: needs nodes of 2 or more, got 1; add one or set multi_az: false"
        ],
    ),
    "database_windows_overlap": (
        [
            (
                "shared.yaml",
                "database_name: shared_db",
                "database_name: shared_db\n  backup_window: 04:30-05:30",
            )
        ],
        [
            "shared.yaml:33: database.backup_window: 04:30-05:30: overlaps maintenance_window sun:04:00-sun:05:00; move one of them (touching is fine)"
        ],
    ),
    "a_database_window_is_too_short": (
        [
            (
                "shared.yaml",
                "database_name: shared_db",
                "database_name: shared_db\n  backup_window: 03:00-03:10",
            )
        ],
        ["shared.yaml:33: database.backup_window: 03:00-03:10: lasts 10 minutes; RDS asks for 30 or more"],
    ),
    "a_replicas_windows_overlap": (
        [("dr.yaml", "role: replica", "role: replica\n  backup_window: 04:30-05:30")],
        [
            "dr.yaml:31: database_replica.backup_window: 04:30-05:30: overlaps maintenance_window sat:04:00-sat:05:00; move one of them (touching is fine)"
        ],
    ),
    "a_replicas_window_is_too_short": (
        [("dr.yaml", "role: replica", "role: replica\n  maintenance_window: sat:04:00-sat:04:20")],
        [
            "dr.yaml:31: database_replica.maintenance_window: sat:04:00-sat:04:20: lasts 20 minutes; RDS asks for 30 or more"
        ],
    ),
    "a_database_is_below_the_engines_minimum": (
        [("shared.yaml", "allocated_storage_gb: 100", "allocated_storage_gb: 19")],
        ["shared.yaml:31: database.allocated_storage_gb: 19: out of range; use 20 to 65536"],
    ),
    "a_database_cannot_grow_far_enough": (
        [
            (
                "shared.yaml",
                "database_name: shared_db",
                "database_name: shared_db\n  max_allocated_storage_gb: 109",
            )
        ],
        [
            "shared.yaml:33: database.max_allocated_storage_gb: 109: is not 10 % above allocated_storage_gb, 100, as RDS asks; use 110 or more, or leave it out"
        ],
    ),
    "a_class_has_no_performance_insights": (
        [
            (
                "shared.yaml",
                "instance_class: db.t3.medium",
                "instance_class: db.t3.small\n  performance_insights: true",
            )
        ],
        [
            "shared.yaml:31: database.performance_insights: true: RDS has none for MySQL on db.t3.small; use false or a larger class"
        ],
    ),
    "insights_are_kept_for_days_that_rds_does_not_offer": (
        [
            (
                "shared.yaml",
                "database_name: shared_db",
                "database_name: shared_db\n  performance_insights_days: 30",
            )
        ],
        [
            "shared.yaml:33: database.performance_insights_days: 30: RDS keeps them 7 or 731 days or a multiple of 31; use 31"
        ],
    ),
    "the_general_log_goes_nowhere": (
        [
            (
                "shared.yaml",
                "database_name: shared_db",
                "database_name: shared_db\n  log_exports: [error, slowquery]\n  general_log: true",
            )
        ],
        [
            "shared.yaml:34: database.general_log: true: log_exports leaves general out, so it would only fill the disk; add it or use false"
        ],
    ),
    "a_master_user_is_not_one_for_rds": (
        [
            (
                "shared.yaml",
                "database_name: shared_db",
                "database_name: shared_db\n  master_username: root_user",
            )
        ],
        [
            "shared.yaml:33: database.master_username: root_user: must be 1 to 16 letters and digits, a letter first, e.g. admin"
        ],
    ),
    "a_lifecycle_is_out_of_order": (
        [
            (
                "shared.yaml",
                "usage:\n",
                "log_archive:\n  lifecycle: { standard_ia_days: 90, glacier_days: 100, expiration_days: 99 }\n\nusage:\n",
            )
        ],
        [
            'shared.yaml:35: log_archive.lifecycle.glacier_days: 100: must be 30 days or more after standard_ia_days, 90; use 120 (S3 user guide, "Transitioning objects")',
            'shared.yaml:35: log_archive.lifecycle.expiration_days: 99: must come after glacier_days, 100; raise it (S3 user guide, "Transitioning objects")',
        ],
    ),
    "prefixes_of_the_archive_share_a_branch": (
        [
            (
                "shared.yaml",
                "usage:\n",
                "log_archive:\n  prefixes: [app/, access-logs/cdn/, app/orders/, config/]\n\nusage:\n",
            )
        ],
        [
            f'shared.yaml:35: log_archive.prefixes[{index}]: {prefix}: lies in one branch with {other}; S3 would move its objects by two rules that contradict each other, use another (S3 user guide, "Examples of conflicts between lifecycle rules")'
            for index, prefix, other in ((1, "access-logs/cdn/", "access-logs/"), (2, "app/orders/", "app/"))
        ],
    ),
    "a_purpose_has_no_key": (
        [
            (
                "shared.yaml",
                "keys: [database, objects, secrets, logs, messaging, cache, audit]",
                "keys: [database]",
            )
        ],
        [
            "shared.yaml:26: keys: [database]: has no key for objects, secrets, logs, messaging, cache and audit, whose resources would find none; add it"
        ],
    ),
    "a_tier_is_out_of_order": (
        [("prod.yaml", "[STANDARD, STANDARD_IA, GLACIER]", "[STANDARD, GLACIER, STANDARD_IA]")],
        [
            'prod.yaml:38: storage_tiers: [STANDARD, GLACIER, STANDARD_IA]: objects arrive in STANDARD and only move down from there (S3 user guide, "Transitioning objects"); use [STANDARD, STANDARD_IA, GLACIER]'
        ],
    ),
    "a_tier_is_missing": (
        [("prod.yaml", "[STANDARD, STANDARD_IA, GLACIER]", "[GLACIER]")],
        [
            'prod.yaml:38: storage_tiers: [GLACIER]: objects arrive in STANDARD and only move down from there (S3 user guide, "Transitioning objects"); use [STANDARD, GLACIER]'
        ],
    ),
    "cdn_times_are_out_of_order": (
        [
            (
                "dr.yaml",
                "alias: cdn.fileflow.ryuqqq.com",
                "alias: cdn.fileflow.ryuqqq.com\n    ttl_seconds: { minimum: 400 }",
            )
        ],
        [
            "dr.yaml:44: edge.cdn.ttl_seconds.default: 300: is not between minimum, 400, and maximum, 3600; put them in order"
        ],
    ),
    "the_cdn_has_the_failover_name": (
        [("dr.yaml", "alias: cdn.fileflow.ryuqqq.com", "alias: fileflow.ryuqqq.com")],
        [
            "dr.yaml:43: edge.cdn.alias: fileflow.ryuqqq.com: is edge.host as well; a name is either the CDN's or the failover record's, use another"
        ],
    ),
    "route_53_has_too_few_checkers": (
        [
            (
                "dr.yaml",
                "host: fileflow.ryuqqq.com",
                "host: fileflow.ryuqqq.com\n  health_check: { checker_regions: [us-east-1, eu-west-1] }",
            )
        ],
        [
            "dr.yaml:42: edge.health_check.checker_regions: [us-east-1, eu-west-1]: names 2; Route 53 asks from 3 regions or more (API reference, HealthCheckConfig), name more or none"
        ],
    ),
    "the_cdn_fails_over_on_nothing_and_names_no_paths_and_countries": (
        [
            (
                "dr.yaml",
                "alias: cdn.fileflow.ryuqqq.com",
                "alias: cdn.fileflow.ryuqqq.com\n    failover_status_codes: []\n    uncached_paths: [api]\n    countries: [korea]",
            )
        ],
        [
            "dr.yaml:44: edge.cdn.failover_status_codes: []: has too few entries; give 1 or more, e.g. [502, 503]",
            "dr.yaml:45: edge.cdn.uncached_paths[0]: api: must be a path of CloudFront that starts with /, with * for any text, e.g. /api/*",
            "dr.yaml:46: edge.cdn.countries[0]: korea: must be the two letters of a country (ISO 3166-1), e.g. KR",
        ],
    ),
    "the_lag_alarm_is_above_the_rpo": (
        [("dr.yaml", "lag_alarm_seconds: 900", "lag_alarm_seconds: 901")],
        [
            "dr.yaml:31: database_replica.lag_alarm_seconds: 901: is later than the RPO, objectives.database.rpo_minutes 15 = 900 seconds; use 900 or less"
        ],
    ),
    "the_database_rpo_is_zero": (
        [("dr.yaml", "database: { rpo_minutes: 15", "database: { rpo_minutes: 0")],
        [
            "dr.yaml:31: database_replica.lag_alarm_seconds: 900: is later than the RPO, objectives.database.rpo_minutes 0 = 0 seconds; a replica always lags, so raise the RPO"
        ],
    ),
    "logs_are_collected_for_too_long": (
        [("dr.yaml", "standby:", "log_streaming: { buffer_seconds: 121 }\n\nstandby:")],
        [
            'dr.yaml:36: log_streaming.buffer_seconds: 121: misses the RPO, objectives.logs.rpo_minutes 5 = 300 seconds: CloudWatch Logs takes up to 180 of them (CloudWatch Logs user guide, "Subscriptions"); use 120 or less'
        ],
    ),
    "the_rpo_of_logs_is_shorter_than_a_subscription": (
        [
            ("dr.yaml", "standby:", "log_streaming: { buffer_seconds: 60 }\n\nstandby:"),
            ("dr.yaml", "logs: { rpo_minutes: 5", "logs: { rpo_minutes: 3"),
        ],
        [
            'dr.yaml:36: log_streaming.buffer_seconds: 60: misses the RPO, objectives.logs.rpo_minutes 3 = 180 seconds: CloudWatch Logs takes up to 180 of them (CloudWatch Logs user guide, "Subscriptions"); raise the RPO'
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fails_when(case: str, lines_after: Callable[[list[Edit]], list[str]]) -> None:
    edits, expected = CASES[case]
    assert lines_after(edits) == [f"environments/{line}" for line in expected]
