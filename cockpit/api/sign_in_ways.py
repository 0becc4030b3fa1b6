"""The ways in that this installation offers, as parts of the sign-in page."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from cockpit.access.clerk import Clerk, clerk_of
from cockpit.access.oidc import Provider, provider_of
from cockpit.errors import Misconfigured
from cockpit.settings import Settings

CODE = """<p>Use the code that <code>cockpit serve</code> printed when it started,
or make one with <code>cockpit sign-in</code>.</p>{fault}<form method="post" action="/sign-in?next={next}">
<label for="code">Sign-in code</label><input id="code" name="code" value="{code}" autocomplete="one-time-code" required>
<button>Sign in</button></form>"""
OWNER = """<p>On this machine nobody has to sign in. <a href="{where}">Go to the cockpit</a></p>"""
OIDC = '<p><a class="button" href="/sign-in/oidc?next={next}">Continue with {name}</a></p>'
CLERK = '<form method="post" action="/sign-in/clerk?next={next}"><p><button>Continue as signed in</button></p></form>'
CLERK_ELSEWHERE = '<p><a class="button" href="{url}">Sign in with your app</a></p>'
OR = '<p class="or">or with a code</p>'


@dataclass(frozen=True, slots=True)
class Ways:
    """How people may come in, besides the links of a host."""

    by_code: bool
    clerk: Clerk | None
    clerk_url: str
    provider: Provider | None

    def parts(self, *, then: str, code: str, fault: str, has_clerk_cookie: bool) -> str:
        """The parts of the page for those ways; `then` is a path of our own."""
        after = quote(then, safe="")
        others = []
        if self.provider is not None:
            others.append(OIDC.format(next=after, name=escape(self.provider.name)))
        if self.clerk is not None and has_clerk_cookie:
            others.append(CLERK.format(next=after))
        elif self.clerk is not None and self.clerk_url:
            others.append(CLERK_ELSEWHERE.format(url=escape(self.clerk_url, quote=True)))
        if not self.by_code:
            return OWNER.format(where=escape(then, quote=True))
        own = CODE.format(fault=fault, code=escape(code, quote=True), next=after)
        return "".join([*others, OR if others else "", own])


def ways_of(settings: Settings) -> Ways:
    """The ways in the settings.

    Raises:
        Misconfigured: half of one is there, or strangers could come by none of them.
    """
    clerk, provider = clerk_of(settings), provider_of(settings)
    if (clerk or provider) and not settings.secret_key:
        raise Misconfigured(
            "Sign-in by others needs COCKPIT_SECRET_KEY: without it whoever is at this machine is the owner already."
        )
    if settings.clerk_sign_in_url and not settings.clerk_sign_in_url.startswith(("https://", "http://localhost")):
        raise Misconfigured("COCKPIT_CLERK_SIGN_IN_URL must be an https address.")
    return Ways(bool(settings.secret_key), clerk, settings.clerk_sign_in_url, provider)


def own_path(wanted: str) -> str:
    """The path to go to after sign-in: one of our own, never another site."""
    plain = wanted.isascii() and wanted.isprintable() and not set(wanted) & set("\\:@ ")
    return wanted if plain and wanted.startswith("/") and not wanted.startswith("//") else "/cockpit"
