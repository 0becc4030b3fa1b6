"""`cockpit workspace`: made, shown, changed, set up again, deleted from the command line, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from cockpit.storage.database import open_database
from cockpit.storage.schema import workspace
from tests.cli.command import Answer, cockpit_command

Run = Callable[..., Answer]


@pytest.fixture
def run(database_url: str) -> Run:
    def ran(*words: str) -> Answer:
        return cockpit_command("workspace", *words, environment={"COCKPIT_DATABASE_URL": database_url})

    assert ran("create", "--subdomain", "acme", "--name", "Acme", "--time-zone", "Europe/Paris").status == 0
    return ran


def shown(run: Run) -> dict[str, Any]:
    told: dict[str, Any] = run("show", "acme", "--json").json()
    return told


def test_a_new_workspace_is_listed_and_shown(run: Run) -> None:
    assert run("list", "--json").json()["workspaces"] == [
        {"subdomain": "acme", "name": "Acme", "time_zone": "Europe/Paris", "is_demo": False, "status": "ready"}
    ]
    told = shown(run)
    assert (told["status"], told["members"], told["admins"]) == ("ready", 1, 1)
    assert (told["join_policy"], told["embed_origins"]) == ("invite", [])
    assert "PERSON_WALL is false" in run("show", "acme").out


def test_it_is_renamed_and_set(run: Run) -> None:
    assert run("rename", "acme", "--name", "Acme Two").status == 0
    assert run("rename", "acme", "--time-zone", "Asia/Tokyo").status == 0
    words = ("--join-policy", "domain", "--domain", "Acme.com", "--embed-origin", "https://CRM.example.com/")
    told = run("settings", "acme", *words, "--json").json()
    assert (told["name"], told["time_zone"]) == ("Acme Two", "Asia/Tokyo")
    assert (told["join_policy"], told["join_domains"]) == ("domain", ["acme.com"])
    assert told["embed_origins"] == ["https://crm.example.com"]
    assert run("settings", "acme", "--json").json() == told
    assert run("settings", "acme", "--no-embedding", "--json").json()["embed_origins"] == []
    assert run("settings", "acme", "--person-wall", "off").status == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("rename", "acme"), "Say what to change"),
        (("rename", "acme", "--name", "  "), "needs a name"),
        (("rename", "acme", "--time-zone", "Mars/X"), "no time zone"),
        (("settings", "acme", "--join-policy", "all"), "no such way of joining"),
        (("settings", "acme", "--join-policy", "domain"), "Name the domains"),
        (("settings", "acme", "--embed-origin", "http://crm.example.com"), "https"),
        (("settings", "acme", "--person-wall", "maybe"), "one of on, off, inherit"),
        (("delete", "acme", "--really", "yes"), "must say the subdomain"),
        (("delete", "nowhere", "--really", "nowhere"), "no workspace called nowhere"),
        (("show", "nowhere"), "no workspace called nowhere"),
        (("retry", "nowhere"), "no workspace called nowhere"),
        (("create", "--subdomain", "acme", "--name", "x"), "already a workspace called acme"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(run: Run, words: tuple[str, ...], says: str) -> None:
    before = shown(run)
    answer = run(*words)
    assert (answer.status, answer.out) == (1, "")
    assert says in answer.err
    assert answer.err.count("\n") == 1
    assert shown(run) == before


def test_one_that_failed_is_set_up_again(run: Run, database_url: str) -> None:
    environment = {"COCKPIT_DATABASE_URL": database_url}
    words = ("user", "add", "ana@acme.com", "-w", "acme", "--role", "admin")
    assert cockpit_command(*words, environment=environment).status == 0
    broken = {"status": "failed", "provisioning_step": "workspace", "provisioning_error": "The disk was full."}
    db = open_database(database_url)
    with db.write() as conn:
        conn.execute(update(workspace).values(**broken))
    db.close()
    assert (shown(run)["status"], shown(run)["provisioning_error"]) == ("failed", "The disk was full.")
    assert "(failed)" in run("list").out
    assert run("retry", "acme", "--json").json()["status"] == "ready"
    assert shown(run)["members"] == 2


def test_it_is_deleted_for_good(run: Run) -> None:
    assert run("delete", "acme", "--really", "acme").out == "Workspace acme is deleted.\n"
    assert run("list", "--json").json() == {"workspaces": []}
    assert run("create", "--subdomain", "acme", "--name", "Acme").status == 0
