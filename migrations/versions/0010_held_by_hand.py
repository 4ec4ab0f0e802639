"""What a supervisor gave to somebody is theirs for a while, whatever our rules would do.

Revision: 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this step changes."""
    op.add_column("assignment", sa.Column("held_until", sa.TIMESTAMP(timezone=True)))


def downgrade() -> None:
    """The way back."""
    op.drop_column("assignment", "held_until")
