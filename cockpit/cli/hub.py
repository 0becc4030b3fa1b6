"""`cockpit hub connect|test|secret|disconnect|fake`: the Engagement Hub of a workspace, and one that calls nobody."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any

import typer

from cockpit.access import hub_settings
from cockpit.cli.output import open_from_environment, print_json, read_settings, resolve_workspace
from cockpit.errors import InvalidInput, Misconfigured
from cockpit.hub.fake.faults import CAMPAIGN
from cockpit.hub.fake.server import PATHS, serving
from cockpit.hub.fake.state import Manner
from cockpit.hub.fake.webhooks import Target
from cockpit.hub.wiring import Wiring
from cockpit.model.viewer import whole_workspace

FAKE_PORT = 8599
commands = typer.Typer(help="The Engagement Hub of a workspace.", no_args_is_help=True)
WORKSPACE = typer.Option(..., "--workspace", "-w", help="The workspace, by subdomain.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(commands, name="hub")


@commands.command("connect")
def connect(
    *,
    workspace: str = WORKSPACE,
    url: str = typer.Option(None, help="The Hub's address; without it, AVENTORA_BASE_URL."),
    domain: str = typer.Option(None, help="The workspace's domain name at the Hub."),
    idempotency: str = typer.Option(None, help="What the Hub declares: none, key or lookup."),
    inside: bool = typer.Option(False, "--inside", help="Allow an address that is not public, like localhost."),
    option: list[str] = typer.Option(
        [], help="name=value, repeatable: status_path, pause_path, cancel_path, lookup_path, whatsapp_fields, ..."
    ),
    webhook_secret: bool = typer.Option(False, "--webhook-secret", help="Also ask for the secret of its webhooks."),
) -> None:
    """Connect a workspace with its Hub; the key is asked for, or read from standard input."""
    key = _secret("API key of the Hub")
    secret = _secret("Secret of its webhooks") if webhook_secret else None
    paths, options = _options(option)
    said = Wiring(
        base_url=url,
        api_key=key or None,
        domain_name=domain or None,
        idempotency=idempotency or None,
        paths=paths,
        options=options,
        inside=inside or None,
        webhook_secret=secret,
    )
    with open_from_environment() as cockpit:
        viewer = whole_workspace(resolve_workspace(cockpit, workspace))
        hub_settings.save_hub(cockpit.db, viewer, cockpit.settings, said, datetime.now(UTC), operator=True)
        found = hub_settings.try_hub(cockpit.db, viewer, cockpit.settings)
    typer.echo(f"Connected. {found.sentence}")
    if not found.works:
        raise typer.Exit(1)


@commands.command("test")
def try_out(*, workspace: str = WORKSPACE, as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Ask the Hub whether the key and the domain are right; nothing is started."""
    with open_from_environment() as cockpit:
        viewer = whole_workspace(resolve_workspace(cockpit, workspace))
        found = hub_settings.try_hub(cockpit.db, viewer, cockpit.settings)
    if as_json:
        print_json({"works": found.works, "sentence": found.sentence})
    else:
        typer.echo(found.sentence)
    if not found.works:
        raise typer.Exit(1)


@commands.command("secret")
def secret(
    *,
    workspace: str = WORKSPACE,
    forget_old: bool = typer.Option(False, "--forget-old", help="Let only the newest secret count."),
) -> None:
    """Make a webhook secret and print it, this once; the one before counts until it is forgotten."""
    with open_from_environment() as cockpit:
        viewer = whole_workspace(resolve_workspace(cockpit, workspace))
        if forget_old:
            hub_settings.forget_old_secret(cockpit.db, viewer, datetime.now(UTC))
            typer.echo("Only the newest secret counts now.")
            return
        typer.echo(hub_settings.renew_secret(cockpit.db, viewer, cockpit.settings, datetime.now(UTC)))


@commands.command("disconnect")
def disconnect(*, workspace: str = WORKSPACE) -> None:
    """Forget the Hub of a workspace, its key and its secrets; nothing is sent from then on."""
    with open_from_environment() as cockpit:
        hub_settings.remove_hub(cockpit.db, whole_workspace(resolve_workspace(cockpit, workspace)))
    typer.echo("The Hub is forgotten.")


@commands.command("fake")
def fake(
    *,
    port: int = typer.Option(FAKE_PORT, min=0, max=65535, help="Port to listen on; 0 takes a free one."),
    host: str = typer.Option("127.0.0.1", help="Address to listen on."),
    webhook: str = typer.Option("", help="Where it sends webhooks; by default to `cockpit serve` on this machine."),
    workspace: str = typer.Option("demo", "--workspace", "-w", help="Whom the default webhook address means."),
    secret: str = typer.Option("", envvar="COCKPIT_FAKE_HUB_SECRET", help="What proves its webhooks."),
    signed: bool = typer.Option(False, "--signed", help="Sign webhooks with the secret."),
    idempotency: str = typer.Option("key", help="none: it ignores idempotency keys; key: it honours them."),
    outcome_after: float = typer.Option(3.0, min=0, help="Seconds until an outreach has its outcome."),
    faults: str = typer.Option("", help='Shares, like error_after=0.1,hang=0.05; "campaign" is 42 % of them.'),
) -> None:
    """Run a Hub that calls nobody: it takes outreaches, sends webhooks back, and goes wrong as it is told."""
    if idempotency not in ("none", "key"):
        raise InvalidInput("--idempotency is none or key.")
    settings = read_settings()
    target = Target(
        webhook or f"http://127.0.0.1:{settings.port}/rest/aventora/webhook?workspace={workspace}", secret, signed
    )
    manner = Manner(honours_key=idempotency == "key", target=target, outcome_after=outcome_after)
    with serving(lambda: datetime.now(UTC), manner, host=host, port=port) as server:
        server.hub.faults.set(_shares(faults))
        typer.echo(f"Fake Hub: {server.url}  (stop with Ctrl+C; what it has taken: {server.url}/fake)")
        sys.stdout.flush()
        while not server.wait(3600):
            pass


def _secret(what: str) -> str:
    """A secret from the keyboard, unseen, or the next line of standard input; others can see arguments."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, default="", show_default=False)).strip()
    return sys.stdin.readline().strip()


def _options(given: list[str]) -> tuple[dict[str, str], dict[str, Any]]:
    paths: dict[str, str] = {}
    options: dict[str, Any] = {}
    for one in given:
        name, mark, value = one.partition("=")
        if not mark:
            raise InvalidInput(f"--option is name=value: {one} is not.")
        if name in PATHS:
            paths[name] = value
        else:
            options[name] = _value(value)
    return paths, options


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shares(text: str) -> dict[str, float]:
    if text == "campaign":
        return dict(CAMPAIGN)
    try:
        pairs = [one.split("=") for one in text.split(",") if one]
        return {name: float(share) for name, share in pairs}
    except ValueError as error:
        raise Misconfigured("--faults is a list like error_after=0.1,hang=0.05.") from error
