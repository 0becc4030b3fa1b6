"""What the screens need before the first visitor: heavy imports, frozen, and a header mapping that is really set."""

from __future__ import annotations

import gc
import importlib
import sys
from pathlib import Path

from starlette.datastructures import Headers
from streamlit.web.server.starlette.starlette_websocket import gather_user_info

from cockpit.errors import Misconfigured
from cockpit.model.principals import TRUSTED_HEADERS

MAIN_SCRIPT = Path(__file__).with_name("main.py")
# How long a thread that computes keeps one waiting that has only to answer; by default five times as long.
SWITCH_SECONDS = 0.001
HEAVY = ("pandas", "polars", "plotly.graph_objects", "pyarrow", "cockpit.ui.cockpit_page", "cockpit.ui.person_page")


def prepare() -> None:
    """Import once, then keep what was imported out of every later garbage collection.

    Streamlit collects after every run of a page: unfrozen, these modules cost it 2.5 times the work.

    Raises:
        Misconfigured: Streamlit would not hand the gate's header to the pages.
    """
    check_mapping()
    for module in HEAVY:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)


def check_mapping() -> None:
    """Try what Streamlit does with the headers of a new socket; its settings alone prove nothing.

    Raises:
        Misconfigured: the pages would not learn who is there, or would learn it from somebody else's header.
    """
    probe = {header: f"probe of {name}" for header, name in TRUSTED_HEADERS.items()}
    if gather_user_info(Headers(probe)) != {name: probe[header] for header, name in TRUSTED_HEADERS.items()}:
        raise Misconfigured("server.trustedUserHeaders is not set: start with `cockpit serve`, beside .streamlit/.")
