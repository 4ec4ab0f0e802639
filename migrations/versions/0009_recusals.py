"""Recusals follow the lawyer: who refused for conflict or competence is kept from it wherever they sit.

Revision: 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Who refused stands in the log; what lay with the seat would follow whoever sits there next.
_FROM_THE_LOG = """
insert into recusal (interaction_id, account_id, reason, at)
select distinct on (e.interaction_id, e.by_id)
       e.interaction_id, e.by_id, convert_from(e.body, 'UTF8')::jsonb ->> 'reason', e.at
from event e join account a on a.account_id = e.by_id
where e.kind = 'interaction.offer_ended'
  and convert_from(e.body, 'UTF8')::jsonb ->> 'reason' in ('conflict', 'competence')
order by e.interaction_id, e.by_id, e.seq
"""


def upgrade() -> None:
    """What this step changes."""
    op.create_table(
        "recusal",
        sa.Column("interaction_id", sa.Uuid(), sa.ForeignKey("interaction.interaction_id"), primary_key=True),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.account_id"), primary_key=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
    )
    op.execute(_FROM_THE_LOG)
    op.execute("delete from exclusion where until is null")
    op.drop_index("ix_exclusion_until", table_name="exclusion")
    op.alter_column("exclusion", "until", nullable=False)
    op.create_index("ix_exclusion_until", "exclusion", ["until"])


def downgrade() -> None:
    """The way back: with the seat where the lawyer sits now."""
    op.drop_index("ix_exclusion_until", table_name="exclusion")
    op.alter_column("exclusion", "until", nullable=True)
    op.execute("""
        insert into exclusion (interaction_id, seat_id, reason)
        select r.interaction_id, s.seat_id, r.reason from recusal r join seat s on s.account_id = r.account_id
        on conflict (interaction_id, seat_id) do update set until = null, reason = excluded.reason
    """)
    op.create_index("ix_exclusion_until", "exclusion", ["until"], postgresql_where=sa.text("until is not null"))
    op.drop_table("recusal")
