"""When to call again somebody who was not reached. Pure.

as soon as the turn comes    a pause after each try, longer after the first
in a time that was given     the same pauses inside it; past its end, the same time of the next day
tried before that time       at that time; such a try is not counted: nobody was promised one
wrong number                 never again
somebody else, in danger     never again: whoever answered may be the danger
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from interactions.work_rows import WorkRow
from routing.settings import CallbackSettings

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Retry:
    """The next try: `from_at` nobody calls before it, due at `due_at`, owed by `until_at`; `attempt` counts those
    that reached nobody so far.
    """

    attempt: int
    from_at: datetime
    due_at: datetime
    until_at: datetime


def retry(
    item: WorkRow, *, result: str, in_danger: bool, now: datetime, settings: CallbackSettings
) -> tuple[int, Retry | None]:
    """How many tries have reached nobody, and the next one; None where this was the last."""
    if now < item.from_at:
        return item.attempts, Retry(item.attempts, item.from_at, item.from_at, item.until_at)
    attempt = item.attempts + 1
    if result == "wrong_number" or (result == "other_person" and in_danger) or attempt >= settings.attempts:
        return attempt, None
    return attempt, _next(item, attempt, now + settings.pause(attempt), settings)


def _next(item: WorkRow, attempt: int, due_at: datetime, settings: CallbackSettings) -> Retry:
    if item.soon:
        return Retry(attempt, due_at, due_at, due_at + timedelta(seconds=settings.soon_within_s))
    from_at, until_at = item.from_at, item.until_at
    while until_at < due_at:
        # Outside the time that was given, somebody else may answer.
        from_at, until_at = from_at + DAY, until_at + DAY
    return Retry(attempt, from_at, max(due_at, from_at), until_at)
