"""Sign-in by others, from the command line: linking an organisation, and half settings that do not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import cockpit_command

KEY = {"COCKPIT_SECRET_KEY": "k" * 40}


def test_an_organisation_is_linked_with_one_workspace(tmp_path: Path) -> None:
    given = {"COCKPIT_DATABASE_URL": f"duckdb:///{tmp_path / 'link.duckdb'}", "COCKPIT_DEMO": "false"}
    for name in ("acme", "south"):
        words = ("workspace", "create", "--subdomain", name, "--name", name)
        assert cockpit_command(*words, environment=given).status == 0

    def link(name: str, organization: str) -> tuple[int, str]:
        words = ("link", "-w", name, "--organization", organization) if organization else ("unlink", "-w", name)
        answer = cockpit_command("clerk", *words, environment=given)
        return answer.status, answer.out + answer.err

    assert link("acme", "org_2abc") == (0, "The workspace acme is linked with org_2abc.\n")
    status, told = link("south", "org_2abc")
    assert (status, "acme already" in told) == (1, True)
    assert link("acme", "")[0] == 0
    assert link("south", "org_2abc")[0] == 0
    assert link("south", "acme")[0] != 0
    assert link("nowhere", "org_3")[0] != 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"COCKPIT_CLERK_ISSUER": "https://clerk.example.com", **KEY}, "COCKPIT_CLERK_AUTHORIZED_PARTIES"),
        ({"COCKPIT_CLERK_SECRET_KEY": "sk_canary", **KEY}, "COCKPIT_CLERK_ISSUER"),
        ({"COCKPIT_OIDC_ISSUER": "https://id.example.com", **KEY}, "COCKPIT_OIDC_CLIENT_ID"),
        ({"COCKPIT_OIDC_CLIENT_SECRET": "canary", **KEY}, "COCKPIT_OIDC_ISSUER"),
        (
            {"COCKPIT_OIDC_ISSUER": "https://id.example.com", "COCKPIT_OIDC_CLIENT_ID": "cockpit"},
            "COCKPIT_SECRET_KEY",
        ),
    ],
)
def test_half_of_a_way_in_does_not_start(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    """One sentence that names the variable; no secret in it, and nothing was made."""
    given = {"COCKPIT_DATABASE_URL": f"duckdb:///{tmp_path / 'none.duckdb'}", **settings}
    answer = cockpit_command("serve", environment=given)
    assert answer.status == 1
    assert told in answer.err
    assert "canary" not in answer.err + answer.out
    assert "Traceback" not in answer.err
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_says_which_ways_there_are(tmp_path: Path) -> None:
    given = {"COCKPIT_DATABASE_URL": f"duckdb:///{tmp_path / 'doctor.duckdb'}", **KEY}
    provider = {"COCKPIT_OIDC_ISSUER": "https://id.example.com", "COCKPIT_OIDC_CLIENT_ID": "cockpit"}
    whole = cockpit_command("doctor", environment={**given, **provider})
    assert "sign-in by an OpenID provider" in whole.out
    half = cockpit_command("doctor", environment={**given, "COCKPIT_OIDC_CLIENT_ID": "cockpit"})
    assert (half.status, "COCKPIT_OIDC_ISSUER" in half.out) == (1, True)
