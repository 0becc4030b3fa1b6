"""What every list has: its rows as a table or, on a phone, as cards; its filters as chips; its pages; its emptiness."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

import streamlit as st

from cockpit.model.places import Place, read_place, spelled_place
from cockpit.ui.components.failure import UNAVAILABLE, code_of
from cockpit.ui.words import plain, safe_text

AFTER, BEFORE = "after", "pages_before"
COUNTED = 1000  # further than this nobody counts along


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, where it leads, and a picture of ours that goes with it."""

    text: str
    link: str | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that hides rows, as a person says it, and what takes it away."""

    words: str
    clear: Callable[[], None]


Line = Mapping[str, Cell]


def start_over() -> None:
    """Go back to the first page: the filters or the order have changed."""
    st.query_params.pop(AFTER, None)
    st.session_state.pop(BEFORE, None)


def place() -> Place | None:
    """Where the page in the address starts."""
    return read_place(st.query_params.get(AFTER))


def address(path: str, query: Mapping[str, str]) -> str:
    """A link to one of our screens."""
    return f"{path}?{urlencode(query)}"


def table(key: str, caption: str, lines: Sequence[Line]) -> None:
    """Draw the rows; a column in which nobody has anything is left out."""
    columns = [name for name in lines[0] if any(line[name].text for line in lines)]
    with st.container(key=f"wide_{key}"):
        st.html(_table(caption, columns, lines))
    with st.container(key=f"phone_{key}"):
        said = f'<p class="said">{escape(plain(caption))}</p>'
        st.html(f'{said}<div class="cards">{"".join(_card(columns, line) for line in lines)}</div>')


def _table(caption: str, columns: Sequence[str], lines: Sequence[Line]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "".join(f"<tr>{_row(columns, line)}</tr>" for line in lines)
    said = f"<caption>{escape(plain(caption))}</caption>"
    return f'<table class="listing">{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(columns: Sequence[str], line: Line) -> str:
    first, *rest = columns
    return f'<th scope="row">{_cell(line[first])}</th>' + "".join(f"<td>{_cell(line[name])}</td>" for name in rest)


def _cell(cell: Cell, style: str = "who") -> str:
    text = f"{_face(cell.picture) if cell.picture else ''}{escape(plain(cell.text))}"
    return f'<a class="{style}" href="{escape(cell.link, quote=True)}">{text}</a>' if cell.link else text


def _face(address: str) -> str:
    """A picture that says nothing the name beside it does not say."""
    return f'<img class="face" src="{escape(address, quote=True)}" alt="" width="28" height="28">'


def _card(columns: Sequence[str], line: Line) -> str:
    first, *rest = columns
    shown = [(name, line[name]) for name in rest if line[name].text]
    facts = "".join(f"<span>{escape(name)} <b>{_cell(cell, 'fact')}</b></span>" for name, cell in shown)
    name = _cell(line[first]) if line[first].link else f'<span class="who">{_cell(line[first])}</span>'
    return f'<div class="card"><div class="top">{name}</div><div class="facts">{facts}</div></div>'


def chips(active: Sequence[Chip]) -> None:
    """Draw the filters that hide rows, each with a cross that takes it away."""
    if not active:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="chips"):
        for number, chip in enumerate(active):
            st.button(
                safe_text(chip.words),
                key=f"chip_{number}",
                icon=":material/close:",
                help="Take this filter away",
                on_click=_clear,
                args=([chip],),
            )
        if len(active) > 1:
            st.button("Clear filters", key="chips_all", type="tertiary", on_click=_clear, args=(active,))


def _clear(taken: Sequence[Chip]) -> None:
    start_over()
    for chip in taken:
        chip.clear()


def empty(title: str, cause: str, active: Sequence[Chip]) -> None:
    """Say that there is nothing, why, and offer the way on."""
    with st.container(border=True, key="empty"):
        st.markdown(f"**{title}**")
        st.markdown(f":gray[{safe_text(cause)}]")
        if active:
            st.button("Clear filters", key="empty_clear", type="primary", on_click=_clear, args=(active,))


def failed(error: Exception) -> None:
    """Say that the list could not be read."""
    with st.container(border=True, key="failed"):
        st.markdown(f"**{UNAVAILABLE}**")
        st.caption(f"Code {safe_text(code_of(error))}")
        st.button("Try again", key="retry_list", icon=":material/refresh:")


def pages(following: Place | None) -> None:
    """Draw the way to the next page and back."""
    here = st.query_params.get(AFTER)
    if here is None and following is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="pages"):
        st.button("First page", key="page_first", disabled=here is None, on_click=start_over)
        before = st.session_state.get(BEFORE)
        st.button("Previous page", key="page_previous", disabled=here is None or not before, on_click=_back)
        spelled = None if following is None else spelled_place(following)
        st.button("Next page", key="page_next", disabled=spelled is None, on_click=_on, args=(spelled,))


def _on(following: str) -> None:
    """Go on, and remember from where."""
    st.session_state[BEFORE] = [*st.session_state.get(BEFORE, ()), st.query_params.get(AFTER)]
    st.query_params[AFTER] = following


def _back() -> None:
    *before, last = st.session_state[BEFORE]
    st.session_state[BEFORE] = before
    if last is None:
        st.query_params.pop(AFTER, None)
    else:
        st.query_params[AFTER] = last


def counted(found: int, one: str, many: str) -> str:
    """How many there are, in words."""
    return f"1 {one}" if found == 1 else f"More than {COUNTED:,} {many}" if found > COUNTED else f"{found:,} {many}"
