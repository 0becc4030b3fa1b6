"""Pages run by Streamlit's own test runner, over a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest

from cockpit.bootstrap import Cockpit
from cockpit.model.principals import LOCAL_OWNER
from cockpit.ui import connection
from cockpit.ui.startup import MAIN_SCRIPT
from tests.conftest import ENGINES

ROOT = Path(__file__).parents[2]
PATIENCE = 60
Run = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def _packages_are_searched_once() -> Iterator[None]:
    """Streamlit's test runner looks for components in every installed package at each run; there are none."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: list(found))
        yield


@pytest.fixture(scope="session", autouse=True)
def _pages_are_compiled_once() -> Iterator[None]:
    """Streamlit's test runner compiles the main script and the page anew at each run; both stay what they are."""
    compiled = ScriptCache().get_bytecode
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScriptCache, "get_bytecode", lambda _, path: compiled(path))
        yield


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    """One engine for each test of a page, now this and now that: what pages read is tested on both elsewhere."""
    return ENGINES[crc32(request.node.nodeid.encode()) % len(ENGINES)]


@pytest.fixture
def run(cockpit: Cockpit) -> Iterator[Run]:
    """Run the main script, then a page of it, as the owner or as a stranger."""
    st.cache_data.clear()

    def make(page: str = "cockpit.py", *, signed_in: bool = True, **query: str) -> AppTest:
        at = AppTest.from_file(str(MAIN_SCRIPT), default_timeout=PATIENCE)
        if signed_in:
            at.user = {"principal": LOCAL_OWNER}
        for name, value in query.items():
            at.query_params[name] = value
        return at.switch_page(str(Path("../../pages") / page)).run()

    with connection.shared(cockpit):
        yield make
