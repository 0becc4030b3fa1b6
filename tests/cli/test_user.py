"""`cockpit user`: who is in a workspace, from the command line, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.command import Answer, cockpit_command

Run = Callable[..., Answer]


@pytest.fixture
def run(database_url: str) -> Run:
    environment = {"COCKPIT_DATABASE_URL": database_url, "COCKPIT_PORT": "8600"}

    def ran(*words: str, **more: str) -> Answer:
        return cockpit_command(*words, environment={**environment, **more})

    assert ran("workspace", "create", "--subdomain", "acme", "--name", "Acme").status == 0
    return ran


def listed(run: Run, *words: str) -> dict[str, Any]:
    told = run("user", "list", "-w", "acme", "--json", *words).json()
    return {one["email"]: one["role"] for one in told["members"] if one["email"] != "owner@localhost"}


def test_a_member_from_the_first_day_to_the_last(run: Run) -> None:
    added = run("user", "add", "Ben@Acme.com", "-w", "acme", "--name", "Ben", "--role", "read_only", "--json").json()
    assert added["role"] == "read_only"
    assert added["sign_in_link"].startswith("http://acme.localhost:8600/verify?loginToken=lt_")
    assert listed(run) == {"ben@acme.com": "read_only"}
    assert run("user", "role", "ben@acme.com", "admin", "-w", "acme").out == "ben@acme.com is admin in acme.\n"
    assert listed(run) == {"ben@acme.com": "admin"}
    assert run("user", "remove", "ben@acme.com", "-w", "acme").status == 0
    assert (listed(run), listed(run, "--former")) == ({}, {"ben@acme.com": "admin"})
    assert run("user", "restore", "BEN@acme.com", "-w", "acme").status == 0
    assert (listed(run), listed(run, "--former")) == ({"ben@acme.com": "admin"}, {})
    assert "Ben" in run("user", "list", "-w", "acme").out


def test_a_link_is_for_the_host_at_which_they_come(run: Run) -> None:
    run("user", "add", "ben@acme.com", "-w", "acme")
    words = ("user", "sign-in-link", "ben@acme.com", "-w", "acme")
    assert run(*words, COCKPIT_BASE_DOMAIN="crm.test").out.startswith("https://acme.crm.test/verify?")
    assert run(*words, "--host", "10.0.0.7:8501").out.startswith("https://10.0.0.7:8501/verify?")
    one, two = (run(*words, "--json").json()["sign_in_link"] for _ in range(2))
    assert one != two


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "nobody", "-w", "acme"), "no e-mail address"),
        (("add", "ben@acme.com", "-w", "acme", "--role", "owner"), "There is no role owner"),
        (("add", "ana@acme.com", "-w", "acme"), "already"),
        (("add", "ana@acme.com", "-w", "bolt"), "another workspace"),
        (("role", "nobody@acme.com", "admin", "-w", "acme"), "no member of acme"),
        (("remove", "owner@localhost", "-w", "acme"), "always stays"),
        (("restore", "ana@acme.com", "-w", "acme"), "not among those who left"),
        (("sign-in-link", "nobody@acme.com", "-w", "acme"), "no member of acme"),
        (("scope", "ana@acme.com", "7", "--field", "createdBy", "-w", "acme"), "a name like tipsAgentId"),
        (("list", "-w", "nowhere"), "no workspace called nowhere"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(run: Run, words: tuple[str, ...], says: str) -> None:
    run("workspace", "create", "--subdomain", "bolt", "--name", "Bolt")
    run("user", "add", "ana@acme.com", "-w", "acme")
    answer = run("user", *words)
    assert (answer.status, answer.out) == (1, "")
    assert says in answer.err
    assert answer.err.count("\n") == 1
    assert listed(run) == {"ana@acme.com": "member"}
