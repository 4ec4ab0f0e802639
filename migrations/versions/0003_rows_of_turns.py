"""A type for a turn's row, so that many travel as one parameter.

Revision: 0003.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this step changes."""
    op.execute("""
        create type plain_turn as (
            interaction_id uuid, old_state text, old_seq bigint, last_turn_at timestamptz,
            unanswered_since timestamptz, kind text, "by" text, by_id uuid, "at" timestamptz, in_reply_to bigint,
            body bytea, sealed bytea, hash bytea, scope uuid, client_id text
        )
    """)


def downgrade() -> None:
    """The way back."""
    op.execute("drop type plain_turn")
