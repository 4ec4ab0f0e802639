"""Two indexes for what the router asks at every look: which pause ends next, which shifts run.

Revision: 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this step changes."""
    op.create_index("ix_exclusion_until", "exclusion", ["until"], postgresql_where=sa.text("until is not null"))
    op.create_index("ix_shift_ends_at", "shift", ["ends_at"])


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_shift_ends_at", table_name="shift")
    op.drop_index("ix_exclusion_until", table_name="exclusion")
