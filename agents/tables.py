"""Tables only this room needs: who is logged in, and what a lawyer last wished to be."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text, Uuid

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
