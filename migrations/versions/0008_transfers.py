"""Transfers: one lawyer's wish to hand an interaction on, and the offers that are made of it.

Revision: 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.TIMESTAMP(timezone=True)
STATES = "state in ('accepted', 'cancelled', 'lapsed', 'open', 'refused', 'withdrawn')"


def upgrade() -> None:
    """What this step changes."""
    op.create_table(
        "transfer",
        sa.Column("transfer_id", sa.Uuid(), primary_key=True),
        sa.Column("interaction_id", sa.Uuid(), sa.ForeignKey("interaction.interaction_id"), nullable=False),
        sa.Column("segment_id", sa.Uuid(), sa.ForeignKey("assignment.segment_id"), nullable=False),
        sa.Column("seat_id", sa.Uuid(), sa.ForeignKey("seat.seat_id"), nullable=False),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.account_id"), nullable=False),
        sa.Column("to_seat_id", sa.Uuid(), sa.ForeignKey("seat.seat_id")),
        sa.Column("to_matter", sa.Text()),
        sa.Column("note_seq", sa.BigInteger()),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="open"),
        sa.Column("ended_at", TIME),
        sa.CheckConstraint(STATES, name=op.f("ck_transfer_state")),
        sa.CheckConstraint("(state = 'open') = (ended_at is null)", name=op.f("ck_transfer_ended_at")),
        sa.CheckConstraint("(to_seat_id is null) <> (to_matter is null)", name=op.f("ck_transfer_one_target")),
    )
    is_open = sa.text("state = 'open'")
    op.create_index("uq_transfer_open", "transfer", ["interaction_id"], unique=True, postgresql_where=is_open)
    op.create_index("ix_transfer_open_seat_id", "transfer", ["seat_id"], postgresql_where=is_open)
    op.add_column("offer", sa.Column("transfer_id", sa.Uuid()))
    op.create_foreign_key("fk_offer_transfer_id", "offer", "transfer", ["transfer_id"], ["transfer_id"])
    of_transfer = sa.text("transfer_id is not null")
    op.create_index("ix_offer_transfer_id", "offer", ["transfer_id"], postgresql_where=of_transfer)


def downgrade() -> None:
    """The way back: what is being handed on stays where it is."""
    op.execute(
        "update offer set state = 'withdrawn', ended_at = now() where transfer_id is not null and state = 'live'"
    )
    op.drop_column("offer", "transfer_id")
    op.drop_table("transfer")
