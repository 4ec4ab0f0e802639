"""What keeps Rasa from being there."""

from __future__ import annotations

from interactions.errors import Unavailable


class NoPython310(Unavailable):
    """Rasa 3.6 runs on Python 3.10 at most, and there is none to be found or made."""


class RasaStepFailed(Unavailable):
    """Installing, checking or training failed; the message holds the end of the log and where it is."""
