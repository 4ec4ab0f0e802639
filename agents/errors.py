"""What can go wrong at a seat, each a thing its caller can react to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interactions.errors import NotAllowed, NotFound, NotSignedIn, TooLarge, WrongState


class LoginRefused(NotSignedIn):
    """Unknown user, wrong password or disabled account: never said which."""


class LoginExpired(NotSignedIn):
    """The token is unknown, revoked or past its time."""


class CrossOrigin(NotAllowed):
    """A request that carries our cookie came from a page that is not ours."""


class UsernameTaken(WrongState):
    """An account of this name is there already."""


class ShiftClash(WrongState):
    """Two shifts at once, of a seat or of a lawyer."""


class NoSeat(NotAllowed):
    """The account sits nowhere now: no shift, or a role that serves nobody."""


class NotLicensed(NoSeat):
    """The lawyer's practising certificate or training is missing or no longer valid."""


class SeatTaken(WrongState):
    """Somebody else still sits at the seat of this shift."""


class StillOpen(WrongState):
    """Something is still open at the seat; `open` lists what, as a client is told."""

    def __init__(self, message: str, open_items: Sequence[dict[str, Any]]) -> None:
        super().__init__(message)
        self.open = tuple(open_items)


class CallRunning(WrongState):
    """Somebody is on the phone: nothing cuts a running call."""


class NotServing(NotAllowed):
    """The interaction is not with the seat or the account that acts."""


class SeatCannotTake(WrongState):
    """The seat named for a transfer can't have the interaction now; the message says why, as far as it may be told."""


class TextTooLong(TooLarge):
    """A text field is over its limit; the message names the field."""


class NothingToRate(NotFound):
    """No rating was asked for this stretch of service, or its time is over."""


class RatedAlready(WrongState):
    """A stretch of service is rated once."""
