"""What was known of people at each instant of a rehearsal.

read_people(conn, workspace, ids, channel, active, since, until) -> People

Signals are as they were then. What is on file (number, zone, do-not-contact, profile) has no history: it is today's.
People are numbers, instants microseconds: there may be a million of both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
import polars as pl

from cockpit.automation.judging import BOOKINGS, BOUNCES, REPLIES, policy_of
from cockpit.automation.rehearsal_moments import KINDS, OPTS_OUT, Moments, Numbers, moments_of
from cockpit.automation.zones import closed_on_holidays
from cockpit.model.whereabouts import PREFIX, whereabouts
from cockpit.storage.database import Connection
from cockpit.storage.models import list_signal_types
from cockpit.storage.rehearsal_reads import list_agreed, list_moments, list_reached
from cockpit.storage.workspaces import Workspace
from scoring.guards.facts import EVERY_CHANNEL, NEEDS_PHONE, ActiveHours, Consent, PersonFacts, Place
from scoring.guards.foresight import Questions
from scoring.guards.policy import GuardPolicy
from scoring.guards.quick import NEVER, Asked, opt_in_only
from scoring.instants import instant_of
from scoring.quiet_hours import CannotDecide, active
from scoring.signals import BUILT_IN, Catalogue
from scoring.timetable import FAR, Stretches, Timetable

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
class People:
    """Everybody whom a rule may reach, by number: what is on file, and the instants of all that guards ask for."""

    ids: Sequence[str]
    owners: Sequence[UUID | None]
    do_not_contact: Sequence[bool]
    phones: Sequence[str | None]
    emails: Sequence[str | None]
    reachable: Sequence[bool]
    there: Sequence[Whereabouts]
    consents: Mapping[int, tuple[Consent, ...]]
    moments: Moments

    def tell(self, asked: Asked, who: int, now: int) -> None:
        """What guards would have been told of somebody then."""
        asked.who, there = who, self.there[who]
        asked.refused = self.do_not_contact[who] or NEVER < self.moments.opted_out_at[who] <= now
        asked.reachable, asked.consents = self.reachable[who], self.consents.get(who, ())
        asked.places, asked.hours, asked.active = there.places, there.hours, there.active
        asked.opt_in_only = there.opt_in_only
        self.moments.tell(asked, who, now)

    def opens_at(self, who: int, at: int) -> int:
        """When the hours are right where somebody is, FAR if they never are."""
        opens = self.there[who].hours.opens_at(at)
        return FAR if opens is None else opens

    def facts(self, asked: Asked) -> PersonFacts:
        """The same as the guards themselves take it."""
        who = asked.who
        opted = asked.refused and not self.do_not_contact[who]
        return PersonFacts(
            do_not_contact=self.do_not_contact[who],
            places=self.there[who].places,
            places_from=self.there[who].places_from,
            opted_out=frozenset({EVERY_CHANNEL}) if opted else frozenset(),
            consents=asked.consents,
            phone=self.phones[who],
            email=self.emails[who],
            last_inbound_at=_instant(asked.inbound),
            last_reply_at=_instant(asked.replied),
            booked_at=_instant(asked.booked),
            bounced_at=_instant(asked.bounced),
        )

    def questions(self, who: Numbers, at: Numbers) -> Questions:
        """What is known beforehand of many signals."""
        opted_out_at, hours = np.array(self.moments.opted_out_at, dtype=np.int64)[who], self._hours(who, at)
        inbound, heard = self.moments.around(who, at)
        opt_in_only = np.array([there.opt_in_only for there in self.there], dtype=bool)
        unusual = np.array([there.active is not None for there in self.there], dtype=bool)
        unusual[list(self.consents)] = True
        return Questions(
            at=at,
            refused=np.array(self.do_not_contact, dtype=bool)[who] | ((opted_out_at > NEVER) & (opted_out_at <= at)),
            reachable=np.array(self.reachable, dtype=bool)[who],
            unusual=unusual[who] | (hours.shuts == NEVER),
            opt_in_only=opt_in_only[who],
            inbound=inbound,
            heard=heard,
            opens=hours.opens,
            shuts=hours.shuts,
        )

    def _hours(self, who: Numbers, at: Numbers) -> Stretches:
        """When the hours are right where they are; until NEVER where nobody can say."""
        found = Stretches(at.copy(), np.full_like(at, NEVER))
        somewhere = {id(there): there for there in self.there}
        wheres = np.array([id(there) for there in self.there], dtype=np.int64)[who]
        for name, there in somewhere.items():
            here = wheres == name
            with suppress(CannotDecide):
                found.opens[here], found.shuts[here] = there.hours.hours_of(at[here])
        return found


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
    places = {one: number for number, one in enumerate(people)}
    agreed = _agreed(list_agreed(conn, workspace_id, ids))
    return People(
        ids=people,
        owners=_uuids(rows["owner_id"]),
        do_not_contact=rows["do_not_contact"].fill_null(value=False).to_list(),
        phones=rows["phone"].to_list(),
        emails=rows["email"].to_list(),
        reachable=_reachable(rows, channel).to_list(),
        there=_Atlas(workspace, policy, channel, hours).of(rows),
        consents={places[who]: consents for who, consents in agreed.items()},
        moments=moments,
    )


class _Atlas:
    """The hours of every place, worked out once."""

    def __init__(self, workspace: Workspace, policy: GuardPolicy, channel: str, hours: ActiveHours | None) -> None:
        self.workspace, self.policy, self.channel = workspace, policy, channel
        self.closed = closed_on_holidays(workspace)
        self.hours = None if hours is None else active(hours)
        self.known: dict[tuple[tuple[Place, ...], str | None], Whereabouts] = {}

    def of(self, rows: pl.DataFrame) -> list[Whereabouts]:
        """Where these people may be."""
        start = pl.col("phone").fill_null("").str.slice(0, PREFIX).alias("start")
        alike = rows.with_row_index("number").group_by(start, "time_zone", "country", maintain_order=True)
        found: dict[int, Whereabouts] = {}
        for row in alike.agg(pl.col("phone").first(), pl.col("number")).iter_rows(named=True):
            found |= dict.fromkeys(row["number"], self._of(row))
        return [found[number] for number in range(rows.height)]

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


def _reachable(rows: pl.DataFrame, channel: str) -> pl.Series:
    """Whether there is something to reach them at."""
    needed = "phone" if channel in NEEDS_PHONE else "email" if channel == "email" else None
    return rows.select(pl.lit(value=True) if needed is None else pl.col(needed).fill_null("") != "").to_series()


def _uuids(texts: pl.Series) -> list[UUID | None]:
    known = {text: UUID(text) for text in texts.unique() if text is not None}
    return [known.get(text) for text in texts]


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
