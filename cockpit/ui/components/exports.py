"""The links under a panel that download all of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

import streamlit as st

FORMATS = {"csv": "CSV", "xlsx": "XLSX", "parquet": "Parquet"}


def export_links(what: str, title: str, query: Mapping[str, str], *, label: str = "Export all rows") -> None:
    """Draw one link per format; the route behind them is streamed and needs the session."""
    links = [
        f'<a href="{escape(f"/exports/{what}.{kind}?{urlencode(query)}", quote=True)}" download '
        f'aria-label="{escape(f"{title} as {name}", quote=True)}">{name}</a>'
        for kind, name in FORMATS.items()
    ]
    st.html(f'<p class="exports">{escape(label)}: {" ".join(links)}</p>')
