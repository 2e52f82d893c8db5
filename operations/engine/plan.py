"""A plan as data: steps, the calls they make, how to see that they are done, and how to undo them.

Planners build these from facts with pure functions. Everything here can be written to the journal and read
back (`codec.py`), so that a resumed run needs no new plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Params: TypeAlias = Mapping[str, Any]
"""Plain JSON values, with Refs, Secrets and the others of `values.py` anywhere in them."""


@dataclass(frozen=True)
class Call:
    """One call of AWS. A step's own call may change the account; those of probes and `saves` only read."""

    service: str
    """As boto3 names it: `ecs`, `rds`."""

    region: str
    operation: str
    """As AWS names it: `UpdateService`."""

    params: Params = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    """JMESPath of what the report shows of the answer. What Refs name is kept without being listed."""

    token: str = ""
    """The parameter that makes AWS carry out a repeated request once, where AWS's model does not mark it
    (such as ECS's `clientToken`). Marked ones are filled by themselves; the value survives a resume."""

    accept: tuple[str, ...] = ()
    """Error codes that mean the work is done already: `DBInstanceAlreadyExists` after a crash."""

    def __str__(self) -> str:
        return f"{self.service}:{self.operation} ({self.region})"


@dataclass(frozen=True)
class Local:
    """An action on this machine, such as running Terraform or SQL, by its name in `ACTIONS` of the plan's
    kind (`kinds.py`). It must be safe to repeat, because a crash may hide that it was done."""

    action: str
    params: Params = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    says: str = ""
    """What a plan says it does; its name by default."""

    def __str__(self) -> str:
        return self.says or f"local {self.action}"


Does: TypeAlias = Call | Local


@dataclass(frozen=True)
class Probe:
    """A read that says whether something is done.

    It must be false before the step's call and true after it: it decides after a crash whether to send again.
    """

    call: Does
    equals: Params = field(default_factory=dict)
    """JMESPath to the wanted value; all must hold. Comparisons are JMESPath too: {"a >= `4`": True}."""

    fails: Params = field(default_factory=dict)
    """JMESPath to a value that ends the wait with a failure; any one is enough."""

    done_on: tuple[str, ...] = ()
    """Error codes that mean done: `DBInstanceNotFound` when waiting for a deletion."""

    wait_on: tuple[str, ...] = ()
    """Error codes that mean not yet: `DBInstanceNotFound` when waiting for a creation."""

    shows: str = ""
    """JMESPath of what the progress line shows, and a failure's or time-out's message ends with."""


@dataclass(frozen=True)
class Step:
    """One change, and all that is needed to wait for it, repeat it safely and undo it."""

    id: str
    """Stable, unique in the plan: journal key, target of Refs."""

    why: str
    """One line for the person who is asked."""

    call: Does | None = None
    """None: the step only waits for `done_when`."""

    done_when: Probe | None = None
    """Polled after the call until the time limit. After a crash it is asked first: if it says done, the call
    is not repeated. None: done as soon as the call is answered."""

    arrived_when: Probe | None = None
    """For calls that must not be sent twice and take no token: asked after a crash whether the call arrived.
    What it sees stands in for the call's answer, so it must have the same shape where Refs look."""

    saves: Does | None = None
    """A read whose answer is kept before the call, once: what the step replaces. `Ref(id, path, "saved")`."""

    undo: Does | None = None
    """Puts back what was; must be safe to repeat, and to do when the step did nothing."""

    undone_when: Probe | None = None
    limit_seconds: float = 60.0
    """From the call (after a resume: from the resume) to the end of the waiting."""

    poll_seconds: float = 5.0
    """Longest pause between two looks; the first ones follow sooner."""

    danger: str = ""
    """What cannot be brought back. A person must then type `Plan.confirm`, and `--yes` alone is refused."""

    optional: bool = False
    """A failure is noted and the run goes on, such as fencing a region that may be gone."""

    anew: bool = False
    """If what the call started fails, a resume makes the call once more, with another token and another
    `Attempt()`: another deployment. Without it a resume only looks again."""


@dataclass(frozen=True)
class Plan:
    """Steps in order; none when everything is as it should be."""

    kind: str
    """In `kinds.py`. Two runs of the same kind and target exclude each other."""

    target: str
    """What the run works on: `prod/orders`."""

    account: str
    """The only account that the steps may run in."""

    steps: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    facts: Params = field(default_factory=dict)
    """What the plan rests on, for the report. Plain values."""

    confirm: str = ""
    """What a person types if a step is dangerous; the target if empty."""

    undo_on_failure: bool = False
    """A failure or interruption undoes at once what was done, as drills must."""

    lock_region: str = ""
    """Also keep runs on other machines out, by a parameter in SSM of this region. Empty: only this one's."""

    def __post_init__(self) -> None:
        from operations.engine.checks import check

        check(self)

    @property
    def danger(self) -> tuple[str, ...]:
        """What cannot be brought back."""
        return tuple(f"{step.id}: {step.danger}" for step in self.steps if step.danger)

    @property
    def typed(self) -> str:
        """What a person types to agree to a dangerous plan; empty if a yes is enough."""
        return (self.confirm or self.target) if self.danger else ""

    def step(self, id_: str) -> Step:
        return next(step for step in self.steps if step.id == id_)
