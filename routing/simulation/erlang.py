"""Closed forms that a simulation must agree with: Erlang-C (nobody leaves) and Erlang-A (patience is exponential).

Poisson arrivals, exponential talks, `servers` alike, first come first served. Times and rates in seconds.

Sources: A. K. Erlang 1917 (delay formula); C. Palm 1943 and Garnett, Mandelbaum & Reiman 2002 (M/M/n+M).
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queue:
    """Long-run figures of a line: shares in [0, 1], times in seconds over everybody who comes."""

    waits: float
    mean_wait_s: float
    abandons: float
    occupancy: float


def erlang_b(servers: int, load: float) -> float:
    """The share refused by so many servers without a line, by the stable recursion; `load` in erlangs."""
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked


def erlang_c(servers: int, *, per_s: float, talk_s: float) -> Queue:
    """Where nobody leaves. Raises `ValueError` where the line would grow for ever."""
    load = per_s * talk_s
    if load >= servers:
        raise ValueError(f"{load:.2f} erlangs are too much for {servers} servers: the line has no end")
    blocked = erlang_b(servers, load)
    waits = servers * blocked / (servers - load * (1 - blocked))
    return Queue(waits, waits * talk_s / (servers - load), 0.0, load / servers)


def answered_within(servers: int, *, per_s: float, talk_s: float, target_s: float) -> float:
    """The share answered within `target_s` where nobody leaves: the service level of Erlang-C."""
    waits = erlang_c(servers, per_s=per_s, talk_s=talk_s).waits
    return 1 - waits * math.exp(-(servers - per_s * talk_s) * target_s / talk_s)


def erlang_a(servers: int, *, per_s: float, talk_s: float, patience_s: float) -> Queue:
    """Where patience is exponential with mean `patience_s`; it is stable at every load."""
    served, leaving = 1 / talk_s, 1 / patience_s
    # Weights of the numbers in the system, relative to the state in which all servers are busy.
    below, busy = _below(servers, per_s * talk_s)
    weight, waiting, total, at = 1.0, 0.0, 1.0, 0
    ratio = math.inf
    while weight > 1e-16 * total or ratio >= 1:
        at += 1
        ratio = per_s / (servers * served + at * leaving)
        weight *= ratio
        waiting += at * weight
        total += weight
    everything = below + total
    line = waiting / everything
    abandons = leaving * line / per_s
    occupancy = (busy + servers * total) / everything / servers
    return Queue(total / everything, line / per_s, abandons, occupancy)


def _below(servers: int, load: float) -> tuple[float, float]:
    """The weight of all states with a server free, and the busy servers in them."""
    weight, total, busy = 1.0, 0.0, 0.0
    for count in range(servers, 0, -1):
        weight *= count / load
        total += weight
        busy += (count - 1) * weight
    return total, busy
