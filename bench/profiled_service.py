"""`hotline …` with a profiler that is switched from outside: `python -m bench.profiled_service OUT serve`.

SIGUSR1 switches it on, SIGUSR2 switches it off and writes OUT: what start-up and opening cost is not in it.
"""

from __future__ import annotations

import cProfile
import signal
import sys

from hotline.cli import main

if __name__ == "__main__":
    out = sys.argv.pop(1)
    profile = cProfile.Profile()

    def write(*_: object) -> None:
        """Ends the measured stretch."""
        profile.disable()
        profile.dump_stats(out)

    signal.signal(signal.SIGUSR1, lambda *_: profile.enable())
    signal.signal(signal.SIGUSR2, write)
    main()
