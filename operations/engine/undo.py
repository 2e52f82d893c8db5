"""Undoes what a run did: steps in reverse order, journaled as well, and continued after a crash."""

from operations.engine import crash, kinds
from operations.engine.executor import StepFailed, Worker, mistake
from operations.engine.plan import Does, Step
from operations.engine.state import Run
from operations.errors import HybridError


def undoable(run: Run) -> tuple[Step, ...]:
    """Steps that are left to undo, in that order. One whose end nobody knows is undone as well."""
    touched = [step for step in run.plan.steps if run.steps[step.id].touched]
    return tuple(step for step in reversed(touched) if step.undo and not run.steps[step.id].undone)


def lasting(run: Run) -> tuple[Step, ...]:
    """Steps that were begun and have no undo; those that only wait leave nothing."""
    return tuple(
        step for step in run.plan.steps if run.steps[step.id].touched and step.call and not step.undo
    )


class Undoer(Worker):
    """Goes back."""

    def go(self) -> None:
        """Undo what is left, or raise an error after it was journaled."""
        for step in undoable(self.run):
            if step.undo is None:
                continue
            failure: HybridError
            try:
                self._undo(step, step.undo)
                continue
            except HybridError as error:
                failure = error
            except Exception as error:
                failure = mistake(error)
            text = self.context.redactor.text(str(failure)) + self._release()
            self.write("failed", step=step.id, error=f"undo: {text}", optional=False)
            failed = StepFailed(f"undoing {step.id}: {text}")
            failed.exit_code = failure.exit_code
            raise failed

    def _release(self) -> str:
        """An undo that cannot go on must not keep others out. What went wrong with that, too."""
        try:
            kinds.release(self.run.plan.kind, self.context, self.run.plan)
        except HybridError as error:
            return f"\nWhat the run holds was not given back: {self.context.redactor.text(str(error))}"
        return ""

    def _undo(self, step: Step, undo: Does) -> None:
        self.begin(step)
        self.write("undoing", step=step.id)
        # It is safe to repeat by contract, so a lost answer needs no search.
        self.attempt(lambda: self.send(undo, f"{step.id}-undo"), lambda: None)
        crash.point("undo-between", self.numbers[step.id], step.id)
        if step.undone_when:
            self.wait(step, step.undone_when)
        self.write("undone", step=step.id)
        crash.point("undo-after", self.numbers[step.id], step.id)
