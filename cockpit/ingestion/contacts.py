"""E-mail addresses and phone numbers in the one form they are matched by."""

from __future__ import annotations

import phonenumbers
import polars as pl
from email_validator import EmailNotValidError, validate_email

from cockpit.model.whereabouts import PREFIX, numbered

PLAIN_EMAIL = r"^[a-z0-9][a-z0-9._%+-]{0,62}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$"
E164 = r"^\+[1-9][0-9]{6,14}$"
PUNCTUATION = r"[\s().\-/\u00a0\u2010-\u2015]"


def folded_email(column: pl.Expr) -> pl.Expr:
    """Lower case without blanks around it."""
    return column.str.strip_chars().str.to_lowercase()


def valid_emails(folded: pl.Series) -> pl.Series:
    """The addresses that are one; null for the others. Plain ones are seen by pattern, the rest asks the library."""
    if folded.null_count() == len(folded):
        return folded
    plain = folded.str.contains(PLAIN_EMAIL) & ~folded.str.contains("..", literal=True)
    odd = (~plain & folded.is_not_null()).arg_true()
    valid = pl.select(pl.when(plain).then(folded)).to_series()
    if odd.is_empty():
        return valid
    return valid.scatter(odd, pl.Series([_valid_email(value) for value in folded.gather(odd)], dtype=pl.String))


def _valid_email(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def bare_phone(column: pl.Expr) -> pl.Expr:
    """The number without punctuation, `00` in front as `+`."""
    bare = column.str.replace_all(PUNCTUATION, "")
    return bare.str.replace(r"^00([1-9])", "+$1")


def e164(bare: pl.Series, country: pl.Series | None = None) -> pl.Series:
    """E.164 numbers; null where a number lacks its country and none is known."""
    if bare.null_count() == len(bare):
        return bare
    known = pl.select(pl.when(bare.str.contains(E164)).then(bare)).to_series()
    if country is None:
        return known
    odd = (known.is_null() & bare.is_not_null() & country.is_not_null()).arg_true()
    numbers = [_national(number, region) for number, region in zip(bare.gather(odd), country.gather(odd), strict=True)]
    return known.scatter(odd, pl.Series(numbers, dtype=pl.String)) if numbers else known


def _national(bare: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(bare, region.upper())
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None


def zone_of_phone(number: str | None) -> str | None:
    """The zone of an E.164 number when it can be in just one; a mobile may be anywhere in its country."""
    zones = numbered(number[:PREFIX]).zones if number else ()
    return zones[0] if len(zones) == 1 else None
