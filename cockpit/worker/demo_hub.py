"""The demo workspace's Hub: a fake one beside the screens, so that a click goes all the way and reaches nobody."""

from __future__ import annotations

import ipaddress
import logging
from datetime import UTC, datetime
from typing import Self

from cockpit.bootstrap import Cockpit
from cockpit.hub import signatures
from cockpit.hub.fake.server import PATHS, Server
from cockpit.hub.fake.state import FakeHub, Manner
from cockpit.hub.fake.webhooks import Target
from cockpit.hub.webhook_secrets import SIGNED
from cockpit.hub.wiring import Wiring, connect
from cockpit.ingestion.demo.seed import SUBDOMAIN
from cockpit.presets.applier import add_mappings
from cockpit.settings import Settings
from cockpit.storage.hub_connections import find_hub
from cockpit.storage.workspaces import find_workspace, replace_data_version

log = logging.getLogger(__name__)
DOMAIN = "fake-hub-of-the-demo"  # by which its connection is told from one that somebody made
OUTCOME_AFTER = 6.0


class DemoHub:
    """A fake Hub for as long as the server runs, where there is a demo workspace without a Hub of its own."""

    def __init__(self, cockpit: Cockpit) -> None:
        """Serve the demo of this cockpit."""
        self._cockpit = cockpit
        self.server: Server | None = None

    def __enter__(self) -> Self:
        """Run while the server does."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End with it."""
        self.stop()

    def start(self) -> None:
        """Listen on a free port of this machine and connect the demo with it."""
        db, now = self._cockpit.db, datetime.now(UTC)
        # all workspaces: this is how a workspace is found
        with db.read() as conn:
            demo = find_workspace(conn, SUBDOMAIN)
            hub = find_hub(conn, demo.workspace_id) if demo else None
        own = hub is not None and hub.domain_name != DOMAIN
        if demo is None or not demo.is_demo or own or not self._cockpit.settings.demo:
            return
        secret = signatures.new_secret()
        manner = Manner(target=Target(webhook_address(self._cockpit.settings), secret, signed=True))
        self.server = Server(FakeHub(manner, lambda: datetime.now(UTC)), "127.0.0.1", 0)
        self.server.hub.set({"outcome_after": OUTCOME_AFTER})
        wiring = Wiring(
            self.server.url,
            "demo",
            DOMAIN,
            idempotency="key",
            paths=PATHS,
            inside=True,
            webhook_secret=secret,
            webhook_mode=SIGNED,
        )
        with db.write(demo.workspace_id) as conn:
            connect(conn, demo.workspace_id, self._cockpit.settings, wiring, now)
            add_mappings(conn, demo.workspace_id, now)
            replace_data_version(conn, demo.workspace_id)
        log.info("The demo workspace is connected with a fake Hub at %s", self.server.url)

    def stop(self) -> None:
        """End; what was connected finds nobody until the next start."""
        if self.server is not None:
            self.server.close()


def webhook_address(settings: Settings) -> str:
    """Where the server can be told of the demo's outreaches, from this machine."""
    try:
        own = ipaddress.ip_address(settings.host)
        host = "127.0.0.1" if own.is_unspecified or own.is_loopback else f"[{own}]" if own.version == 6 else str(own)
    except ValueError:
        host = settings.host
    return f"http://{host}:{settings.port}/rest/aventora/webhook?workspace={SUBDOMAIN}"
