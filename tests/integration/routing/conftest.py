"""The router under test, where a file does not set it in its own way."""

from __future__ import annotations

import pytest

from tests.rig.ground import Ground
from tests.rig.routing import Routing
from tests.rig.transferring import Lawyers


@pytest.fixture
def routing(ground: Ground) -> Routing:
    """The router with the settings of a city."""
    return Routing.on(ground)


@pytest.fixture
def lawyers(routing: Routing) -> Lawyers:
    """What lawyers do to hand each other their talks."""
    return Lawyers(routing)
