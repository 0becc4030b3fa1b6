"""Every page, run by Streamlit's own test runner as a member of one workspace, with another one in its address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from streamlit.testing.v1 import AppTest

from cockpit.model.principals import member_principal
from cockpit.ui.startup import MAIN_SCRIPT
from tests.campaigns.planted import Asker, Planted, subdomain_of
from tests.campaigns.probe_reads import Probe

PATIENCE = 120
PAGES = Path(__file__).parents[2] / "pages"
QUERIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "objects": tuple({"type": kind} for kind in ("people", "companies", "opportunities", "tasks")),
    "settings": tuple({"section": name} for name in ("workspace", "members", "embedding", "api-webhooks", "profile")),
}


def page_probes(planted: Planted, chance: Random) -> Mapping[str, Probe]:
    """Every file of the pages, with every way to open it."""
    return {
        f"page {path.stem} {' '.join(query.values())}".strip(): page(planted, chance, path.name, query)
        for path in sorted(PAGES.glob("*.py"))
        for query in QUERIES.get(path.stem, ({},))
    }


def page(planted: Planted, chance: Random, name: str, query: Mapping[str, str]) -> Probe:
    """One page, asked for the person, the company or the list of another workspace, or of the own one."""

    def probe(asker: Asker) -> bytes:
        about = asker.there if chance.random() < 0.7 else asker.here
        at = AppTest.from_file(str(MAIN_SCRIPT), default_timeout=PATIENCE)
        at.user = {"principal": member_principal(asker.here, planted.members[0])}  # type: ignore[assignment]
        named = {"workspace": subdomain_of(about), "id": str(about), **query}
        if name == "objects.py" and chance.random() < 0.7:
            named.pop("id")
        for key, value in named.items():
            at.query_params[key] = value
        return shown(at.switch_page(str(Path("../../pages") / name)).run())

    return probe


def shown(at: AppTest) -> bytes:
    """Everything that was sent to the browser, tables too."""
    return b"\n".join(one.SerializeToString() for one in protos(at._tree))


def protos(node: Any) -> Iterator[Any]:
    """The messages of a page, from the top."""
    if getattr(node, "proto", None) is not None:
        yield node.proto
    for child in getattr(node, "children", {}).values():
        yield from protos(child)
