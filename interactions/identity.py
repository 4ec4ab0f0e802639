"""Identifiers: UUIDv7 from the house's clock, month bounds for partitions, and the number people quote."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id(at: datetime) -> UUID:
    """A fresh UUIDv7 whose time part is `at` (RFC 9562 §5.7)."""
    return uuid7(nanoseconds=int(at.timestamp() * 1_000_000) * 1_000)


def first_id_of(day: date) -> UUID:
    """The smallest UUIDv7 of midnight UTC of `day`: the bound of a monthly partition.

    The version bits are left zero, so that every real id of that millisecond is larger.
    """
    millis = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1_000)
    return UUID(int=millis << 80)


# The 受理编号 of the `last`-th interaction of `day`, as SQL: `20261123-000017`. A seventh digit widens it.
READABLE_NUMBER = "to_char(day, 'YYYYMMDD') || '-' || lpad(last::text, greatest(6, length(last::text)), '0')"
