"""Tables only this room needs: logins, wishes, and what the roster remembers beside the shifts themselves."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text, Uuid, text

from interactions.tables import Time, metadata

login = Table(
    "login",
    metadata,
    Column("login_id", Uuid, primary_key=True),
    # SHA-256 of the token: 256 random bits need no salt, and a stolen table opens nothing.
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Column("revoked_at", Time),
    Index("ix_login_account_id", "account_id"),
)

# 示闲 or 示忙 as the lawyer last chose: signing in goes back to it. An automatic away is not a wish.
last_wish = Table(
    "last_wish",
    metadata,
    Column("account_id", Uuid, ForeignKey("account.account_id"), primary_key=True),
    Column("status", Text, nullable=False),
    CheckConstraint("status in ('available', 'away')", name="status"),
)

# Shifts a person took out of the roster: a new plan does not put them back.
cancelled_shift = Table(
    "cancelled_shift",
    metadata,
    Column("shift_id", Uuid, primary_key=True),
    Column("seat_id", Uuid, ForeignKey("seat.seat_id"), nullable=False),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("starts_at", Time, nullable=False),
    Column("ends_at", Time),
    Column("cancelled_at", Time, nullable=False),
    Column("cancelled_by", Uuid, ForeignKey("account.account_id")),
    Column("reason", Text),
    Index("ix_cancelled_shift_starts_at", "starts_at"),
)

# From signing in to signing out, for the monthly sheet. `how`: signed_out, taken_over, forced, vanished.
sitting = Table(
    "sitting",
    metadata,
    Column("sitting_id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("seat_id", Uuid, ForeignKey("seat.seat_id"), nullable=False),
    Column("started_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("how", Text),
    CheckConstraint("ended_at is null or ended_at >= started_at", name="ends_after_start"),
    CheckConstraint("(ended_at is null) = (how is null)", name="ended"),
    Index("uq_sitting_open_account_id", "account_id", unique=True, postgresql_where=text("ended_at is null")),
    Index("ix_sitting_started_at", "started_at"),
)

# The minutes after a contact in danger, with the lawyer who had it: at whatever seat they sit, these count as work.
protection = Table(
    "protection",
    metadata,
    Column("segment_id", Uuid, ForeignKey("assignment.segment_id"), primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("starts_at", Time, nullable=False),
    Column("ends_at", Time, nullable=False),
    Index("ix_protection_account_id_ends_at", "account_id", "ends_at"),
)

# Stretches in which nobody served; the one without an end is now.
unstaffed = Table(
    "unstaffed",
    metadata,
    Column("since", Time, primary_key=True),
    Column("until", Time),
    CheckConstraint("until is null or until >= since", name="ends_after_start"),
    Index("uq_unstaffed_now", text("(until is null)"), unique=True, postgresql_where=text("until is null")),
)
