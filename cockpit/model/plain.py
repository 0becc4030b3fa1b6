"""Values as JSON holds them: the one spelling of instants, ids and amounts in every interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cockpit.model.instants import spelled


def plain(value: Any) -> Any:
    """The value in text, numbers, lists and objects.

    Raises:
        TypeError: it has no JSON form.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence | Set) and not isinstance(value, bytes):
        return [plain(one) for one in value]
    return _single(value)


def _single(value: Any) -> Any:
    """A value that is no container."""
    if isinstance(value, datetime):
        return spelled(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
