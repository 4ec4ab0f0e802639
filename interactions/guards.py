"""What the database itself refuses, whoever asks: events are never changed, removed or truncated.

A trigger on a partitioned table is there for every partition, also for those that are added later; TRUNCATE needs
a statement trigger on each partition, so `partitions.py` adds it with the partition.
"""

from __future__ import annotations

REFUSE_FUNCTION = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the log is append-only: % on % refused', tg_op, tg_table_name using errcode = '55000';
end
$$
"""
REFUSE_ROWS = """
create trigger event_is_append_only before update or delete on event
for each row execute function refuse_change()
"""
DROP_ALL = ("drop function if exists refuse_change() cascade",)


def refuse_truncate(table: str) -> str:
    """The statement trigger that keeps `table` (a name of ours) from being truncated."""
    return (
        f"create trigger event_is_not_truncated before truncate on {table} "
        "for each statement execute function refuse_change()"
    )
