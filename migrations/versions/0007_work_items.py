"""Work items: callbacks and messages that are owed, by when they are due.

Revision: 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATES = "state in ('cancelled', 'done', 'due', 'scheduled', 'unreachable')"


def upgrade() -> None:
    """What this step changes."""
    time = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "work_item",
        sa.Column("work_item_id", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("soon", sa.Boolean(), nullable=False),
        sa.Column("asked_at", time, nullable=False),
        sa.Column("from_at", time, nullable=False),
        sa.Column("due_at", time, nullable=False),
        sa.Column("until_at", time, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("confirmed_segment_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", time, nullable=True),
        sa.CheckConstraint("kind in ('callback', 'message')", name=op.f("ck_work_item_kind")),
        sa.CheckConstraint(_STATES, name=op.f("ck_work_item_state")),
        sa.CheckConstraint("how in ('chat', 'phone')", name=op.f("ck_work_item_how")),
        sa.CheckConstraint("(state in ('due', 'scheduled')) = (ended_at is null)", name=op.f("ck_work_item_ended_at")),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.interaction_id"], name=op.f("fk_work_item_interaction_id")
        ),
        sa.PrimaryKeyConstraint("work_item_id", name=op.f("pk_work_item")),
    )
    is_open = sa.text("ended_at is null")
    op.create_index("uq_work_item_open", "work_item", ["interaction_id"], unique=True, postgresql_where=is_open)
    scheduled = sa.text("state = 'scheduled'")
    op.create_index("ix_work_item_scheduled", "work_item", ["due_at"], postgresql_where=scheduled)
    op.create_index("ix_work_item_owed", "work_item", ["until_at"], postgresql_where=is_open)


def downgrade() -> None:
    """The way back: what is owed is forgotten, so nobody may be left in `callback_due`."""
    op.drop_table("work_item")
