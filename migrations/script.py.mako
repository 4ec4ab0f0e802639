"""${message}

Revision: ${up_revision}, after ${down_revision or "nothing"}, ${create_date}
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this step adds."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """How to step back."""
    ${downgrades if downgrades else "pass"}
