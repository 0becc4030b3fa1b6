"""What was known of people at each instant of a rehearsal.

read_people(conn, workspace, ids, channel, active, since, until) -> People

Signals are as they were then. What is on file (number, zone, do-not-contact, profile) has no history: it is today's.
People are numbers, instants microseconds: there may be a million of both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import polars as pl

from cockpit.automation.judging import BOOKINGS, BOUNCES, REPLIES, policy_of
from cockpit.automation.rehearsal_moments import KINDS, OPTS_OUT, Moments, moments_of
from cockpit.automation.zones import closed_on_holidays
from cockpit.model.whereabouts import PREFIX, whereabouts
from cockpit.storage.database import Connection
from cockpit.storage.models import list_signal_types
from cockpit.storage.rehearsal_reads import list_agreed, list_moments, list_reached
from cockpit.storage.workspaces import Workspace
from scoring.guards.facts import EVERY_CHANNEL, NEEDS_PHONE, ActiveHours, Consent, PersonFacts, Place
from scoring.guards.policy import GuardPolicy
from scoring.guards.quick import NEVER, Asked, opt_in_only
from scoring.instants import instant_of
from scoring.quiet_hours import active
from scoring.signals import BUILT_IN, Catalogue
from scoring.timetable import Timetable

NAMED: Final = {"reply": REPLIES, "booking": BOOKINGS, "bounce": BOUNCES}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where somebody may be, and the hours there."""

    places: tuple[Place, ...]
    places_from: str | None
    hours: Timetable
    active: Timetable | None
    opt_in_only: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is on file of somebody."""

    person_id: UUID
    owner_id: UUID | None
    do_not_contact: bool
    phone: str | None
    email: str | None
    reachable: bool
    there: Whereabouts
    consents: tuple[Consent, ...]
    usual: bool  # nothing is on file that keeps them from being contacted, or says that they may be
    opted_out_at: int  # when they first said that they want no contact, or NEVER


@dataclass(frozen=True, slots=True)
class People:
    """Everybody whom a rule may reach, with the instants of all that guards ask for."""

    ids: Sequence[str]
    inbound: frozenset[str]  # types of signals
    known: Sequence[Known]
    numbers: Mapping[str, int]  # by id
    moments: Moments

    def tell(self, asked: Asked, who: int, now: int) -> None:
        """What guards would have been told of somebody then."""
        person = self.known[who]
        asked.refused = person.do_not_contact or NEVER < person.opted_out_at <= now
        asked.reachable, asked.consents, there = person.reachable, person.consents, person.there
        asked.places, asked.hours, asked.active = there.places, there.hours, there.active
        asked.opt_in_only = there.opt_in_only
        self.moments.tell(asked, who, now)

    def facts(self, asked: Asked) -> PersonFacts:
        """The same as the guards themselves take it."""
        person = self.known[asked.who]
        opted = asked.refused and not person.do_not_contact
        return PersonFacts(
            do_not_contact=person.do_not_contact,
            places=person.there.places,
            places_from=person.there.places_from,
            opted_out=frozenset({EVERY_CHANNEL}) if opted else frozenset(),
            consents=person.consents,
            phone=person.phone,
            email=person.email,
            last_inbound_at=_instant(asked.inbound),
            last_reply_at=_instant(asked.replied),
            booked_at=_instant(asked.booked),
            bounced_at=_instant(asked.bounced),
        )


def read_people(
    conn: Connection,
    workspace: Workspace,
    ids: Collection[str],
    channel: str,
    hours: ActiveHours | None,
    *,
    since: datetime,
    until: datetime,
) -> People:
    """What is known of these people; of their signals what guards ask for from an instant on."""
    workspace_id, policy = workspace.workspace_id, policy_of(workspace, {})
    rows = list_reached(conn, workspace_id, ids)
    people = rows["person_id"].to_list()
    catalogue = BUILT_IN.with_overrides(list_signal_types(conn, workspace_id))
    types = {kind: _types(catalogue, kind) for kind in KINDS}
    all_types = sorted(frozenset().union(*types.values()), key=lambda one: (one not in types[OPTS_OUT], one))
    asked_since = since - timedelta(
        days=max(policy.inquiry_days, policy.consent_recheck_days, policy.reply_pause_days) + 1
    )
    ever = len(types[OPTS_OUT])
    found = list_moments(conn, workspace_id, people, all_types, since=asked_since, until=until, ever=ever)
    numbers = {name: number for number, name in enumerate(all_types)}
    codes = {kind: [numbers[one] for one in names] for kind, names in types.items()}
    moments = moments_of(found, codes, len(people))
    agreed = _agreed(list_agreed(conn, workspace_id, ids))
    there = _Atlas(workspace, policy, channel, hours)
    known = [
        _known(row, there, agreed.get(row["person_id"], ()), moments.opted_out_at[number], channel)
        for number, row in enumerate(rows.iter_rows(named=True))
    ]
    return People(people, types["inbound"], known, {one: number for number, one in enumerate(people)}, moments)


class _Atlas:
    """The hours of every place, worked out once."""

    def __init__(self, workspace: Workspace, policy: GuardPolicy, channel: str, hours: ActiveHours | None) -> None:
        self.workspace, self.policy, self.channel = workspace, policy, channel
        self.closed = closed_on_holidays(workspace)
        self.hours = None if hours is None else active(hours)
        self.known: dict[tuple[tuple[Place, ...], str | None], Whereabouts] = {}
        self.of_rows: dict[tuple[str | None, ...], Whereabouts] = {}

    def of(self, row: Mapping[str, Any]) -> Whereabouts:
        """Where this person may be."""
        said = ((row["phone"] or "")[:PREFIX], row["time_zone"], row["country"])
        if said not in self.of_rows:
            self.of_rows[said] = self._of(row)
        return self.of_rows[said]

    def _of(self, row: Mapping[str, Any]) -> Whereabouts:
        default = self.workspace.time_zone
        found = whereabouts(row["phone"], row["time_zone"], row["country"], default, all_holidays=self.closed)
        key = (found.places, found.taken_from)
        if key not in self.known:
            self.known[key] = Whereabouts(
                *key,
                hours=Timetable(found.places, self.policy.quiet_hours, self.channel),
                active=None if self.hours is None else Timetable(found.places, self.hours, self.channel),
                opt_in_only=opt_in_only(found.places),
            )
        return self.known[key]


def _known(
    row: Mapping[str, Any], atlas: _Atlas, consents: tuple[Consent, ...], opted_out_at: int, channel: str
) -> Known:
    owner, phone, email = row["owner_id"], row["phone"], row["email"]
    there = atlas.of(row)
    reachable = bool(phone) if channel in NEEDS_PHONE else channel != "email" or bool(email)
    return Known(
        person_id=UUID(row["person_id"]),
        owner_id=None if owner is None else UUID(owner),
        do_not_contact=bool(row["do_not_contact"]),
        phone=phone,
        email=email,
        reachable=reachable,
        there=there,
        consents=consents,
        usual=reachable and not (row["do_not_contact"] or consents or there.opt_in_only),
        opted_out_at=opted_out_at,
    )


def _types(catalogue: Catalogue, kind: str) -> frozenset[str]:
    """Which types of signals guards ask for as this kind."""
    if kind in NAMED:
        return frozenset(NAMED[kind])
    some = (one for one in catalogue.values() if (one.direction == "inbound" if kind == "inbound" else one.opts_out))
    return frozenset(one.type for one in some)


def _agreed(rows: pl.DataFrame) -> dict[str, tuple[Consent, ...]]:
    """Consents, and what was withdrawn, as guards are told of them."""
    found: dict[str, list[Consent]] = {}
    for who, channel, basis, granted_at, expires_at, withdrawn_at in rows.iter_rows():
        mine = found.setdefault(who, [])
        mine.append(Consent(channel, basis, granted_at, expires_at))
        if withdrawn_at is not None:
            mine.append(Consent(channel, "withdrawn", withdrawn_at))
    return {who: tuple(sorted(mine, key=lambda one: one.granted_at)) for who, mine in found.items()}


def _instant(number: int) -> datetime | None:
    return None if number == NEVER else instant_of(number)
