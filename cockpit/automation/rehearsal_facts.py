"""What was known of people at each instant of a rehearsal.

read_people(conn, workspace_id, triggers, types, until) -> Mapping[str, Reached]

Signals are as they were then. What is on file (number, zone, do-not-contact, profile) has no history: it is today's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import polars as pl

from cockpit.automation.judging import BOOKINGS, BOUNCES, REPLIES
from cockpit.automation.zones import places_of
from cockpit.model.ids import MemberId, PersonId
from cockpit.storage.database import Connection
from cockpit.storage.guard_facts import PersonRow
from cockpit.storage.models import list_signal_types
from cockpit.storage.rehearsal_reads import list_agreed, list_moments, list_reached
from cockpit.storage.workspaces import Workspace
from scoring.guards.facts import EVERY_CHANNEL, Consent, PersonFacts, Place
from scoring.signals import BUILT_IN, Catalogue

Times = Sequence[datetime]
NEVER: Times = ()
OPTED_OUT = frozenset({EVERY_CHANNEL})


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody whom a rule may reach, with the instants of all that guards ask for."""

    row: PersonRow
    places: tuple[Place, ...]
    places_from: str | None
    consents: tuple[Consent, ...] = ()
    times: Mapping[str, Times] = field(default_factory=dict)

    @property
    def opted_out_at(self) -> datetime | None:
        """When they first said that they want no contact."""
        return next(iter(self.times.get("opts_out", NEVER)), None)

    def at(self, now: datetime) -> PersonFacts:
        """What guards would have been told of them then."""
        opted = self.opted_out_at
        return PersonFacts(
            do_not_contact=self.row.do_not_contact,
            places=self.places,
            places_from=self.places_from,
            opted_out=OPTED_OUT if opted is not None and opted <= now else frozenset(),
            consents=self.consents,
            phone=self.row.phone,
            email=self.row.email,
            last_inbound_at=self._last("inbound", now),
            last_reply_at=self._last("reply", now),
            booked_at=self._last("booking", now),
            bounced_at=self._last("bounce", now),
        )

    def _last(self, kind: str, now: datetime) -> datetime | None:
        times = self.times.get(kind, NEVER)
        place = bisect_right(times, now)
        return times[place - 1] if place else None


def read_people(
    conn: Connection, workspace: Workspace, triggers: pl.DataFrame, types: Collection[str], until: datetime
) -> Mapping[str, Reached]:
    """Everybody who has a trigger."""
    workspace_id = workspace.workspace_id
    ids = triggers["person_id"].unique().to_list()
    catalogue = BUILT_IN.with_overrides(list_signal_types(conn, workspace_id))
    kinds = _kinds(catalogue)
    meant = kinds["type"].unique().to_list()
    moments = list_moments(conn, workspace_id, types, meant, until=until)
    times = _times(moments.filter(pl.col("person_id").is_in(pl.Series(ids).implode())), kinds)
    agreed = _agreed(list_agreed(conn, workspace_id, ids))
    found = {}
    for row in list_reached(conn, workspace_id, ids).iter_rows(named=True):
        who = row["person_id"]
        person = _person(row)
        places, places_from = places_of(person, workspace)
        found[who] = Reached(person, places, places_from, agreed.get(who, ()), times.get(who, {}))
    return found


def _kinds(catalogue: Catalogue) -> pl.DataFrame:
    """Which types of signals guards ask for, and as what."""
    rows = [(kind.type, "inbound") for kind in catalogue.values() if kind.direction == "inbound"]
    rows += [(kind.type, "opts_out") for kind in catalogue.values() if kind.opts_out]
    rows += [(name, kind) for kind, names in _NAMED.items() for name in names]
    return pl.DataFrame(rows, schema={"type": pl.String, "kind": pl.String}, orient="row")


def _times(moments: pl.DataFrame, kinds: pl.DataFrame) -> dict[str, dict[str, Times]]:
    """The instants of each kind of each person, in order."""
    told = moments.join(kinds, on="type").group_by("person_id", "kind").agg(pl.col("occurred_at").sort())
    found: dict[str, dict[str, Times]] = {}
    for who, kind, times in told.iter_rows():
        found.setdefault(who, {})[kind] = times
    return found


def _agreed(rows: pl.DataFrame) -> dict[str, tuple[Consent, ...]]:
    """Consents, and what was withdrawn, as guards are told of them."""
    found: dict[str, list[Consent]] = {}
    for who, channel, basis, granted_at, expires_at, withdrawn_at in rows.iter_rows():
        mine = found.setdefault(who, [])
        mine.append(Consent(channel, basis, granted_at, expires_at))
        if withdrawn_at is not None:
            mine.append(Consent(channel, "withdrawn", withdrawn_at))
    return {who: tuple(sorted(mine, key=lambda one: one.granted_at)) for who, mine in found.items()}


def _person(row: Mapping[str, object]) -> PersonRow:
    owner = row["owner_id"]
    return PersonRow(
        person_id=PersonId(UUID(str(row["person_id"]))),
        name=str(row["name"]),
        email=_text(row["email"]),
        phone=_text(row["phone"]),
        owner_id=None if owner is None else MemberId(UUID(str(owner))),
        do_not_contact=bool(row["do_not_contact"]),
        time_zone=_text(row["time_zone"]),
        country=_text(row["country"]),
        attributes={},
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


_NAMED = {"reply": REPLIES, "booking": BOOKINGS, "bounce": BOUNCES}
