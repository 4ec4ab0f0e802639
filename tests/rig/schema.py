"""Everything a database is made of, as PostgreSQL itself describes it: two databases are alike if this is."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Schema = dict[str, set[tuple[str, ...]]]
# Stands for OURS below. Partitions are made by upkeep and looked at by themselves.
_OURS = "n.nspname = 'public' and c.relname not like 'event\\_%' and c.relname not like 'alembic\\_version%'"
# Each part: the object, then what it says of itself.
_PARTS = {
    "tables": """
        select c.relname, c.relkind::text, c.relpersistence::text, coalesce(c.reloptions::text, ''),
               coalesce(pg_get_partkeydef(c.oid), ''), c.relrowsecurity::text
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where OURS and c.relkind in ('r', 'p', 'S', 'v', 'm', 'c')
    """,
    "columns": """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, a.attidentity::text,
               a.attgenerated::text, coalesce(pg_get_expr(d.adbin, d.adrelid), ''), a.attcollation::regcollation::text
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where OURS and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'c')
    """,
    "constraints": """
        select c.relname, k.conname, pg_get_constraintdef(k.oid), k.convalidated::text
        from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
        where OURS
    """,
    "indexes": """
        select t.relname, c.relname, pg_get_indexdef(c.oid), i.indisvalid::text
        from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
        join pg_namespace n on n.oid = c.relnamespace where OURS and t.relname not like 'event\\_%'
    """,
    "sequences": """
        select c.relname, s.seqtypid::regtype::text, s.seqstart::text, s.seqincrement::text, s.seqcycle::text
        from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
        where OURS
    """,
    "triggers": """
        select c.relname, g.tgname, pg_get_triggerdef(g.oid), g.tgenabled::text
        from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace
        where OURS and not g.tgisinternal
    """,
    "functions": """
        select p.proname, pg_get_functiondef(p.oid) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'public'
    """,
}


async def schema(connection: AsyncConnection) -> Schema:
    """Every object of every part, with its definition."""
    return {
        part: {tuple(row) for row in await connection.execute(text(query.replace("OURS", _OURS)))}
        for part, query in _PARTS.items()
    }


def differences(one: Schema, other: Schema) -> list[str]:
    """What one has and the other has not, readable."""
    return sorted(
        f"{side} {part}: {' '.join(entry)}"
        for part in one
        for side, entries in (("+", one[part] - other[part]), ("-", other[part] - one[part]))
        for entry in entries
    )
