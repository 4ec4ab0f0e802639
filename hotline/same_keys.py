"""Instances on one database seal with the same keys: found out at the start, not by the first page that comes back."""

from __future__ import annotations

from uuid import UUID

import structlog
from sqlalchemy import text

from hotline.settings import Settings, SettingsUnusable
from interactions.database import Database
from interactions.errors import Invalid
from interactions.sealing import KeyRing, WrappedKey

_log = structlog.get_logger(__name__)
# Several: one that was spoilt must not keep the house closed.
LOOKED_AT = 5
_NEWEST = text("""
select interaction_id, master_id, wrapped from interaction_key
where wrapped is not null order by interaction_id desc limit :most
""")


async def require_same_keys(settings: Settings, *, database: Database, keys: KeyRing) -> None:
    """Raises `SettingsUnusable` where `keys` open nothing of what was sealed last in the database."""
    rows = (await database.run(_NEWEST, {"most": LOOKED_AT})).all()
    if rows and not any(_opens(keys, row.interaction_id, WrappedKey(row.master_id, row.wrapped)) for row in rows):
        raise SettingsUnusable(
            [
                "secrets: these keys open nothing of what was sealed last in this database; expected the keys of the "
                f"instance that sealed it{_where(settings)}: instances on one database share theirs"
            ]
        )
    if settings.database_url and not settings.secrets.given:
        _log.warning("keys.of_this_folder_only", folder=str(settings.data_folder))


def _opens(keys: KeyRing, interaction_id: UUID, stored: WrappedKey) -> bool:
    try:
        keys.unwrap(stored, owner=interaction_id)
    except (Invalid, ValueError):
        return False
    return True


def _where(settings: Settings) -> str:
    return "" if settings.secrets.given else f", not those made in {settings.data_folder / 'secrets.yaml'}"
