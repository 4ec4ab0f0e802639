"""Alembic's entry: runs revisions on the connection that `hotline.migrate` hands over."""

from __future__ import annotations

from alembic import context

import agents.tables  # noqa: F401 - registers its tables
from interactions.tables import metadata


def run() -> None:
    """Runs the wanted revisions in one transaction."""
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
    )
    with context.begin_transaction():
        context.run_migrations()


run()
