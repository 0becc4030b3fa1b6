"""What the screens need before the first visitor: heavy imports, frozen, and a header mapping that is really set."""

from __future__ import annotations

import gc
import importlib
from pathlib import Path

import streamlit as st

from cockpit.errors import Misconfigured
from cockpit.model.principals import PRINCIPAL_HEADER

MAIN_SCRIPT = Path(__file__).with_name("main.py")
HEAVY = ("pandas", "polars", "plotly.graph_objects", "pyarrow", "cockpit.ui.cockpit_page", "cockpit.ui.person_page")


def prepare() -> None:
    """Import once, then keep what was imported out of every later garbage collection.

    Streamlit collects after every run of a page: unfrozen, these modules cost it 2.5 times the work.

    Raises:
        Misconfigured: Streamlit would not hand the gate's header to the pages.
    """
    mapped = st.get_option("server.trustedUserHeaders") or {}
    if mapped.get(PRINCIPAL_HEADER) != "principal":
        raise Misconfigured("server.trustedUserHeaders is not set: start with `cockpit serve`, beside .streamlit/.")
    for module in HEAVY:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
