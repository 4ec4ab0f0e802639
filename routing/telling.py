"""When somebody in line is told anew, and why their wait grew. Pure.

A wait grows for one of three reasons, and what is left when two are ruled out is the third: somebody stands before you
who did not, seats have left (or will, by plan), or talks take longer than they did.
"""

from __future__ import annotations

from enum import StrEnum

from routing.estimate import Place


class Grown(StrEnum):
    """Why a wait is longer than the one told before."""

    ARRIVAL_AHEAD = "arrival_ahead"
    SEAT_LEFT = "seat_left"
    LONGER_TALKS = "longer_talks"


def worth_telling(before: Place | None, now: Place, *, least_growth_s: float) -> bool:
    """Whether `now` says anything new: a wait a little longer at the same position does not, that would be noise."""
    if before is None or (before.wait_s is None) != (now.wait_s is None) or before.position != now.position:
        return True
    grown_s = (now.wait_s or 0) - (before.wait_s or 0)
    return grown_s < 0 or grown_s >= max(least_growth_s, 1.0)


def why_grown(before: Place | None, now: Place) -> Grown | None:
    """The cause that weighs most, where the wait is longer than it was told; None where it is not."""
    if before is None or before.wait_s is None:
        return None
    if now.wait_s is None:
        return Grown.SEAT_LEFT
    if now.wait_s <= before.wait_s or before.basis is None or now.basis is None:
        return None
    was, is_now = before.basis, now.basis
    grew = {
        Grown.ARRIVAL_AHEAD: (1 + is_now.ahead) / (1 + was.ahead),
        Grown.SEAT_LEFT: max(_ratio(was.places, is_now.places), _ratio(was.all_places, is_now.all_places)),
    }
    most = max(grew, key=lambda one: grew[one])
    return most if grew[most] > 1 else Grown.LONGER_TALKS


def _ratio(before: float, now: float) -> float:
    return before / now if now > 0 else float("inf")
