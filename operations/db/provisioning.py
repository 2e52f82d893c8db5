"""The plan that makes a service's database, user, rights and secret what they should be."""

from operations.db import grants, secret_steps, sql
from operations.db.facts import Facts
from operations.db.passwords import Fresh
from operations.db.plan import Plan, Step, guard_server, try_login
from operations.db.server import Login
from operations.db.sql import Password
from operations.db.vault import Version
from operations.errors import Refused


def provision(facts: Facts, new: Fresh, *, accept_grants: bool = False) -> Plan:
    """Database, user, exactly our grants, and a secret whose password works."""
    guard_server(facts)
    found = facts.account.grants if facts.account else None
    if found and not found.none_yet:
        _guard_grants(facts, found, accept_grants)
    steps = secret_steps.exists(facts)
    chosen, before, after = _credentials(facts, new)
    steps += before
    if not facts.database:
        steps.append(Step("create-database", "it does not exist", sql.create_database(facts.names.database)))
    steps += _account_steps(facts, chosen, accept_grants)
    if before or not facts.account or after:
        steps.append(try_login(facts, _password(chosen)))
    steps += after
    steps += _connection(facts, chosen, new)
    return Plan(facts, tuple(steps), _notes(facts))


def _credentials(facts: Facts, new: Fresh) -> tuple[Version | Fresh, list[Step], list[Step]]:
    """The password to use, and the steps on the secret before and after the user has it."""
    user, current, pending = facts.names.user, facts.secret.current, facts.secret.pending
    if facts.account is None:
        if current and current.usable_for(user):
            return current, secret_steps.withdraw(facts), []
        if pending and pending.usable_for(user):
            return pending, [], secret_steps.promote(facts, pending.id)
        store, publish = secret_steps.store(facts, new)
        return new, [store], publish
    if pending and pending.login is Login.WORKS:
        return pending, [], secret_steps.promote(facts, pending.id)
    if current and current.login is Login.WORKS:
        return current, secret_steps.withdraw(facts), []
    raise Refused(
        f"the user {user} exists, but no password in the secret {facts.secret.name} works for it. If nobody "
        f"relies on another one, `hybrid db rotate {facts.names.service} --env {facts.names.environment}` "
        "sets a new one. Nothing was changed."
    )


def _account_steps(facts: Facts, chosen: Version | Fresh, accept_grants: bool) -> list[Step]:
    names, account = facts.names, facts.account
    ours = Step(
        "grant", "least rights on its own database", sql.grant(names.user, names.database, grants.PRIVILEGES)
    )
    if account is None:
        create = sql.create_user(names.user, _password(chosen))
        return [Step("create-user", "it does not exist", create), ours]
    steps = []
    if not account.requires_tls:
        steps.append(Step("require-tls", "the user may log in without TLS", sql.require_tls(names.user)))
    if account.grants.none_yet:
        steps.append(ours)
    elif account.grants and accept_grants:
        statements = grants.reset(names.user, names.database, account.grants)
        steps += [
            Step(f"reset-grants-{number}", "exactly ours, by --accept-grants", statement)
            for number, statement in enumerate(statements, 1)
        ]
    return steps


def _guard_grants(facts: Facts, found: grants.Difference, accepted: bool) -> None:
    if not found or (accepted and not found.unread):
        return
    ending = (
        "Revoke by hand what cannot be read here"
        if found.unread
        else "If exactly ours is right, repeat with --accept-grants"
    )
    lines = "\n".join(f"  {line}" for line in found.lines())
    raise Refused(
        f"{facts.names.user} does not have exactly the rights it should (+ beyond them, - lacking):\n"
        f"{lines}\n{ending}. Nothing was changed."
    )


def _connection(facts: Facts, chosen: Version | Fresh, new: Fresh) -> list[Step]:
    if isinstance(chosen, Fresh) or secret_steps.matches(chosen.fields, facts.connection):
        return []
    return [secret_steps.store_connection(facts, _password(chosen), new.version)]


def _password(chosen: Version | Fresh) -> Password:
    if chosen.password is None:
        raise ValueError("a version without a password cannot be chosen")
    return chosen.password


def _notes(facts: Facts) -> tuple[str, ...]:
    """What a person should know and no step does."""
    if facts.account and facts.account.old_password_kept:
        return (
            "the password before the last rotation is still valid; when every task has restarted, run "
            f"`hybrid db rotate {facts.names.service} --env {facts.names.environment} --discard-old`",
        )
    return ()
