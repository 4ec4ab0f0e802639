"""Name and password against a token, at a bounded pace per name and per address.

The narrow limit of a name is per address: whoever guesses at a lawyer's name must not keep that lawyer from the
night shift. All addresses together have a wide one, against guessing from many.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.accounts import Accounts
from agents.errors import LoginRefused
from agents.ports import RateLimit
from agents.roles import Viewer
from agents.settings import LoginSettings
from agents.tokens import Granted, Tokens
from interactions.errors import TooFast


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A login that succeeded."""

    granted: Granted
    viewer: Viewer


class LoggingIn:
    """The way in. Failed tries use up the limits, successful ones give theirs back."""

    def __init__(self, *, accounts: Accounts, tokens: Tokens, rate_limit: RateLimit, settings: LoginSettings) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._rate_limit = rate_limit
        self._settings = settings

    async def log_in(self, username: str, *, password: str, address: str) -> LoggedIn:
        """A fresh token; raises `LoginRefused`, or `TooFast` before the password is even looked at."""
        limits = {
            f"login:pair:{address}:{username}": self._settings.per_username,
            f"login:address:{address}": self._settings.per_address,
            f"login:name:{username}": self._settings.per_username_everywhere,
        }
        # Taken before the check, so that a hundred parallel guesses are a hundred tries.
        for key, rate in limits.items():
            if retry_s := await self._rate_limit.take(key, rate=rate):
                raise TooFast("登录尝试过于频繁，请稍后再试", retry_s=retry_s)
        viewer = await self._accounts.verify(username, password=password)
        if viewer is None:
            raise LoginRefused("用户名或密码不正确")
        for key, rate in limits.items():
            await self._rate_limit.forgive(key, rate=rate)
        return LoggedIn(await self._tokens.grant(viewer.account_id), viewer)
