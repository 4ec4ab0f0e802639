"""The roster: shifts that never overlap, licences, what was worked, and stretches in which nobody served.

Revision: 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.TIMESTAMP(timezone=True)
# Of shifts that begin together the oldest stays; each ends where the next one of its seat or lawyer begins.
_TOGETHER = """
delete from shift a using shift b
where a.{whose} = b.{whose} and a.starts_at = b.starts_at and b.shift_id < a.shift_id
"""
_APART = """
update shift set ends_at = n.begins from (
    select shift_id, lead(starts_at) over (partition by {whose} order by starts_at) as begins from shift) n
where n.shift_id = shift.shift_id and n.begins < coalesce(shift.ends_at, 'infinity')
"""


def upgrade() -> None:
    """What this step changes."""
    _accounts_and_audit()
    _shifts()
    _worked()
    op.create_table(
        "unstaffed",
        sa.Column("since", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=True),
        sa.CheckConstraint("until is null or until >= since", name=op.f("ck_unstaffed_ends_after_start")),
        sa.PrimaryKeyConstraint("since", name=op.f("pk_unstaffed")),
    )
    op.create_index(
        "uq_unstaffed_now",
        "unstaffed",
        [sa.text("(until is null)")],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )


def downgrade() -> None:
    """The way back: what was worked is forgotten, the shifts stay."""
    for table in ("unstaffed", "protection", "sitting", "cancelled_shift"):
        op.drop_table(table)
    op.drop_index("ix_shift_starts_at", table_name="shift")
    for whose in ("seat_id", "account_id"):
        op.drop_constraint(f"ex_shift_{whose}", "shift")
    op.drop_constraint("ck_shift_origin", "shift")
    op.drop_column("shift", "origin")
    op.execute("drop type uuid_range")
    op.drop_column("audit", "about")
    for column in ("trained_on", "licence_until", "licence_number"):
        op.drop_column("account", column)


def _accounts_and_audit() -> None:
    op.add_column("account", sa.Column("licence_number", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("licence_until", sa.Date(), nullable=True))
    op.add_column("account", sa.Column("trained_on", sa.Date(), nullable=True))
    op.add_column("audit", sa.Column("about", sa.Text(), nullable=True))


def _shifts() -> None:
    """Shifts of earlier versions may overlap: they are cut before the rule is set."""
    for whose in ("seat_id", "account_id"):
        op.execute(_TOGETHER.format(whose=whose))
        op.execute(_APART.format(whose=whose))
    op.add_column("shift", sa.Column("origin", sa.Text(), server_default="hand", nullable=False))
    op.create_check_constraint(op.f("ck_shift_origin"), "shift", "origin in ('hand', 'plan')")
    op.execute("create type uuid_range as range (subtype = uuid)")
    for whose in ("account_id", "seat_id"):
        op.execute(
            f"alter table shift add constraint ex_shift_{whose} exclude using gist "
            f"(uuid_range({whose}, {whose}, '[]') with &&, tstzrange(starts_at, ends_at) with &&)"
        )
    op.create_index("ix_shift_starts_at", "shift", ["starts_at"])
    op.create_table(
        "cancelled_shift",
        *_whose(),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=True),
        sa.Column("cancelled_at", _TIME, nullable=False),
        sa.Column("cancelled_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        *_keys("cancelled_shift", "seat", "account"),
        sa.ForeignKeyConstraint(["cancelled_by"], ["account.account_id"], name=op.f("fk_cancelled_shift_cancelled_by")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_cancelled_shift")),
    )
    op.create_index("ix_cancelled_shift_starts_at", "cancelled_shift", ["starts_at"])


def _worked() -> None:
    op.create_table(
        "sitting",
        *_whose(),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.CheckConstraint("ended_at is null or ended_at >= started_at", name=op.f("ck_sitting_ends_after_start")),
        sa.CheckConstraint("(ended_at is null) = (how is null)", name=op.f("ck_sitting_ended")),
        *_keys("sitting", "seat", "account"),
        sa.PrimaryKeyConstraint("sitting_id", name=op.f("pk_sitting")),
    )
    op.create_index(
        "uq_sitting_open_account_id",
        "sitting",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index("ix_sitting_started_at", "sitting", ["started_at"])
    op.create_table(
        "protection",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["segment_id"], ["assignment.segment_id"], name=op.f("fk_protection_segment_id")),
        *_keys("protection", "account"),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_protection")),
    )
    op.create_index("ix_protection_account_id_ends_at", "protection", ["account_id", "ends_at"])


def _whose() -> tuple[sa.Column[object], ...]:
    return tuple(sa.Column(f"{one}_id", sa.Uuid(), nullable=False) for one in ("seat", "account"))


def _keys(table: str, *others: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}.{one}_id"], name=op.f(f"fk_{table}_{one}_id")) for one in others
    )
