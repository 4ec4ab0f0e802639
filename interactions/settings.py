"""What can be set about the ground: connections, shared commits, and how long rows beside the log are kept."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt


class DatabaseSettings(BaseModel):
    """Connections of one process. `answer_s`: silence after which a caller is told; `transaction_s`: a unit's life."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pool_size: PositiveInt = 10
    answer_s: PositiveFloat = 4.0
    transaction_s: PositiveFloat = 2.0


class SharedCommitSettings(BaseModel):
    """How appends share transactions.

    `small_batch`, `max_batch`: bundles that are not worth dividing, and most in one transaction. `in_flight`:
    transactions under way at once. `max_pending`: bundles that may wait. `known_heads`: heads kept in mind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    small_batch: PositiveInt = 128
    max_batch: PositiveInt = 256
    in_flight: PositiveInt = 2
    max_pending: PositiveInt = 20_000
    known_heads: PositiveInt = 20_000


class KeepSettings(BaseModel):
    """How many days rows beside the log are kept once they are done with.

    `repeats_days`: what makes a repeat recognisable; longer than any token of a resident lives, or a repeat could be
    said twice. `deliveries_days`: processed deliveries, longer than any provider repeats. `messages_days`: sent ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    repeats_days: PositiveInt = 60
    deliveries_days: PositiveInt = 30
    messages_days: PositiveInt = 90


class GroundSettings(BaseModel):
    """Settings of this room."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: DatabaseSettings = DatabaseSettings()
    shared_commit: SharedCommitSettings = SharedCommitSettings()
    keep: KeepSettings = KeepSettings()
