"""`cockpit serve` runs the screens, the HTTP side and the worker in one process; `cockpit sign-in` prints a code."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import typer

from cockpit.api.first_start import seed_when_empty
from cockpit.api.sessions import LINK_SECONDS, check_settings, own_address, sign_in_code
from cockpit.api.sign_in_ways import ways_of
from cockpit.bootstrap import check_row_security, open_cockpit
from cockpit.cli.output import read_settings
from cockpit.errors import Misconfigured
from cockpit.settings import Settings

ROOT = Path(__file__).parents[2]
APP = ROOT / "app.py"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve")(serve)
    app.command("sign-in")(sign_in)


def serve(
    host: str = typer.Option("", help="Address to listen on; default COCKPIT_HOST."),
    port: int = typer.Option(0, min=0, max=65535, help="Port to listen on; default COCKPIT_PORT."),
) -> None:
    """Start the cockpit: create and migrate the database, seed a demo when it is empty, serve until stopped."""
    settings = _with(read_settings(), host, port)
    check_settings(settings)
    ways_of(settings)
    check_port(settings.host, settings.port)
    _prepare(settings)
    typer.echo(f"Sales Cockpit: {own_address(settings)}/cockpit  (stop with Ctrl+C)")
    sys.stdout.flush()
    _become_server(settings)


def sign_in() -> None:
    """Print a code, and a link, that signs one person in within a quarter of an hour."""
    settings = read_settings()
    if not settings.secret_key:
        raise Misconfigured("Without COCKPIT_SECRET_KEY there is no sign-in: this machine's own user is the owner.")
    check_settings(settings)
    code = sign_in_code(settings, now=time.time())
    typer.echo(f"Valid once, for {LINK_SECONDS // 60} minutes: {code}")
    typer.echo(f"{own_address(settings)}/sign-in?code={code}")


def check_port(host: str, port: int) -> None:
    """Say so now when the port is taken.

    Raises:
        Misconfigured: another program listens there, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Misconfigured(
                f"Port {port} on {host} cannot be used ({error.strerror}): stop the program that has it, "
                "or choose another one with COCKPIT_PORT."
            ) from error


def server_command(settings: Settings) -> list[str]:
    """How the server is started: `streamlit run`, which finds the ASGI app inside app.py."""
    options = {
        "server.address": settings.host,
        "server.port": str(settings.port),
        "server.headless": "true",
        "browser.serverAddress": urlsplit(own_address(settings)).hostname or settings.host,
        "client.allowedOrigins": own_address(settings),
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *flags]


def server_environment(settings: Settings) -> dict[str, str]:
    """The environment of the server: what was given here, and a cookie secret made from the key."""
    ours = {"COCKPIT_HOST": settings.host, "COCKPIT_PORT": str(settings.port)}
    # A server looks at few rows for many at once: handing those to other threads takes longer than the work itself.
    ours["POLARS_MAX_THREADS"] = os.environ.get("POLARS_MAX_THREADS", "1")
    if settings.secret_key:
        digest = hashlib.sha256(b"streamlit-cookie:" + settings.secret_key.encode()).hexdigest()
        ours["STREAMLIT_SERVER_COOKIE_SECRET"] = digest
    return {**os.environ, **ours}


def _with(settings: Settings, host: str, port: int) -> Settings:
    given = {name: value for name, value in (("host", host), ("port", port)) if value}
    return settings.model_copy(update=given)


def _prepare(settings: Settings) -> None:
    """Everything that can fail with one sentence fails here, before the server starts."""
    if not APP.is_file():
        raise Misconfigured(f"{APP} is missing: install from a checkout, as the README says.")
    with open_cockpit(settings) as cockpit:
        check_row_security(cockpit)
        if seed_when_empty(cockpit, datetime.now(UTC)):
            typer.echo("A demo workspace was added; remove it with `cockpit demo clear`.")


def _become_server(settings: Settings) -> NoReturn:
    """Replace this process, so that a stop signal reaches the server itself."""
    command = server_command(settings)
    os.execve(command[0], command, server_environment(settings))  # noqa: S606  (our own interpreter, no shell)
