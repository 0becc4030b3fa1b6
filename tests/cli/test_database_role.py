"""PostgreSQL watches over ordinary roles only: others are refused, or warned of where nobody else can sign in."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from cockpit.bootstrap import check_row_security, open_cockpit
from cockpit.settings import Settings
from cockpit.storage.database import Database
from tests.cli.command import cockpit_command
from tests.cli.test_doctor import doctor
from tests.conftest import administer, database_at

KEY = "k" * 40
on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"])


@pytest.fixture(params=["SUPERUSER", "BYPASSRLS"])
def above(request: pytest.FixtureRequest, database_url: str, postgres_server: str) -> Iterator[str]:
    """The URL of a database as a role that no policy holds for."""
    name = f"above_{uuid4().hex[:12]}"
    administer(postgres_server, f"CREATE ROLE {name} LOGIN PASSWORD '{name}' {request.param}")
    owner, database = make_url(database_url).username, make_url(database_url).database
    administer(postgres_server, f"GRANT {owner} TO {name}")
    yield database_at(postgres_server, str(database), name)
    administer(postgres_server, f"DROP ROLE {name}")


@on_postgresql
def test_the_doctor_names_it(above: str) -> None:
    status, checks = doctor(above)
    assert status == 1
    assert checks["row security"]["finding"].startswith("the role above_")
    assert "docs/postgresql.md" in checks["row security"]["fix"]


@on_postgresql
@pytest.mark.parametrize("command", [("serve", "--port", "58501"), ("worker",)])
def test_nobody_can_sign_in_to_such_a_server(above: str, command: tuple[str, ...]) -> None:
    environment = {"COCKPIT_DATABASE_URL": above, "COCKPIT_SECRET_KEY": KEY, "COCKPIT_DEMO": "false"}
    answer = cockpit_command(*command, environment=environment)
    assert answer.status != 0
    assert "superuser or has BYPASSRLS" in answer.err


@on_postgresql
def test_on_ones_own_machine_it_is_said(above: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), open_cockpit(Settings(database_url=above)) as cockpit:
        check_row_security(cockpit)
    assert "superuser or has BYPASSRLS" in caplog.text


def test_an_ordinary_role_is_not_spoken_of(db: Database, database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with open_cockpit(Settings(database_url=database_url, secret_key=KEY)) as cockpit:
        check_row_security(cockpit)
    assert caplog.text == ""
