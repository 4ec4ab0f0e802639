"""Why an engine is down. Each is `Unavailable` to the house; `reason` is what metrics and logs call it."""

from __future__ import annotations

from typing import ClassVar

from interactions.errors import Unavailable


class EngineDown(Unavailable):
    """An engine outside this process cannot answer now."""

    reason: ClassVar[str] = "down"


class EngineSilent(EngineDown):
    """Nobody listens there, or no answer came in time."""

    reason = "silent"


class EngineRefused(EngineDown):
    """It answered with a status that is no answer: 401 without its token, 409 without a model, 5xx in trouble."""

    reason = "refused"


class ReplyGarbled(EngineDown):
    """It answered something else than it should."""

    reason = "garbled"


class OtherContent(EngineDown):
    """Its model was made of other content than ours: its entries are not ours."""

    reason = "other_content"


class BreakerOpen(EngineDown):
    """Not asked: it was down a moment ago."""

    reason = "not_asked"
