"""`cockpit workspace apply-industry-preset|reapply-industry-preset`: shown first, done, done again, on both engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.command import Answer, cockpit_command

Run = Callable[..., Answer]


@pytest.fixture
def run(database_url: str) -> Run:
    def ran(*words: str) -> Answer:
        return cockpit_command("workspace", *words, environment={"COCKPIT_DATABASE_URL": database_url})

    for name in ("acme", "plain"):
        assert ran("create", "--subdomain", name, "--name", name).status == 0
    return ran


def test_presets_are_listed(run: Run) -> None:
    listed = run("presets", "--json").json()["presets"]
    assert listed[0]["industry_preset"] == "real_estate"
    assert "broker_owner" in run("presets").out


def test_applied_once_and_reapplied_without_a_change(run: Run) -> None:
    words = ("apply-industry-preset", "mortgage", "--profile", "broker_owner", "-w", "acme")
    shown = run(*words, "--dry-run", "--json").json()["workspaces"][0]
    assert run("show", "acme", "--json").json()["industry_preset"] is None, "it was only shown"
    done = run(*words, "--json").json()["workspaces"][0]
    assert (done["written"], done["changes"]) == (shown["written"], shown["changes"])
    assert (done["dry_run"], done["model_version"], done["counts"]["changed"]) == (False, 1, 0)
    told = run("show", "acme", "--json").json()
    assert (told["industry_preset"], told["industry_profile"]) == ("mortgage", "broker_owner")
    again = run("reapply-industry-preset", "--json").json()["workspaces"]
    assert [(one["workspace"], one["written"], one["changes"]) for one in again] == [("acme", 0, [])]
    assert "0 of " in run("reapply-industry-preset", "-w", "acme", "--dry-run").out
    other = run("apply-industry-preset", "insurance", "-w", "acme")
    assert "replaced: nobody had changed it" in other.out
    assert "Score model 2 is published." in other.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("apply-industry-preset", "pizza", "-w", "acme"), "There is no preset pizza: it is one of real_estate"),
        (("apply-industry-preset", "insurance", "--profile", "x", "-w", "acme"), "has no profile x: it is one of"),
        (("apply-industry-preset", "insurance", "-w", "nowhere"), "no workspace called nowhere"),
        (("reapply-industry-preset", "-w", "plain"), "no preset: apply one first"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(run: Run, words: tuple[str, ...], says: str) -> None:
    answer = run(*words)
    assert (answer.status, answer.out) == (1, "")
    assert says in answer.err
    assert "No workspace has a preset" in run("reapply-industry-preset").out
