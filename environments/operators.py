"""What an operator of an environment may do: the generated policies, with its names filled in."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from environments import naming
from environments.schema import Fleet

POLICIES = Path(__file__).resolve().parents[1] / "docs" / "operator-policies"
"""One file for each command group, written by `python -m operations.permissions --write`."""

WITH_STANDBY = ("deploy", "service")
"""Groups whose commands also bring a release of the primary workload to its standby."""

_PLACEHOLDER = re.compile(r"<([a-z_]+)>")


@cache
def groups() -> tuple[str, ...]:
    """Command groups that have a policy."""
    return tuple(sorted(path.stem for path in POLICIES.glob("*.json")))


def statements(fleet: Fleet, environment: str, group: str) -> list[dict[str, Any]]:
    """The policy of a group in one environment; for the primary workload its standby's as well if needed."""
    document = json.loads((POLICIES / f"{group}.json").read_text(encoding="utf-8"))
    scopes = [names(fleet, environment)]
    if environment == fleet.primary.name and group in WITH_STANDBY:
        scopes.append(names(fleet, fleet.dr.name))
    return [_filled(statement, scopes) for statement in document["Statement"]]


def names(fleet: Fleet, environment: str) -> dict[str, str]:
    """What the placeholders stand for."""
    env = fleet.environments[environment]
    prefix = fleet.shared.organisation.prefix
    side = fleet.dr if env is fleet.dr else fleet.shared
    replica = fleet.dr.database_replica.identifier
    return {
        "account": env.account_id,
        "region": env.region,
        "environment": env.name,
        "cluster": naming.cluster(env),
        "load_balancer": naming.load_balancer(env),
        "role_path": naming.role_path(prefix, env.name),
        "state_bucket": naming.state_bucket(prefix, env.name),
        "webhook": naming.incident_webhook(prefix),
        "database": replica if env is fleet.dr else fleet.shared.database.identifier,
        "database_role_path": naming.role_path(prefix, side.name),
        "database_side": fleet.dr.name if env is fleet.dr else fleet.primary.name,
        "database_state_bucket": naming.state_bucket(prefix, side.name),
    }


def _filled(statement: dict[str, Any], scopes: list[dict[str, str]]) -> dict[str, Any]:
    resources = [_fill(one, scope) for one in statement["Resource"] for scope in scopes]
    filled = {**statement, "Resource": list(dict.fromkeys(resources))}
    if "Condition" in statement:
        filled["Condition"] = {
            operator: {key: _condition(value, scopes) for key, value in keys.items()}
            for operator, keys in statement["Condition"].items()
        }
    return filled


def _condition(value: str, scopes: list[dict[str, str]]) -> str | list[str]:
    values = list(dict.fromkeys(_fill(value, scope) for scope in scopes))
    return values[0] if len(values) == 1 else values


def _fill(text: str, scope: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: scope[match[1]], text)
