"""A new password without a moment in which new connections fail, where the server can do that."""

from operations.db import secret_steps, sql
from operations.db.facts import Account, Facts
from operations.db.passwords import Fresh
from operations.db.plan import Plan, Step, guard_server, try_login
from operations.db.server import Login
from operations.errors import Refused


def rotate(facts: Facts, new: Fresh) -> Plan:
    """Finish an interrupted rotation if there is one, else begin a new one and finish it.

    Stored as pending, set beside the old one, tried, published: at each moment the password that services
    read is valid. MariaDB has no second password: there, the old one ends when the new one is set.
    """
    account = _account(facts)
    pending, user = facts.secret.pending, facts.names.user
    if pending and pending.password and pending.login is Login.WORKS:
        steps = [try_login(facts, pending.password), *secret_steps.promote(facts, pending.id)]
        return Plan(facts, tuple(steps), ("finishes the rotation that was interrupted", *_after(facts)))
    if account.old_password_kept:
        raise Refused(
            f"the password before the last rotation of {user} is still valid, and a server keeps two. When "
            f"every task has restarted, run `hybrid db rotate {facts.names.service} "
            f"--env {facts.names.environment} --discard-old`, then rotate. Nothing was changed."
        )
    steps = secret_steps.exists(facts)
    if pending and pending.password and pending.usable_for(user):
        password, publish = pending.password, secret_steps.promote(facts, pending.id)
    else:
        store, publish = secret_steps.store(facts, new)
        password = new.password
        steps.append(store)
    keep = facts.server.dual_passwords
    why = "the old one stays valid beside it" if keep else "this server keeps no second one"
    steps += [
        Step("set-password", why, sql.set_password(user, password, keep_old=keep)),
        try_login(facts, password),
        *publish,
    ]
    return Plan(facts, tuple(steps), _after(facts))


def discard_old(facts: Facts) -> Plan:
    """End the password before the last rotation."""
    account = _account(facts)
    if not account.old_password_kept:
        return Plan(facts, ())
    current = facts.secret.current
    if facts.secret.pending or not current or not current.password or current.login is not Login.WORKS:
        raise Refused(
            f"the password that services read ({facts.secret.name}) may be the old one; finish the rotation "
            f"first: `hybrid db rotate {facts.names.service} --env {facts.names.environment}`. "
            "Nothing was changed."
        )
    user = facts.names.user
    steps = (
        Step("discard-old-password", "--discard-old", sql.discard_old_password(user)),
        try_login(facts, current.password),
    )
    return Plan(facts, steps)


def _account(facts: Facts) -> Account:
    guard_server(facts)
    if facts.account is None:
        raise Refused(
            f"there is no user {facts.names.user}; run `hybrid db provision {facts.names.service} "
            f"--env {facts.names.environment}` first. Nothing was changed."
        )
    return facts.account


def _after(facts: Facts) -> tuple[str, ...]:
    names = facts.names
    restart = f"restart the tasks of {names.service}: they read the secret when they start"
    if facts.server.dual_passwords:
        finish = f"`hybrid db rotate {names.service} --env {names.environment} --discard-old`"
        return (f"{restart}; until {finish} the old password is valid too",)
    return (f"{restart}; {facts.server.version} keeps no second password, so do it at once",)
