"""The garbage collector of a process that serves for weeks.

What start-up loaded stays loaded, yet every full collection would walk through all of it: some 80 ms in which nobody
is answered, every few seconds under load. Frozen, it is left out, and collections look at what requests left behind.
"""

from __future__ import annotations

import gc

# A turn allocates some thirty objects that count and frees them at once; looking after every 700 finds nothing.
YOUNG = 10_000


def leave_startup_alone() -> None:
    """Freezes what is loaded now; to be called once, when start-up is done."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
