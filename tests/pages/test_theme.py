"""Colours of the theme: text can be read on its ground, in the light and in the dark."""

from __future__ import annotations

import tomllib

import pytest

from tests.pages.conftest import ROOT

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
TEXTS = ("textColor", "linkColor", "redTextColor", "orangeTextColor", "yellowTextColor", "greenTextColor")
TEXTS += ("blueTextColor", "violetTextColor", "grayTextColor")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_on_its_grounds(mode: str, text: str) -> None:
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(THEME[mode][text], THEME[mode][ground]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_main_button(mode: str) -> None:
    """White on the button, and the button on the page, which is no text."""
    assert contrast(THEME[mode]["primaryColor"], "#ffffff") >= 4.5
    assert contrast(THEME[mode]["primaryColor"], THEME[mode]["backgroundColor"]) >= 3


def test_the_style_sheet_has_the_colours_of_the_theme() -> None:
    css = (ROOT / "cockpit" / "ui" / "screen.css").read_text()
    for name in ("linkColor", "borderColor", "grayTextColor", "textColor"):
        assert f"light-dark({THEME['light'][name]}, {THEME['dark'][name]})" in css
