"""Where a page of a list ends, so that the next one starts right after it, and how an address spells that."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from math import isfinite
from uuid import UUID

Key = str | float | None


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page: what the list is ordered by, None where a row has none, and the id."""

    key: Key
    row_id: UUID


def spelled_place(place: Place) -> str:
    """A place as one word of an address."""
    text = json.dumps([place.key, str(place.row_id)], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_place(text: str | None) -> Place | None:
    """The place an address names; None, the start of the list, when it names none."""
    if not text:
        return None
    try:
        key, row_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        place = Place(key, UUID(row_id))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return place if key is None or (isinstance(key, str | float) and _storable(key)) else None


def _storable(key: str | float) -> bool:
    """Whether a database could hold it: no NUL, no half of a character, no number that is none."""
    if isinstance(key, str):
        return "\0" not in key and not any("\ud800" <= char <= "\udfff" for char in key)
    return isfinite(key)
