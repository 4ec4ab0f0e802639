"""The ground: every table of seats, interactions, log and logins.

Revision: 0001, the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from interactions.guards import DROP_ALL, REFUSE_FUNCTION, REFUSE_ROWS
from interactions.partitions import create_default
from interactions.tables import Xid8

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What this step adds."""
    op.create_table(
        "account",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope_kind", sa.Text(), server_default="city", nullable=False),
        sa.Column("scope_value", sa.Text(), nullable=True),
        sa.Column("firm", sa.Text(), nullable=True),
        sa.Column("disabled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("demo", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint("(scope_kind = 'city') = (scope_value is null)", name=op.f("ck_account_scope_value")),
        sa.CheckConstraint("role in ('admin', 'analyst', 'lawyer', 'supervisor')", name=op.f("ck_account_role")),
        sa.CheckConstraint("scope_kind in ('city', 'district', 'firm', 'street')", name=op.f("ck_account_scope_kind")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "dedupe",
        sa.Column("scope", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "client_id", name=op.f("pk_dedupe")),
    )
    op.create_index("ix_dedupe_interaction_id", "dedupe", ["interaction_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("tx", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint("seq > 0", name=op.f("ck_event_seq")),
        sa.PrimaryKeyConstraint("interaction_id", "seq", name=op.f("pk_event")),
        postgresql_partition_by="RANGE (interaction_id)",
    )
    op.create_index("ix_event_tx", "event", ["tx"], unique=False)
    op.create_index("uq_event_in_reply_to", "event", ["interaction_id", "in_reply_to"], unique=True)
    op.create_table(
        "inbound",
        sa.Column("inbound_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("leased_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("processed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("dead_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("processed_at is null or sealed is null", name=op.f("ck_inbound_words_moved_on")),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("channel", "account", "dedupe_key", name=op.f("uq_inbound_channel_account_dedupe_key")),
    )
    op.create_index("ix_inbound_interaction_id", "inbound", ["interaction_id"], unique=False)
    op.create_index(
        "ix_inbound_open",
        "inbound",
        ["next_at", "inbound_id"],
        unique=False,
        postgresql_where=sa.text("processed_at is null and dead_at is null"),
    )
    op.create_table(
        "number_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_number_day")),
    )
    op.create_table(
        "process",
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lease_until", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process_id", name=op.f("pk_process")),
    )
    op.create_table(
        "resident",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_resident")),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_audit_account_id")),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_account_id_at", "audit", ["account_id", "at"], unique=False)
    op.create_index("ix_audit_interaction_id", "audit", ["interaction_id"], unique=False)
    op.create_table(
        "last_wish",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("status in ('available', 'away')", name=op.f("ck_last_wish_status")),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_last_wish_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_last_wish")),
    )
    op.create_table(
        "login",
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_login_account_id")),
        sa.PrimaryKeyConstraint("login_id", name=op.f("pk_login")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_token_hash")),
    )
    op.create_index("ix_login_account_id", "login", ["account_id"], unique=False)
    op.create_table(
        "resident_token",
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.resident_id"], name=op.f("fk_resident_token_resident_id")),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_resident_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_resident_token_token_hash")),
    )
    op.create_index("ix_resident_token_resident_id", "resident_token", ["resident_id"], unique=False)
    op.create_table(
        "seat",
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("matters", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("channels", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("chat_capacity", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.Text(), server_default="signed_out", nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("signed_in_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("idle_since", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("protected_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("misses", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("(status = 'signed_out') = (account_id is null)", name=op.f("ck_seat_someone_sits")),
        sa.CheckConstraint("status in ('available', 'away', 'signed_out')", name=op.f("ck_seat_status")),
        sa.CheckConstraint("chat_capacity between 0 and 50", name=op.f("ck_seat_chat_capacity")),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_seat_account_id")),
        sa.PrimaryKeyConstraint("seat_id", name=op.f("pk_seat")),
        sa.UniqueConstraint("code", name=op.f("uq_seat_code")),
    )
    op.create_index(
        "ix_seat_available", "seat", ["seat_id"], unique=False, postgresql_where=sa.text("status = 'available'")
    )
    op.create_table(
        "connection",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("(seat_id is null) <> (resident_id is null)", name=op.f("ck_connection_one_end")),
        sa.ForeignKeyConstraint(
            ["process_id"], ["process.process_id"], name=op.f("fk_connection_process_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.resident_id"], name=op.f("fk_connection_resident_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.seat_id"], name=op.f("fk_connection_seat_id")),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_connection")),
    )
    op.create_index("ix_connection_process_id", "connection", ["process_id"], unique=False)
    op.create_index(
        "ix_connection_resident_id",
        "connection",
        ["resident_id"],
        unique=False,
        postgresql_where=sa.text("resident_id is not null"),
    )
    op.create_index(
        "ix_connection_seat_id",
        "connection",
        ["seat_id"],
        unique=False,
        postgresql_where=sa.text("seat_id is not null"),
    )
    op.create_table(
        "interaction",
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("dangers", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("minor", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("request_kind", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rank_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_turn_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("unanswered_since", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("seat_id", sa.Uuid(), nullable=True),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(state in ('closed', 'abandoned')) = (closed_at is not null)", name=op.f("ck_interaction_closed_at")
        ),
        sa.CheckConstraint(
            "(state in ('waiting', 'offered')) <= (waiting_since is not null)", name=op.f("ck_interaction_age_in_line")
        ),
        sa.CheckConstraint(
            "(state in ('with_lawyer', 'wrap_up')) <= (seat_id is not null)", name=op.f("ck_interaction_has_seat")
        ),
        sa.CheckConstraint(
            "state in ('abandoned', 'callback_due', 'closed', 'offered', 'waiting', 'with_bot', 'with_lawyer', 'wrap_up')",
            name=op.f("ck_interaction_state"),
        ),
        sa.CheckConstraint("urgency between 0 and 3", name=op.f("ck_interaction_urgency")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.resident_id"], name=op.f("fk_interaction_resident_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.seat_id"], name=op.f("fk_interaction_seat_id")),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_interaction")),
        sa.UniqueConstraint("number", name=op.f("uq_interaction_number")),
        postgresql_with={"fillfactor": "60"},
    )
    op.create_index(
        "ix_interaction_line",
        "interaction",
        ["channel", "matter", "language", "rank_at", "interaction_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_interaction_open_state",
        "interaction",
        ["state"],
        unique=False,
        postgresql_where=sa.text(
            "state in ('callback_due', 'offered', 'waiting', 'with_bot', 'with_lawyer', 'wrap_up')"
        ),
    )
    op.create_index("ix_interaction_resident_id", "interaction", ["resident_id", "opened_at"], unique=False)
    op.create_index("ix_interaction_seat_id", "interaction", ["seat_id", "closed_at"], unique=False)
    op.create_index(
        "ix_interaction_unanswered",
        "interaction",
        ["unanswered_since"],
        unique=False,
        postgresql_where=sa.text("unanswered_since is not null"),
    )
    op.create_index(
        "uq_interaction_open",
        "interaction",
        ["resident_id", "channel"],
        unique=True,
        postgresql_where=sa.text(
            "state in ('callback_due', 'offered', 'waiting', 'with_bot', 'with_lawyer', 'wrap_up')"
        ),
    )
    op.create_table(
        "shift",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ends_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at is null or ends_at > starts_at", name=op.f("ck_shift_ends_after_start")),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_shift_account_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.seat_id"], name=op.f("fk_shift_seat_id")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_shift")),
    )
    op.create_index("ix_shift_account_id_starts_at", "shift", ["account_id", "starts_at"], unique=False)
    op.create_index("ix_shift_seat_id_starts_at", "shift", ["seat_id", "starts_at"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("released_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("handling_s", sa.Float(), nullable=True),
        sa.CheckConstraint("finished_at is null or released_at is not null", name=op.f("ck_assignment_released_first")),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_assignment_account_id")),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.interaction_id"], name=op.f("fk_assignment_interaction_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.seat_id"], name=op.f("fk_assignment_seat_id")),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_assignment")),
    )
    op.create_index(
        "ix_assignment_finished_at",
        "assignment",
        ["finished_at"],
        unique=False,
        postgresql_where=sa.text("finished_at is not null"),
    )
    op.create_index("ix_assignment_interaction_id", "assignment", ["interaction_id", "started_at"], unique=False)
    op.create_index(
        "ix_assignment_live_seat_id",
        "assignment",
        ["seat_id"],
        unique=False,
        postgresql_where=sa.text("finished_at is null"),
    )
    op.create_index(
        "uq_assignment_live",
        "assignment",
        ["interaction_id"],
        unique=True,
        postgresql_where=sa.text("finished_at is null"),
    )
    op.create_table(
        "exclusion",
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.interaction_id"], name=op.f("fk_exclusion_interaction_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.seat_id"], name=op.f("fk_exclusion_seat_id")),
        sa.PrimaryKeyConstraint("interaction_id", "seat_id", name=op.f("pk_exclusion")),
    )
    op.create_table(
        "interaction_key",
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("master_id", sa.Text(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(wrapped is null) = (erased_at is not null)", name=op.f("ck_interaction_key_kept_or_erased")
        ),
        sa.CheckConstraint("(wrapped is null) = (master_id is null)", name=op.f("ck_interaction_key_wrapped_by")),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.interaction_id"], name=op.f("fk_interaction_key_interaction_id")
        ),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_interaction_key")),
    )
    op.create_index("ix_interaction_key_master_id", "interaction_key", ["master_id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="live", nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'live') = (ended_at is null)", name=op.f("ck_offer_ended_at")),
        sa.CheckConstraint(
            "state in ('accepted', 'declined', 'lapsed', 'live', 'withdrawn')", name=op.f("ck_offer_state")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.interaction_id"], name=op.f("fk_offer_interaction_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.seat_id"], name=op.f("fk_offer_seat_id")),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offer")),
    )
    op.create_index(
        "ix_offer_live_expires_at", "offer", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'live'")
    )
    op.create_index(
        "ix_offer_live_seat_id", "offer", ["seat_id"], unique=False, postgresql_where=sa.text("state = 'live'")
    )
    op.create_index(
        "uq_offer_live", "offer", ["interaction_id"], unique=True, postgresql_where=sa.text("state = 'live'")
    )
    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("next_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("leased_until", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("leased_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('dead', 'held', 'pending', 'sending', 'sent', 'withdrawn')", name=op.f("ck_outbox_state")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.interaction_id"], name=op.f("fk_outbox_interaction_id")
        ),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("interaction_id", "position", name=op.f("uq_outbox_interaction_id_position")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'sending')"),
    )
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["interaction_id", "position"],
        unique=False,
        postgresql_where=sa.text("state in ('pending', 'sending', 'held')"),
    )
    op.create_table(
        "rating",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("given_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(given_at is null) = (score is null)", name=op.f("ck_rating_given")),
        sa.CheckConstraint("score between 1 and 5", name=op.f("ck_rating_score")),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.interaction_id"], name=op.f("fk_rating_interaction_id")
        ),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_rating")),
    )
    op.create_index("ix_rating_interaction_id", "rating", ["interaction_id"], unique=False)
    op.execute(sa.schema.CreateSequence(sa.Sequence("round_request")))
    for statement in (REFUSE_FUNCTION, REFUSE_ROWS, *create_default()):
        op.execute(statement)


def downgrade() -> None:
    """How to step back: everything goes."""
    for table in (
        "rating",
        "outbox",
        "offer",
        "interaction_key",
        "exclusion",
        "assignment",
        "shift",
        "interaction",
        "connection",
        "seat",
        "resident_token",
        "login",
        "last_wish",
        "audit",
        "resident",
        "process",
        "number_day",
        "inbound",
        "event",
        "dedupe",
        "account",
    ):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("round_request")))
    for statement in DROP_ALL:
        op.execute(statement)
