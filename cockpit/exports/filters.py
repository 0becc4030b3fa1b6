"""The filters of the people list as words of an address, so that a link takes out what the page shows.

filters_of(asked) -> dict[str, str]          for a link
people_asked(filters) -> PeopleAsked         what a link asks for
filters_in(query) -> dict[str, str]          those among all words of an address
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from cockpit.errors import InvalidInput
from cockpit.model.ids import ANY_MEMBER, MemberId
from cockpit.storage.people_page import NO_DATA, PeopleAsked

NAMES = ("q", "owner", "band", "company")
BANDS = ("hot", "warm", "cold", NO_DATA)
TEAM = "team"
LONGEST = 200


def filters_of(asked: PeopleAsked) -> dict[str, str]:
    """The filters that hide somebody."""
    owner = TEAM if asked.owner_id == ANY_MEMBER else str(asked.owner_id or "")
    words = (asked.search, owner, asked.band or "", str(asked.company_id or ""))
    return {name: word for name, word in zip(NAMES, words, strict=True) if word}


def filters_in(query: Mapping[str, str]) -> dict[str, str]:
    """The filters that an address has."""
    return {name: query[name] for name in NAMES if query.get(name)}


def people_asked(filters: Mapping[str, str]) -> PeopleAsked:
    """Who is asked for; their order is that of the file.

    Raises:
        InvalidInput: a filter that is none: it would have to leave out nobody, and let everybody leave.
    """
    search, owner, band, company = (filters.get(name, "") for name in NAMES)
    if len(search) > LONGEST or "\0" in search:
        raise InvalidInput(f"q must be at most {LONGEST} characters.")
    if band and band not in BANDS:
        raise InvalidInput(f"band must be one of {', '.join(BANDS)}.")
    whose = ANY_MEMBER if owner == TEAM else MemberId(_id("owner", owner)) if owner else None
    return PeopleAsked(search, whose, band or None, _id("company", company) if company else None)


def _id(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput(f"{name} must be an id.") from error
