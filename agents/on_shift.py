"""Which seat an account's shift gives it now, which one comes next, and whether it may serve: read from rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from agents.calendar import WEEKDAY_NAMES
from agents.errors import NoSeat
from agents.licence import require_valid
from agents.settings import RosterSettings
from interactions.connections import Connection

# A shift that runs comes before one that is about to begin: the lawyer is still needed there.
_SHIFT = text("""
select h.seat_id, h.starts_at from shift h
where h.account_id = :account_id and h.starts_at <= :soon and (h.ends_at is null or h.ends_at > :now)
order by h.starts_at limit 1
""")
_NEXT = text("""
select h.starts_at, s.name from shift h join seat s on s.seat_id = h.seat_id
where h.account_id = :account_id and h.starts_at > :now order by h.starts_at limit 1
""")
_RUNNING_AT = text("""
select exists (select from shift h where h.seat_id = :seat_id and h.account_id = :account_id
               and h.starts_at <= :soon and (h.ends_at is null or h.ends_at > :now))
""")
_PAPERS = text("select licence_until, trained_on from account where account_id = :account_id")


class Shifts:
    """Looks up shifts around now."""

    def __init__(self, *, settings: RosterSettings, timezone: ZoneInfo) -> None:
        self._early = timedelta(seconds=settings.early_s)
        self._licence = settings.licence
        self._timezone = timezone

    async def seat_of(self, connection: Connection, account_id: UUID, *, now: datetime) -> UUID | None:
        """The seat the account may sit at now: its shift runs, or begins in a moment."""
        values = {"account_id": account_id, "now": now, "soon": now + self._early}
        row = (await connection.execute(_SHIFT, values)).first()
        return row.seat_id if row else None

    async def runs_at(self, connection: Connection, seat_id: UUID, account_id: UUID | None, *, now: datetime) -> bool:
        """Whether the account's shift at this seat runs, or begins in a moment."""
        values = {"seat_id": seat_id, "account_id": account_id, "now": now, "soon": now + self._early}
        return bool(await connection.scalar(_RUNNING_AT, values))

    async def require_papers(self, connection: Connection, account_id: UUID, *, now: datetime) -> None:
        """Raises `NotLicensed` where certificate or training do not hold today."""
        row = (await connection.execute(_PAPERS, {"account_id": account_id})).one()
        today = now.astimezone(self._timezone).date()
        require_valid(row.licence_until, row.trained_on, today=today, settings=self._licence)

    async def no_seat(self, connection: Connection, account_id: UUID, *, now: datetime) -> NoSeat:
        """Why there is no seat, and what comes next."""
        row = (await connection.execute(_NEXT, {"account_id": account_id, "now": now})).first()
        if row is None:
            return NoSeat("当前没有您的班次，无法签入坐席；排班中也没有您今后的班次，请与班长联系")
        at = row.starts_at.astimezone(self._timezone)
        early = f"，开始前 {self._early.seconds // 60} 分钟可以签入" if self._early else ""
        when = f"{at:%m月%d日} 周{WEEKDAY_NAMES[at.weekday()]} {at:%H:%M}"
        return NoSeat(f"当前没有您的班次，无法签入坐席。您的下一班是 {when}（{row.name}）{early}")
