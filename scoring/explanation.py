"""The lines of many scores as text: one JSON array of label and points per score."""

from __future__ import annotations

import json

import polars as pl


def decimal(hundredths: pl.Series) -> pl.Series:
    """Points as the nearest float, which prints as at most two decimals; polars divides by multiplying and does not."""
    return pl.Series(hundredths.name, hundredths.to_numpy() / 100)


def explanations(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of every row as one JSON array of label and points."""
    labels = lines["label"].unique()
    quoted = dict(zip(labels, (json.dumps(label, ensure_ascii=False) for label in labels), strict=True))
    label = pl.col("label").replace_strict(quoted, return_dtype=pl.String)
    points = decimal(lines["points"]).cast(pl.String)
    item = pl.concat_str(pl.lit('{"label": '), label, pl.lit(', "points": '), points, pl.lit("}"))
    items = lines.select("row", item=item).group_by("row", maintain_order=True).agg(pl.col("item").str.join(", "))
    return items.select("row", explanation=pl.concat_str(pl.lit("["), "item", pl.lit("]")))
