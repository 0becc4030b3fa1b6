"""Values as text that every database can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cockpit.ingestion.sources.batch import MAX_FIELD, Columns

NOT_UTF8 = "has bytes that are not UTF-8 (or half of a surrogate pair)"
NUL = "has a NUL or another control character"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"


def is_utf8(text: str) -> bool:
    """Whether the text can be written as UTF-8, that is, has no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def no_constant(name: str) -> Any:
    """Refuse NaN and the infinities, which JSON does not have."""
    raise ValueError(f"{name} is not a number")


def parse_json(text: str) -> Any:
    """The value of a JSON text; NaN and infinities are errors."""
    return json.loads(text, parse_constant=no_constant)


def canonical(value: object) -> str:
    """JSON text that does not depend on the order of keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def scalar(value: object) -> str | None:
    """One value as text; None when it is none of text, number, flag, instant, id."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else None


def row_of(record: Mapping[str, object], columns: Columns) -> dict[str, str]:
    """The fields of one record as text; ValueError says what is wrong with it."""
    row: dict[str, str] = {}
    for name, value in record.items():
        if name not in columns.known and not columns.rest:
            raise ValueError(f"unknown column `{name[:60]}`; known are {', '.join(columns.known)}")
        if value is None or value == "":
            continue
        text = canonical(value) if isinstance(value, dict | list) and _may_nest(name, columns) else scalar(value)
        row[name] = checked(name, text)
    return row


def checked(name: str, text: str | None) -> str:
    """The text, when a database can hold it."""
    if text is None:
        raise ValueError(f"`{name}` must be text or a number")
    if len(text) > MAX_FIELD:
        raise ValueError(f"`{name}` has {len(text):,} characters, {MAX_FIELD:,} are allowed")
    if not is_utf8(text) or not is_utf8(name):
        raise ValueError(f"`{name!a}` {NOT_UTF8}" if not is_utf8(name) else f"`{name}` {NOT_UTF8}")
    return text


def _may_nest(name: str, columns: Columns) -> bool:
    return name in columns.nested or name not in columns.known
