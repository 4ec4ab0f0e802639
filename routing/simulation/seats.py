"""A seat of a simulated day: the router's own `DutySeat`, and what its lawyer is at."""

from __future__ import annotations

from datetime import datetime

from routing.candidates import Candidate
from routing.capacity import DutySeat
from routing.settings import RampUpSettings
from routing.simulation.posts import Post


class VirtualSeat:
    """Signed in or not, away or not, with so much in hand.

    The policy's view of it is kept until the seat changes or time alone changes it: most rounds find most seats as
    they were.
    """

    __slots__ = ("_candidate", "_until", "away", "duty", "misses", "post", "signed_in")

    def __init__(self, post: Post, *, now: datetime) -> None:
        self.post = post
        self.signed_in = False
        self.away = False
        self.misses = 0
        skills = (post.matters, post.languages, post.channels)
        self.duty = DutySeat(post.seat_id, post.seat_id, *skills, post.capacity, now, now, None, 0)
        self._candidate: Candidate | None = None
        self._until: datetime | None = None

    @property
    def on_duty(self) -> bool:
        """Whether it takes work."""
        return self.signed_in and not self.away

    def change(self, **facts: object) -> None:
        """Anything of `DutySeat`."""
        self.duty = self.duty._replace(**facts)  # type: ignore[arg-type]
        self._candidate = None

    def load(self, more: int) -> None:
        """Takes `more` in hand, or puts it down."""
        self.change(load=self.duty.load + more)

    def candidate(self, now: datetime, ramp_up: RampUpSettings) -> Candidate:
        """The seat as the policy sees it now."""
        if self._candidate is None or (self._until is not None and now >= self._until):
            self._candidate = self.duty.candidate(now, ramp_up)
            self._until = self.duty.changes_at(now, ramp_up)
        return self._candidate

    @property
    def changes_at(self) -> datetime | None:
        """When time alone will give it more slots, as of its last look."""
        return self._until
