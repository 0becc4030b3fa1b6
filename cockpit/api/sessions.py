"""Who is signed in: a member with a session, the local owner on loopback, or the holder of a signed cookie."""

from __future__ import annotations

import ipaddress
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cockpit.access import credentials
from cockpit.access import sessions as stored
from cockpit.api import cookies, tokens
from cockpit.api.kept import Kept
from cockpit.bootstrap import Cockpit
from cockpit.errors import Misconfigured
from cockpit.model import principals
from cockpit.model.hosts import subdomain_in
from cockpit.model.principals import LOCAL_OWNER, Identity, Principal, member_principal
from cockpit.settings import Settings

COOKIE = cookies.FULL
SESSION_SECONDS = 12 * 3600
LINK_SECONDS = 15 * 60
SHORTEST_KEY = 32
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def is_loopback(host: str) -> bool:
    """Whether a name or address can only be reached from this machine."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def check_settings(settings: Settings) -> None:
    """Refuse settings under which a stranger could reach the screens.

    Raises:
        Misconfigured: the address is open to others and there is no key, or the key is short.
    """
    if not settings.secret_key and not is_loopback(settings.host):
        raise Misconfigured(
            f"COCKPIT_HOST is {settings.host}, which others can reach: set COCKPIT_SECRET_KEY to a random text of at "
            f"least {SHORTEST_KEY} characters, or listen on 127.0.0.1."
        )
    if settings.secret_key and len(settings.secret_key) < SHORTEST_KEY:
        raise Misconfigured(f"COCKPIT_SECRET_KEY is too short: it needs at least {SHORTEST_KEY} characters.")


def sign_in_code(settings: Settings, *, now: float) -> str:
    """A code that signs its holder in once, within a quarter of an hour."""
    return tokens.seal(tokens.new_claim("sign-in", now=now, seconds=LINK_SECONDS), settings.secret_key)


def own_address(settings: Settings) -> str:
    """An address of the server that a browser on this machine can open."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104  (compared, not bound)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


@dataclass(slots=True)
class Sessions:
    """Who is who: members by the database; codes and what they signed in by what this process remembers."""

    settings: Settings
    clock: Callable[[], float] = time.time
    cockpit: Callable[[], Cockpit] | None = None
    started: float = field(init=False)
    members: Kept[stored.Session | None] = field(init=False)
    _spent: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Remember when this process began."""
        self.started = self.clock()
        self.members = Kept(self._ask)

    @property
    def open_to_owner(self) -> bool:
        """Whether this machine's own user needs no sign-in."""
        return not self.settings.secret_key and is_loopback(self.settings.host)

    def announce(self) -> None:
        """Print the first way in, when there is a sign-in."""
        if self.settings.secret_key:
            code = sign_in_code(self.settings, now=self.clock())
            sys.stdout.write(f"Sign in once, within {LINK_SECONDS // 60} minutes, with this code: {code}\n")
            sys.stdout.write(f"{own_address(self.settings)}/sign-in?code={code}\n")
            sys.stdout.flush()

    def principal(self, headers: Mapping[str, str], client: str | None) -> Principal | None:
        """Who sends this request, or None."""
        identity = self.identify(headers, client)
        return identity.principal if identity else None

    def identify(self, headers: Mapping[str, str], client: str | None) -> Identity | None:
        """Who sends this request and how they came in, or None; may ask the database."""
        return self._member(headers) or self._owner(headers, client)

    async def identify_async(
        self, headers: Mapping[str, str], client: str | None, *, anew: bool = False
    ) -> Identity | None:
        """The same from the event loop, which never waits for the database; `anew`: by no answer kept from before."""
        for text in _member_cookies(headers):
            if anew:
                self.members.forget(text)
            await self.members.get_async(text)
        return self.identify(headers, client)

    def redeem(self, code: str) -> str | None:
        """The cookie for a sign-in code, once; None when the code is wrong, old or used."""
        if not self.settings.secret_key:
            return None
        claim = tokens.unseal(code, self.settings.secret_key, purpose="sign-in", now=self.clock())
        if claim is None or claim.issued < int(self.started) or not self._spend(claim):
            return None  # codes of an earlier process may have been used there
        session = tokens.new_claim("session", now=self.clock(), seconds=SESSION_SECONDS)
        return tokens.seal(session, self.settings.secret_key)

    def end(self, headers: Mapping[str, str]) -> None:
        """Sign the holder of these cookies out, in every window."""
        for text in _member_cookies(headers):
            self.end_member(text)
        claim = self._claim(headers)
        if claim:
            self._spend(claim)

    def end_member(self, text: str) -> None:
        """End one session of a member."""
        credential = credentials.read(text, credentials.SESSION)
        if self.cockpit is None or credential is None:
            return
        with self.cockpit().db.write(credential.workspace_id) as conn:
            stored.end(conn, text, datetime.fromtimestamp(self.clock(), UTC))
        self.members.forget(text)

    def _member(self, headers: Mapping[str, str]) -> Identity | None:
        """The member with one of our cookies, at a host that is not another workspace's."""
        here = subdomain_in(headers.get("host", ""), self.settings.base_domain)
        for text in _member_cookies(headers):
            session = self.members.get(text)
            if session and here in (None, session.subdomain):
                return Identity(member_principal(session.workspace_id, session.member_id), _mode(session))
        return None

    def _owner(self, headers: Mapping[str, str], client: str | None) -> Identity | None:
        if self.open_to_owner:
            return Identity(LOCAL_OWNER, principals.OWNER) if self._is_this_machine(headers, client) else None
        claim = self._claim(headers)
        return Identity(LOCAL_OWNER, principals.CODE) if claim and claim.id not in self._spent else None

    def _ask(self, text: str) -> stored.Session | None:
        credential = credentials.read(text, credentials.SESSION)
        if self.cockpit is None or credential is None:
            return None
        with self.cockpit().db.read(credential.workspace_id) as conn:
            return stored.find(conn, text, datetime.fromtimestamp(self.clock(), UTC))

    def _claim(self, headers: Mapping[str, str]) -> tokens.Claim | None:
        cookie = cookies.cookie_in(headers, COOKIE)
        if not cookie or not self.settings.secret_key:
            return None
        return tokens.unseal(cookie, self.settings.secret_key, purpose="session", now=self.clock())

    def _spend(self, claim: tokens.Claim) -> bool:
        with self._lock:
            now = self.clock()
            for spent in [one for one, expires in self._spent.items() if expires < now]:
                del self._spent[spent]
            fresh = claim.id not in self._spent
            self._spent[claim.id] = claim.expires
            return fresh

    def _is_this_machine(self, headers: Mapping[str, str], client: str | None) -> bool:
        """A proxy would make every stranger look local, so a forwarded request is nobody's."""
        return client is not None and is_loopback(client) and not any(name in headers for name in FORWARDED)


def _member_cookies(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Our cookies that look like sessions of members; the one of the whole cockpit comes first."""
    values = (cookies.cookie_in(headers, name) for name in (cookies.FULL, cookies.EMBED))
    return tuple(value for value in values if credentials.read(value, credentials.SESSION))


def _mode(session: stored.Session) -> str:
    """How the screens shall look for whoever came in this way."""
    if session.mode == "embed":
        return principals.EMBED
    return principals.SSO if session.origin == "sso" else principals.LOGIN
