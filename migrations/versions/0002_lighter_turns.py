"""Two indexes less for every turn: one nobody asked, one only for the rows it is about.

Revision: 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this step changes."""
    op.drop_index("ix_dedupe_interaction_id", table_name="dedupe")
    op.drop_index("uq_event_in_reply_to", table_name="event")
    op.create_index(
        "uq_event_in_reply_to",
        "event",
        ["interaction_id", "in_reply_to"],
        unique=True,
        postgresql_where=sa.text("in_reply_to is not null"),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_index("uq_event_in_reply_to", table_name="event")
    op.create_index("uq_event_in_reply_to", "event", ["interaction_id", "in_reply_to"], unique=True)
    op.create_index("ix_dedupe_interaction_id", "dedupe", ["interaction_id"], unique=False)
