"""The score of a person over the last weeks, with its bands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import plotly.graph_objects as go
import streamlit as st

HEIGHT = 300
BANDS = {"hot from 75": 75, "warm from 45": 45}


def show(instants: Sequence[datetime], scores: Sequence[float | None]) -> None:
    """Draw the line, or say that there is nothing to draw."""
    known = [(at, score) for at, score in zip(instants, scores, strict=True) if score is not None]
    if len(known) < 2:
        st.markdown(":gray[Too little data for a history.]")
        return
    lowest, highest = min(score for _, score in known), max(score for _, score in known)
    words = (
        f"Priority over {(known[-1][0] - known[0][0]).days} days: from {known[0][1]:.0f} to {known[-1][1]:.0f}, "
        f"lowest {lowest:.0f}, highest {highest:.0f}."
    )
    st.plotly_chart(_figure(known), alt=words, config={"displaylogo": False}, key="score_history")
    st.caption(words)


def _figure(known: Sequence[tuple[datetime, float]]) -> go.Figure:
    line = go.Scatter(
        x=[at for at, _ in known],
        y=[score for _, score in known],
        mode="lines",
        line={"width": 2.5, "shape": "spline", "smoothing": 0.4},
        hovertemplate="%{x|%d %b %Y}: %{y:.1f}<extra></extra>",
    )
    figure = go.Figure(line)
    for name, at in BANDS.items():
        figure.add_hline(y=at, line_dash="dot", line_width=1, annotation_text=name, annotation_position="top left")
    figure.update_layout(
        height=HEIGHT, margin={"l": 0, "r": 0, "t": 10, "b": 0}, showlegend=False, yaxis={"range": [0, 104]}
    )
    return figure
