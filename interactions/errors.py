"""One root error; one class per thing a caller can react to, with its wire code and HTTP status."""

from __future__ import annotations

from typing import ClassVar


class HotlineError(Exception):
    """Root of every error we raise on purpose.

    `code` is an error code of PROTOCOL.md, `status` the HTTP status. The message is shown to people:
    it names what and where, never a resident's words.
    """

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 400

    @property
    def message(self) -> str:
        """What the caller is told."""
        return str(self)


class Invalid(HotlineError):
    """A value that came in does not have the shape asked for."""


class BadFrame(HotlineError):
    """A frame could not be read or has an unknown type."""

    code = "bad_frame"


class NotFound(HotlineError):
    """There is no such thing, or it is not yours to know of."""

    code = "not_found"
    status = 404


class NotAllowed(HotlineError):
    """The caller's role or scope does not reach this."""

    code = "not_allowed"
    status = 403


class NotSignedIn(HotlineError):
    """No valid login came with the request."""

    code = "not_allowed"
    status = 401


class WrongState(HotlineError):
    """The interaction or seat is not in a state in which this may happen."""

    code = "wrong_state"
    status = 409


class Conflict(HotlineError):
    """Two did the same thing at once and a constraint of the database let one of them; `constraint` names it."""

    code = "wrong_state"
    status = 409

    def __init__(self, constraint: str) -> None:
        # The name is for code that knows it; it tells people nothing.
        super().__init__("刚刚已由他人处理，请刷新后再试")
        self.constraint = constraint


class OfferGone(HotlineError):
    """The offer was accepted elsewhere, lapsed or was withdrawn."""

    code = "offer_gone"
    status = 409


class TooLarge(HotlineError):
    """More bytes or characters than the limit."""

    code = "too_large"
    status = 413


class TooFast(HotlineError):
    """Over the rate limit; `retry_s` seconds until the next try may succeed."""

    code = "too_fast"
    status = 429

    def __init__(self, message: str, *, retry_s: float) -> None:
        super().__init__(message)
        self.retry_s = retry_s


class Unavailable(HotlineError):
    """A server we depend on did not answer; nothing was done and a retry is safe."""

    code = "unavailable"
    status = 503


class IllegalTransition(HotlineError):
    """Code asked for a move that the transition table does not have: a defect of ours, never the caller's."""

    code = "wrong_state"
    status = 500


class Erased(HotlineError):
    """The words of this interaction were erased; only its headers and its chain remain."""

    code = "not_found"
    status = 410
