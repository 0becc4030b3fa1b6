"""Automation: rules on and off, edited, rehearsed, stopped; what each did; and who may only look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import streamlit as st

from cockpit.bootstrap import Cockpit
from cockpit.model.ids import WorkspaceId
from cockpit.ui.automation_page import TABS
from tests.automation.ground import RULE, prepare
from tests.pages.conftest import Run


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    st.cache_data.clear()


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_is_drawn(run: Run, cockpit: Cockpit, workspace: WorkspaceId, tab: str) -> None:
    prepare(cockpit.db, workspace, datetime.now(UTC))
    at = run("automation.py", tab=tab, rule=RULE)
    assert not at.exception
    assert [one.value for one in at.title] == ["Automation"]
