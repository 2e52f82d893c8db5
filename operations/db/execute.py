"""Carries out a plan, step by step. It keeps no journal: the next run looks at what is there."""

from collections.abc import Callable

from operations.aws import Aws
from operations.db.plan import Plan, Step, TryLogin
from operations.db.server import Denied, Session, session
from operations.db.vault import Call
from operations.errors import HybridError

Watch = Callable[[Step], None]
"""Called before each step."""


def execute(plan: Plan, *, admin: Session, aws: Aws, before: Watch, after: Watch = lambda _: None) -> None:
    """Do every step, or raise an error that says how far it came and that a repetition continues."""
    for number, step in enumerate(plan.steps, 1):
        before(step)
        failure = _attempt(plan, step, admin, aws)
        if failure:
            done = f"{number - 1} of {len(plan.steps)} steps are done"
            raise HybridError(
                f"{failure}\nStopped at the step {step.id}; {done}. Run the same command again: it looks at "
                "what is there and continues."
            )
        after(step)


def _attempt(plan: Plan, step: Step, admin: Session, aws: Aws) -> HybridError | None:
    try:
        match step.does:
            case Call():
                step.does.send(aws)
            case TryLogin():
                _log_in(plan, step.does)
            case _:
                admin.run(step.does)
    except HybridError as error:
        return error
    return None


def _log_in(plan: Plan, wanted: TryLogin) -> None:
    refused = False
    try:
        with session(plan.facts.endpoint, wanted.user, wanted.password):
            pass
    except Denied:
        refused = True
    if refused:
        raise HybridError(f"{plan.facts.endpoint} does not accept {wanted.user} with the new password")
