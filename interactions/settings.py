"""What can be set about the ground: connections, shared commits, and the nightly file of chain heads."""

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


class GroundSettings(BaseModel):
    """Settings of this room."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: DatabaseSettings = DatabaseSettings()
    shared_commit: SharedCommitSettings = SharedCommitSettings()
