"""Calls that RDS refuses while it works on an instance, made again until the step's time is over.

`InvalidDBInstanceState` comes in the minutes after a restored instance became `available`
(terraform-provider-aws#31594), and for hours while its first backup is taken (#44104). The engine takes it
for an answer, because it does not know that waiting helps.
"""

import time
from collections.abc import Callable

from operations.engine.context import Context
from operations.engine.retry import CallFailed, judged

NOT_NOW = ("InvalidDBInstanceState", "InvalidDBInstanceStateFault")
"""The API reference has the one, CloudTrail the other."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0


def patiently(context: Context, call: str, do: Callable[[], object]) -> None:
    """Do it, again and again while RDS says that the instance's state does not allow it; safe to repeat."""
    pause = FIRST_PAUSE
    while True:
        try:
            with judged(call, context.redactor):
                do()
        except CallFailed as error:
            if error.code not in NOT_NOW or context.remaining() <= pause:
                raise
            context.say(f"again in {pause:.1f} s: {error}")
        else:
            return
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
