"""Turns into a server program: drops root, asks the kernel for a signal when its parent dies, executes.

Run as a script with the standard library only (`python -I -S become.py … -- program arguments`), because the
steps must happen between fork and exec and the service itself has threads.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_NO_SETUID_FIXUP = 1 << 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITIES_V3 = 0x20080522
_LINUX = sys.platform.startswith("linux")


def main() -> None:
    """Executes the program named after `--`; never returns."""
    wish = _arguments()
    os.umask(0o077)
    if wish.uid is not None:
        _drop_root(wish.uid, wish.gid, reach=wish.reach)
    if wish.death_signal is not None:
        _die_with_parent(wish.death_signal, parent=wish.parent)
    os.execv(wish.command[0], wish.command)  # noqa: S606 - the command comes from our own keeper


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--reach", action="store_true")
    parser.add_argument("--death-signal", type=int)
    parser.add_argument("command", nargs="+")
    parser.set_defaults(parent=os.getppid())
    return parser.parse_args()


def _drop_root(uid: int, gid: int, *, reach: bool) -> None:
    """Becomes the user. With `reach` it keeps one right of root: to pass closed folders such as /root.

    Without the securebit, access(2) would forget that right and PostgreSQL not find its own program.
    """
    if reach:
        _prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP)
    os.setgroups([gid])
    os.setgid(gid)
    os.setuid(uid)
    if reach:
        _keep_only(_CAP_DAC_OVERRIDE)


def _keep_only(capability: int) -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_V3, 0)
    mask = 1 << capability
    sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "cannot keep the right to pass closed folders")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability)


def _die_with_parent(signal: int, *, parent: int) -> None:
    """Only Linux can; elsewhere an orphan is found and stopped at the next start."""
    if not _LINUX:
        return
    _prctl(_PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:  # it died before the kernel knew of our wish
        sys.exit(1)


def _prctl(option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if ctypes.CDLL(None, use_errno=True).prctl(option, *padded) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option} refused")


if __name__ == "__main__":
    main()
