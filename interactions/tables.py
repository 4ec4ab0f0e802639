"""Every table that more than one room needs, with the constraints the rules of the log rest on (DESIGN §4).

Mutable heads (interaction, seat, offer, assignment) say what is true now; `event` says how it came about.
Rows that hold words hold them sealed.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.types import UserDefinedType

from interactions.model import OPEN_STATES, How, OfferState, SeatStatus, State, TransferState, WorkKind, WorkState

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Time = TIMESTAMP(timezone=True)


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name in SQL."""
        return "xid8"


def _one_of(column: str, values: object) -> str:
    names = ", ".join(f"'{value}'" for value in sorted(values))  # type: ignore[call-overload]
    return f"{column} in ({names})"


# The condition of the partial indexes on open interactions.
IS_OPEN = _one_of("state", OPEN_STATES)

account = Table(
    "account",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("scope_kind", Text, nullable=False, server_default="city"),
    Column("scope_value", Text),
    Column("firm", Text),
    Column("disabled_at", Time),
    Column("demo", Boolean, nullable=False, server_default="false"),
    # A lawyer's practising certificate: published by the judicial authorities, so it lies here in plain text.
    Column("licence_number", Text),
    # The last days on which each is valid; without them nobody signs in at a seat.
    Column("licence_until", Date),
    Column("trained_on", Date),
    CheckConstraint(_one_of("role", ("lawyer", "supervisor", "analyst", "admin")), name="role"),
    CheckConstraint(_one_of("scope_kind", ("city", "district", "street", "firm")), name="scope_kind"),
    CheckConstraint("(scope_kind = 'city') = (scope_value is null)", name="scope_value"),
)

resident = Table(
    "resident",
    metadata,
    Column("resident_id", Uuid, primary_key=True),
    Column("created_at", Time, nullable=False),
)

