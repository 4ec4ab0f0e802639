"""Who the parties are, as far as they were named; the words are sealed, the indexes find them again."""

from __future__ import annotations

from interactions.event import Event, event, words


@event("interaction.parties_named")
class PartiesNamed(Event):
    """The resident's own name, the other party's, or both. Several names are divided by 、 or a line."""

    own: str | None = words(default=None, indexed="own_party")
    other: str | None = words(default=None, indexed="other_party")
