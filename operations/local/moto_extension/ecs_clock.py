"""The time in which tasks start and deployments run.

AWS takes minutes where nobody wants to wait. So the emulator counts seconds of AWS, of which many pass in
one second here. Every request tells the time at which it arrived; a replayed one tells the time at which it
was recorded, so that a replay takes the same course.
"""

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
        self._anchor, self._anchor_wall = self.now, self._wall
        self.speed = speed

    def skip(self, seconds: float) -> None:
        """Let `seconds` of AWS pass at once."""
        if seconds < 0:
            raise ValueError(f"time cannot run backwards, got {seconds} seconds")
        self._anchor, self._anchor_wall = self.now + seconds, self._wall

    def date(self, instant: float) -> datetime:
        """The date to show for an instant that has passed."""
        since = max(instant - self._anchor, 0.0)
        wall = self._anchor_wall + (since / self.speed if self.speed else 0.0)
        return datetime.fromtimestamp(wall, UTC).replace(tzinfo=None)


CLOCK = Clock()
