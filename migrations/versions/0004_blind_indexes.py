"""Blind indexes; inbound deliveries in their sender's order; what waits for a person is found at once.

Revision: 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = "processed_at is null and dead_at is null"


def upgrade() -> None:
    """What this step changes."""
    op.create_table(
        "blind_index",
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("index_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.interaction_id"], name=op.f("fk_blind_index_interaction_id")
        ),
        sa.PrimaryKeyConstraint("interaction_id", "kind", "digest", name=op.f("pk_blind_index")),
    )
    op.create_index("ix_blind_index_kind_digest", "blind_index", ["kind", "digest"])
    op.add_column("inbound", sa.Column("sender", sa.LargeBinary(), nullable=True))
    op.add_column("inbound", sa.Column("arrival", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    # Erasure used to leave the key of an emptied delivery behind.
    op.execute("update inbound set wrapped = null, master_id = null where sealed is null")
    op.create_check_constraint(op.f("ck_inbound_sealed_by"), "inbound", "(sealed is null) = (wrapped is null)")
    op.create_check_constraint(op.f("ck_inbound_wrapped_by"), "inbound", "(wrapped is null) = (master_id is null)")
    op.create_index(
        "ix_inbound_open_sender",
        "inbound",
        ["channel", "account", "sender", "arrival"],
        postgresql_where=sa.text(_OPEN),
    )
    op.create_index("ix_inbound_dead", "inbound", ["dead_at"], postgresql_where=sa.text("dead_at is not null"))
    op.create_index("ix_inbound_master_id", "inbound", ["master_id"], postgresql_where=sa.text("wrapped is not null"))
    op.create_index("ix_outbox_stuck", "outbox", ["created_at"], postgresql_where=sa.text("state in ('dead', 'held')"))


def downgrade() -> None:
    """The way back: indexes can be made anew from the log."""
    op.drop_index("ix_outbox_stuck", table_name="outbox")
    for index in ("ix_inbound_master_id", "ix_inbound_dead", "ix_inbound_open_sender"):
        op.drop_index(index, table_name="inbound")
    op.drop_constraint("ck_inbound_wrapped_by", "inbound")
    op.drop_constraint("ck_inbound_sealed_by", "inbound")
    op.drop_column("inbound", "arrival")
    op.drop_column("inbound", "sender")
    op.drop_table("blind_index")
