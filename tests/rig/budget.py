"""How many interleavings a run of the tests takes, of which kind; `make soak` takes as many as there is time for.

stepped: several processes of the house on one loop, each statement picked by a seed (stepping.py), replayable.
raced: operating-system processes at the same offer at the same instant, held up and cut off by chance (fleet.py).
killed: an operating-system process ended by kill -9 at one fault point of one command, all points in turn.
"""

from __future__ import annotations

from collections import Counter

STEPPED = {
    "double_assignment": 200,
    "capacity": 150,
    "vanished_seat": 150,
    "limbo": 150,
    "ghost_ring": 200,
    "leaving_seat": 60,
    "handing_on": 150,
    "stuck_reservation": 200,
}
RACED = {"double_assignment": 1_000, "stuck_reservation": 240, "acknowledged": 180}
AT_LEAST = 2_000
# What really ran, for the last lines of a test run.
LEDGER: Counter[str] = Counter()


def total() -> int:
    """What one run is set to take, kills not counted: how many there are is for the statements to say."""
    return sum(STEPPED.values()) + sum(RACED.values())
