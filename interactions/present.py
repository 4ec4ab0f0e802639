"""Who is there now, as SQL for every question of it: a connection on a process whose lease holds. Needs `:now`."""

from __future__ import annotations


def seat_present(seat: str) -> str:
    """SQL: whether a console of the seat, an SQL expression of its id, is open."""
    return _present("seat_id", seat)


def resident_present(resident: str) -> str:
    """SQL: whether a page of the resident, an SQL expression of the id, is open."""
    return _present("resident_id", resident)


def _present(end: str, whose: str) -> str:
    return f"""exists (
    select from connection c join process p on p.process_id = c.process_id
    where c.{end} = {whose} and p.lease_until > :now)"""
