"""What can keep the servers under the data folder from starting."""

from __future__ import annotations

from interactions.errors import Unavailable


class FolderInUse(Unavailable):
    """Another process of ours runs on this data folder."""


class ServerDidNotStart(Unavailable):
    """A server could not be started, or did not answer in time; the message says where its log is."""


class ProgramMissing(Unavailable):
    """No PostgreSQL or Redis program was found on this machine."""
