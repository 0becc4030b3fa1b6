"""What a word in a search box finds: part of a name or of an identifier, whatever the case."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, func, or_

from cockpit.storage.schema import person

FEWEST_DIGITS = 4
NO_DIGIT = re.compile(r"\D")
PHONE = re.compile(r"[\d\s()+./-]+")


def contains(column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """Whether a text contains the word, whatever the case of either."""
    return column.icontains(word, autoescape=True)


def person_matches(word: str) -> ColumnElement[bool]:
    """People whose name, e-mail, external id or phone contains the word; a phone is known by its digits."""
    found = [contains(person.c[name], word) for name in ("name", "email", "external_id")]
    digits = NO_DIGIT.sub("", word).lstrip("0")
    if PHONE.fullmatch(word) and len(digits) >= FEWEST_DIGITS:
        written = func.regexp_replace(person.c.phone_raw, r"\D", "", "g")
        found += [column.contains(digits, autoescape=True) for column in (person.c.phone, written)]
    return or_(*found)
