"""The one place that builds things: `open_cockpit(settings) -> Cockpit`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from types import TracebackType

from cockpit.errors import Misconfigured
from cockpit.settings import Settings
from cockpit.storage.database import Database, open_database
from cockpit.storage.upgrade import upgrade_database

UNWATCHED = (
    "The role {role} of the database is a superuser or has BYPASSRLS: PostgreSQL does not watch over it, "
    "and workspaces are kept apart by our queries alone. "
    "Connect as an ordinary role that owns the database (docs/postgresql.md)."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cockpit:
    """An open database with the settings of the process; closes when used as a context."""

    db: Database
    settings: Settings

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def __enter__(self) -> Cockpit:
        """Use it as a context."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close at the end of the context."""
        self.close()


def open_cockpit(settings: Settings | None = None) -> Cockpit:
    """Open the database of the settings and migrate it when it is behind."""
    settings = settings or Settings()
    database = open_database(settings.database_url)
    try:
        upgrade_database(database)
    except BaseException:
        database.close()
        raise
    return Cockpit(database, settings)


def check_row_security(cockpit: Cockpit) -> None:
    """See that the database watches over the workspaces, where it can; without a secret key a warning does.

    Raises:
        Misconfigured: others can sign in here, and the role of the database is above row security.
    """
    if cockpit.db.watched is not False:
        return
    sentence = UNWATCHED.format(role=cockpit.db.url.username or "of this connection")
    if cockpit.settings.secret_key:
        raise Misconfigured(sentence)
    log.warning("%s", sentence)
