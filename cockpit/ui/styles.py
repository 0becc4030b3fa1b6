"""The little CSS that Streamlit's theme cannot say: cards, the phone, print. Colours come from the theme."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

CSS = Path(__file__).with_name("screen.css").read_text()


def apply() -> None:
    """Put the style sheet on the page."""
    st.html(f"<style>{CSS}</style>")