resident_token = Table(
    "resident_token",
    metadata,
    Column("token_id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("resident_id", Uuid, ForeignKey("resident.resident_id"), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Index("ix_resident_token_resident_id", "resident_id"),
)

# A router that finds another one matching draws from it; the holder sees it has moved and runs again.
round_request = Sequence("round_request", metadata=metadata)

number_day = Table(
    "number_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

seat = Table(
    "seat",
    metadata,
    Column("seat_id", Uuid, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("matters", ARRAY(Text), nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("channels", ARRAY(Text), nullable=False),
    Column("chat_capacity", SmallInteger, nullable=False),
    Column("status", Text, nullable=False, server_default=SeatStatus.SIGNED_OUT.value),
    Column("status_reason", Text),
    Column("account_id", Uuid, ForeignKey("account.account_id")),
    Column("signed_in_at", Time),
    Column("idle_since", Time),
    Column("last_seen_at", Time),
    Column("protected_until", Time),
    Column("misses", SmallInteger, nullable=False, server_default="0"),
    CheckConstraint(_one_of("status", SeatStatus), name="status"),
    CheckConstraint("chat_capacity between 0 and 50", name="chat_capacity"),
    CheckConstraint("(status = 'signed_out') = (account_id is null)", name="someone_sits"),
    Index("ix_seat_available", "seat_id", postgresql_where=text("status = 'available'")),
)

# `origin` tells whether the roster file or a person put it there: a new plan never undoes a person's word.
# The embedded PostgreSQL has no btree_gist; a range that holds one id is as good as the id (interactions/row_types.py).
shift = Table(
    "shift",
    metadata,
    Column("shift_id", Uuid, primary_key=True),
    Column("seat_id", Uuid, ForeignKey("seat.seat_id"), nullable=False),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("starts_at", Time, nullable=False),
    Column("ends_at", Time),
    Column("origin", Text, nullable=False, server_default="hand"),
    CheckConstraint("ends_at is null or ends_at > starts_at", name="ends_after_start"),
    CheckConstraint(_one_of("origin", ("plan", "hand")), name="origin"),
    # Whoever races: one lawyer is in one place at a time, and one seat has one lawyer.
    ExcludeConstraint(
        (text("uuid_range(account_id, account_id, '[]')"), "&&"),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        name="ex_shift_account_id",
    ),
    ExcludeConstraint(
        (text("uuid_range(seat_id, seat_id, '[]')"), "&&"),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        name="ex_shift_seat_id",
    ),
    Index("ix_shift_account_id_starts_at", "account_id", "starts_at"),
    Index("ix_shift_seat_id_starts_at", "seat_id", "starts_at"),
    # What runs now is found among what has not ended, not among years of shifts; what starts next, without reading on.
    Index("ix_shift_ends_at", "ends_at"),
    Index("ix_shift_starts_at", "starts_at"),
)

interaction = Table(
    "interaction",
    metadata,
    Column("interaction_id", Uuid, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("resident_id", Uuid, ForeignKey("resident.resident_id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgency", SmallInteger, nullable=False),
    Column("dangers", ARRAY(Text), nullable=False, server_default="{}"),
    Column("minor", Boolean, nullable=False, server_default="false"),
    Column("matter", Text, nullable=False),
    Column("district", Text, nullable=False),
    Column("street", Text),
    Column("request_kind", Text),
    Column("outcome", Text),
    Column("opened_at", Time, nullable=False),
    # While with the bot only of one who resumes a place: as long before `opened_at` as was waited before (opening.py).
    Column("waiting_since", Time),
    Column("rank_at", Time),
    Column("last_turn_at", Time, nullable=False),
    Column("unanswered_since", Time),
    Column("closed_at", Time),
    Column("seat_id", Uuid, ForeignKey("seat.seat_id")),
    Column("last_seq", BigInteger, nullable=False),
    Column("head", LargeBinary, nullable=False),
    CheckConstraint(_one_of("state", State), name="state"),
    CheckConstraint("urgency between 0 and 3", name="urgency"),
    CheckConstraint("(state in ('waiting', 'offered')) <= (waiting_since is not null)", name="age_in_line"),
    CheckConstraint("(state in ('with_lawyer', 'wrap_up')) <= (seat_id is not null)", name="has_seat"),
    CheckConstraint("(state in ('closed', 'abandoned')) = (closed_at is not null)", name="closed_at"),
    # The loser of two simultaneous first words meets this index and appends to the winner's interaction.
    Index("uq_interaction_open", "resident_id", "channel", unique=True, postgresql_where=text(IS_OPEN)),
    # The line: one index scan finds the next of a kind, however long the line is.
    Index(
        "ix_interaction_line",
        "channel",
        "matter",
        "language",
        "rank_at",
        "interaction_id",
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("ix_interaction_open_state", "state", postgresql_where=text(IS_OPEN)),
    Index("ix_interaction_unanswered", "unanswered_since", postgresql_where=text("unanswered_since is not null")),
    Index("ix_interaction_resident_id", "resident_id", "opened_at"),
    Index("ix_interaction_seat_id", "seat_id", "closed_at"),
    # Room on every page, so that a turn's update of the head stays on it and touches no index (HOT).
    postgresql_with={"fillfactor": "60"},
)

interaction_key = Table(
    "interaction_key",
    metadata,
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), primary_key=True),
    Column("master_id", Text),
    Column("wrapped", LargeBinary),
    Column("erased_at", Time),
    CheckConstraint("(wrapped is null) = (erased_at is not null)", name="kept_or_erased"),
    CheckConstraint("(wrapped is null) = (master_id is null)", name="wrapped_by"),
    Index("ix_interaction_key_master_id", "master_id"),
)

# For finding a person's or a party's interactions without storing who it is; derived from sealed words of the log.
blind_index = Table(
    "blind_index",
    metadata,
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    # Under which index key: what another one made finds nothing and is made anew.
    Column("index_id", Text, nullable=False),
    Index("ix_blind_index_kind_digest", "kind", "digest"),
)

event = Table(
    "event",
    metadata,
    Column("interaction_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("by_id", Uuid),
    Column("at", Time, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text),
    Column("matter", Text, nullable=False),
    Column("in_reply_to", BigInteger),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    Column("hash", LargeBinary, nullable=False),
    Column("tx", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    CheckConstraint("seq > 0", name="seq"),
    # A question is answered once, whoever races (DESIGN §4, bot turns).
    Index(
        "uq_event_in_reply_to",
        "interaction_id",
        "in_reply_to",
        unique=True,
        postgresql_where=text("in_reply_to is not null"),
    ),
    Index("ix_event_tx", "tx"),
    postgresql_partition_by="RANGE (interaction_id)",
)

dedupe = Table(
    "dedupe",
    metadata,
    Column("scope", Uuid, primary_key=True),
    Column("client_id", Text, primary_key=True),
    Column("interaction_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

inbound = Table(
    "inbound",
    metadata,
    Column("inbound_id", Uuid, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("dedupe_key", Text, nullable=False),
    # Whose it is, as a blind index: one sender's deliveries are processed one after the other, in order.
    Column("sender", LargeBinary),
    # Clocks of two processes may differ by more than the pause between two messages; what was acknowledged before
    # the next one came has the smaller number.
    Column("arrival", BigInteger, Identity(always=True), nullable=False),
    Column("received_at", Time, nullable=False),
    Column("master_id", Text),
    Column("wrapped", LargeBinary),
    Column("sealed", LargeBinary),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("next_at", Time, nullable=False),
    Column("leased_until", Time),
    Column("processed_at", Time),
    Column("dead_at", Time),
    Column("last_error", Text),
    Column("interaction_id", Uuid),
    UniqueConstraint("channel", "account", "dedupe_key"),
    CheckConstraint("processed_at is null or sealed is null", name="words_moved_on"),
    CheckConstraint("(sealed is null) = (wrapped is null)", name="sealed_by"),
    CheckConstraint("(wrapped is null) = (master_id is null)", name="wrapped_by"),
    Index(
        "ix_inbound_open",
        "next_at",
        "inbound_id",
        postgresql_where=text("processed_at is null and dead_at is null"),
    ),
    Index(
        "ix_inbound_open_sender",
        "channel",
        "account",
        "sender",
        "arrival",
        postgresql_where=text("processed_at is null and dead_at is null"),
    ),
    Index("ix_inbound_dead", "dead_at", postgresql_where=text("dead_at is not null")),
    Index("ix_inbound_master_id", "master_id", postgresql_where=text("wrapped is not null")),
    Index("ix_inbound_interaction_id", "interaction_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", Uuid, primary_key=True),
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("created_at", Time, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("next_at", Time, nullable=False),
    Column("leased_until", Time),
    Column("leased_by", Uuid),
    Column("ended_at", Time),
    Column("last_error", Text),
    CheckConstraint(_one_of("state", ("pending", "sending", "sent", "held", "dead", "withdrawn")), name="state"),
    UniqueConstraint("interaction_id", "position"),
    Index(
        "ix_outbox_unsent",
        "interaction_id",
        "position",
        postgresql_where=text("state in ('pending', 'sending', 'held')"),
    ),
    Index("ix_outbox_due", "next_at", postgresql_where=text("state in ('pending', 'sending')")),
    # Dead and held ones wait for a person.
    Index("ix_outbox_stuck", "created_at", postgresql_where=text("state in ('dead', 'held')")),
)

offer = Table(
    "offer",
    metadata,
    Column("offer_id", Uuid, primary_key=True),
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), nullable=False),
    Column("seat_id", Uuid, ForeignKey("seat.seat_id"), nullable=False),
    Column("made_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Column("state", Text, nullable=False, server_default=OfferState.LIVE.value),
    Column("ended_at", Time),
    Column("reason", Text),
    # Of an interaction that is with a lawyer already, who wants to hand it on.
    Column("transfer_id", Uuid, ForeignKey("transfer.transfer_id")),
    CheckConstraint(_one_of("state", OfferState), name="state"),
    CheckConstraint("(state = 'live') = (ended_at is null)", name="ended_at"),
    Index("uq_offer_live", "interaction_id", unique=True, postgresql_where=text("state = 'live'")),
    Index("ix_offer_live_seat_id", "seat_id", postgresql_where=text("state = 'live'")),
    Index("ix_offer_live_expires_at", "expires_at", postgresql_where=text("state = 'live'")),
    Index("ix_offer_transfer_id", "transfer_id", postgresql_where=text("transfer_id is not null")),
)

assignment = Table(
    "assignment",
    metadata,
    Column("segment_id", Uuid, primary_key=True),
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), nullable=False),
    Column("seat_id", Uuid, ForeignKey("seat.seat_id"), nullable=False),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("started_at", Time, nullable=False),
    Column("released_at", Time),
    Column("finished_at", Time),
    Column("handling_s", Float),
    # Given by hand: until then no rule of ours takes it away.
    Column("held_until", Time),
    CheckConstraint("finished_at is null or released_at is not null", name="released_first"),
    Index("uq_assignment_live", "interaction_id", unique=True, postgresql_where=text("finished_at is null")),
    Index("ix_assignment_live_seat_id", "seat_id", postgresql_where=text("finished_at is null")),
    Index("ix_assignment_finished_at", "finished_at", postgresql_where=text("finished_at is not null")),
    Index("ix_assignment_interaction_id", "interaction_id", "started_at"),
)

# What the house owes somebody who does not wait in person (work.py); words and number are in the event that asked.
work_item = Table(
    "work_item",
    metadata,
    Column("work_item_id", Uuid, primary_key=True),
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("how", Text, nullable=False),
    # As soon as the turn comes, in place of a time that was given.
    Column("soon", Boolean, nullable=False),
    Column("asked_at", Time, nullable=False),
    # Nobody calls before `from_at`; due next at `due_at`; owed by `until_at`, overdue after it.
    Column("from_at", Time, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("until_at", Time, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("confirmed_segment_id", Uuid),
    Column("ended_at", Time),
    CheckConstraint(_one_of("kind", WorkKind), name="kind"),
    CheckConstraint(_one_of("state", WorkState), name="state"),
    CheckConstraint(_one_of("how", How), name="how"),
    CheckConstraint("(state in ('due', 'scheduled')) = (ended_at is null)", name="ended_at"),
    Index("uq_work_item_open", "interaction_id", unique=True, postgresql_where=text("ended_at is null")),
    # The router asks at every look what is due next.
    Index("ix_work_item_scheduled", "due_at", postgresql_where=text("state = 'scheduled'")),
    Index("ix_work_item_owed", "until_at", postgresql_where=text("ended_at is null")),
)

# One lawyer's wish to hand an interaction on. `seat_id`, `account_id` and `segment_id` are whose it is until then.
transfer = Table(
    "transfer",
    metadata,
    Column("transfer_id", Uuid, primary_key=True),
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), nullable=False),
    Column("segment_id", Uuid, ForeignKey("assignment.segment_id"), nullable=False),
    Column("seat_id", Uuid, ForeignKey("seat.seat_id"), nullable=False),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("to_seat_id", Uuid, ForeignKey("seat.seat_id")),
    Column("to_matter", Text),
    # Where its note stands in the log.
    Column("note_seq", BigInteger),
    Column("asked_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Column("state", Text, nullable=False, server_default=TransferState.OPEN.value),
    Column("ended_at", Time),
    CheckConstraint(_one_of("state", TransferState), name="state"),
    CheckConstraint("(state = 'open') = (ended_at is null)", name="ended_at"),
    CheckConstraint("(to_seat_id is null) <> (to_matter is null)", name="one_target"),
    Index("uq_transfer_open", "interaction_id", unique=True, postgresql_where=text("state = 'open'")),
    Index("ix_transfer_open_seat_id", "seat_id", postgresql_where=text("state = 'open'")),
)

exclusion = Table(
    "exclusion",
    metadata,
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), primary_key=True),
    Column("seat_id", Uuid, ForeignKey("seat.seat_id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("until", Time, nullable=False),
    # The router asks at every look which pause ends next.
    Index("ix_exclusion_until", "until"),
)

# Who refused for conflict or competence: the lawyer, wherever they sit.
recusal = Table(
    "recusal",
    metadata,
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Time, nullable=False),
)

rating = Table(
    "rating",
    metadata,
    # The segment's id, or the interaction's own where only the bot served it.
    Column("segment_id", Uuid, primary_key=True),
    Column("interaction_id", Uuid, ForeignKey("interaction.interaction_id"), nullable=False),
    Column("asked_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Column("given_at", Time),
    Column("score", SmallInteger),
    Column("solved", Boolean),
    CheckConstraint("score between 1 and 5", name="score"),
    CheckConstraint("(given_at is null) = (score is null)", name="given"),
    Index("ix_rating_interaction_id", "interaction_id"),
)

process = Table(
    "process",
    metadata,
    Column("process_id", Uuid, primary_key=True),
    Column("started_at", Time, nullable=False),
    Column("lease_until", Time, nullable=False),
)

connection = Table(
    "connection",
    metadata,
    Column("connection_id", Uuid, primary_key=True),
    Column("process_id", Uuid, ForeignKey("process.process_id", ondelete="CASCADE"), nullable=False),
    Column("seat_id", Uuid, ForeignKey("seat.seat_id")),
    Column("resident_id", Uuid, ForeignKey("resident.resident_id")),
    Column("opened_at", Time, nullable=False),
    CheckConstraint("(seat_id is null) <> (resident_id is null)", name="one_end"),
    Index("ix_connection_process_id", "process_id"),
    Index("ix_connection_seat_id", "seat_id", postgresql_where=text("seat_id is not null")),
    Index("ix_connection_resident_id", "resident_id", postgresql_where=text("resident_id is not null")),
)

audit = Table(
    "audit",
    metadata,
    Column("audit_id", Uuid, primary_key=True),
    Column("at", Time, nullable=False),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
    Column("action", Text, nullable=False),
    Column("interaction_id", Uuid),
    # What else it was about: codes, times and names of ours, never a resident's words.
    Column("about", Text),
    Index("ix_audit_account_id_at", "account_id", "at"),
    Index("ix_audit_interaction_id", "interaction_id"),
)
