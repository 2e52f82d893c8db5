"""The time in which tasks start and deployments run.

AWS takes minutes where nobody wants to wait. So the emulator counts seconds of AWS, of which many pass in
one second here. Every request tells the time at which it arrived; a replayed one tells the time at which it
was recorded, so that a replay takes the same course.
"""

from bisect import bisect_right
from datetime import UTC, datetime

SPEED = 60.0
"""Seconds of AWS in one second here: five minutes of waiting for the old tasks take five seconds."""


class Clock:
    """Seconds of AWS since some beginning. They never run backwards."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The default speed again."""
        self.speed = SPEED
        self._wall = self._anchor_wall = 0.0
        self._anchor = 0.0
        self._past: list[tuple[float, float, float]] = []
        """Former anchors, their walls and speeds: dates must not change when the speed does."""

    @property
    def now(self) -> float:
        """The present, as of the last request."""
        return self._anchor + (self._wall - self._anchor_wall) * self.speed

    def tell(self, wall: float) -> None:
        """A request arrived at `wall`, in seconds of the Unix epoch."""
        if self._anchor_wall == 0.0:
            self._anchor_wall = wall
        self._wall = max(self._wall, wall)

    def set_speed(self, speed: float) -> None:
        """From now on; 0 stops the time, which then passes by `skip` only."""
        if speed < 0:
            raise ValueError(f"time cannot run backwards, got speed {speed}")
        self._turn(self.now)
        self.speed = speed

    def skip(self, seconds: float) -> None:
        """Let `seconds` of AWS pass at once."""
        if seconds < 0:
            raise ValueError(f"time cannot run backwards, got {seconds} seconds")
        self._turn(self.now + seconds)

    def date(self, instant: float) -> datetime:
        """The date to show for an instant that has passed."""
        pieces = [*self._past, (self._anchor, self._anchor_wall, self.speed)]
        index = max(bisect_right(pieces, (instant, float("inf"), 0.0)) - 1, 0)
        anchor, wall, speed = pieces[index]
        wall += max(instant - anchor, 0.0) / speed if speed else 0.0
        if index + 1 < len(pieces):
            # What happened in a time that was skipped, happened then.
            wall = min(wall, pieces[index + 1][1])
        return datetime.fromtimestamp(wall, UTC).replace(tzinfo=None)

    def _turn(self, anchor: float) -> None:
        """From now on, seconds are counted from `anchor`."""
        if self._anchor_wall:
            self._past.append((self._anchor, self._anchor_wall, self.speed))
        self._anchor, self._anchor_wall = anchor, self._wall


CLOCK = Clock()
