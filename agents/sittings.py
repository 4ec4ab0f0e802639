"""From signing in to signing out, as rows: what the monthly sheet counts.

sits down ─▶ open ─┬─ signed_out, forced, shift_over ─▶ ended now
                   └─ vanished, taken_over ───────────▶ ended when the lawyer was last seen
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from interactions.connections import Connection
from interactions.identity import new_id
from interactions.present import seat_present

# Shorter breaks of a line are no break in the work.
BREAK = timedelta(seconds=60)
_BEGIN = text("""
insert into sitting (sitting_id, account_id, seat_id, started_at) values (:sitting_id, :account_id, :seat_id, :now)
on conflict (account_id) where ended_at is null do nothing
""")
_END = text("""
update sitting set ended_at = greatest(started_at, :now), how = :how where account_id = :account_id and ended_at is null
""")
# Whoever is connected is seen now.
_END_AS_SEEN = text(f"""
update sitting t set how = :how,
    ended_at = greatest(t.started_at,
        case when {seat_present("s.seat_id")} then :now else least(s.last_seen_at, :now) end)
from seat s where s.seat_id = t.seat_id and t.account_id = :account_id and t.ended_at is null
""")  # noqa: S608 - constants above
_END_IF_AWAY = text(f"""
update sitting t set ended_at = greatest(t.started_at, s.last_seen_at), how = 'vanished'
from seat s where s.seat_id = t.seat_id and t.account_id = :account_id and t.ended_at is null
  and s.last_seen_at < :since and not {seat_present("s.seat_id")}
""")  # noqa: S608 - constants above


async def begin_sitting(connection: Connection, account_id: UUID, *, seat_id: UUID, now: datetime) -> None:
    """The lawyer sits there from now on; one who sits already goes on."""
    values = {"sitting_id": new_id(now), "account_id": account_id, "seat_id": seat_id, "now": now}
    await connection.execute(_BEGIN, values)


async def end_sitting(connection: Connection, account_id: UUID, *, how: str, now: datetime) -> None:
    """The lawyer got up now."""
    await connection.execute(_END, {"account_id": account_id, "how": how, "now": now})


async def end_sitting_as_seen(connection: Connection, account_id: UUID, *, how: str, now: datetime) -> None:
    """The lawyer is gone: since they were last seen."""
    await connection.execute(_END_AS_SEEN, {"account_id": account_id, "how": how, "now": now})


async def resume_sitting(connection: Connection, account_id: UUID, *, seat_id: UUID, now: datetime) -> None:
    """The lawyer comes back to a seat that stayed theirs: a longer break is no work."""
    values = {"account_id": account_id, "since": now - BREAK, "now": now}
    await connection.execute(_END_IF_AWAY, values)
    # Also for whoever sat down before sittings were kept.
    await begin_sitting(connection, account_id, seat_id=seat_id, now=now)
