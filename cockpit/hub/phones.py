"""Phone numbers as the Hub wants them: E.164, or not at all."""

from __future__ import annotations

import phonenumbers


def e164(text: str | None, country: str | None = None) -> str | None:
    """The number in E.164; None when it is none, or lacks a country that nobody told.

    Numbers that could be, like those reserved for examples, are taken: whether one is assigned the Hub will find out.
    """
    if not text:
        return None
    try:
        number = phonenumbers.parse(text, country.upper() if country else None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
