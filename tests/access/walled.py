"""Every read somebody behind the wall may cause, as something to call with and without a wall, and to compare.

ROWS: what a read gives, row by row with the person it speaks of; walled = all rows of visible people, and nothing else.
COUNTS: what a read that names nobody gives, beside what it must be, made from unwalled rows of visible people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid5

import polars as pl

from cockpit.errors import NotFound
from cockpit.exports import export
from cockpit.exports.lists import panel_table, people_table
from cockpit.exports.order import order_of
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Scope, Viewer
from cockpit.panels import explanation, histories, one_person, person, registry, whole
from cockpit.panels.registry import PANELS
from cockpit.panels.setting import get_setting
from cockpit.panels.stage import of_people
from cockpit.storage import (
    activity,
    attempts,
    companies_page,
    exports,
    guard_facts,
    opportunities_page,
    panel_index,
    panel_pages,
    panel_people,
    people,
    people_list,
    people_page,
    signals,
    suggestions,
    timeline,
)
from cockpit.storage.database import Database
from tests.access.walled_rules import REST_ROWS, RUN_COUNTS, count_executions, counted, executions, must_be_counted

Row = tuple[str, object]  # whom it speaks of, and what it says
PEOPLE_PANELS = tuple(slug for slug, panel in PANELS.items() if panel.key)
MANY = 1_000
PLACES = THIRDS = 3
ORDERS: tuple[people_page.Sort, ...] = ("priority", "name", "last touch")
WORDS = ("new", "a", "1", "example", "zzz")
CAUSES = (("CALL_LEAD", "MISSED_CALL"), ("SEND_FOLLOW_UP", "NO_REPLY"))


@dataclass(frozen=True, slots=True)
class View:
    """What somebody reads with."""

    db: Database
    workspace_id: WorkspaceId
    now: datetime
    everybody: tuple[str, ...]  # also those whom this one cannot see
    cards: tuple[UUID, ...] = ()
    deals: tuple[UUID, ...] = ()
    companies: tuple[UUID, ...] = ()
    scope: Scope | None = None
    turn: int = 0  # what is asked of a few people or panels at a time is asked of others the next time
    unwalled: dict[Any, list[Row]] = field(default_factory=dict)  # what was read without a wall, once for all walls

    def ask(self, question: Callable[..., Any], *args: Any, **more: Any) -> Any:
        """A storage read, in a transaction of its own, under the scope."""
        with self.db.read() as conn:
            return question(conn, self.workspace_id, *args, scope=self.scope, **more)

    def reach(self, keys: Iterable[str], limit: int = MANY) -> panel_index.Reach:
        """A look at the index."""
        margins = dict.fromkeys(keys, 0.0)
        return panel_index.Reach(self.workspace_id, self.now, limit, margins, scope=self.scope)

    def index(self, question: Callable[..., Any], *args: Any, limit: int = MANY, **more: Any) -> Any:
        """A read of the index."""
        with self.db.read() as conn:
            return question(conn, self.reach(KEYS, limit), *args, **more)


KEYS = ("priority_key", "hot_key", "follow_up_key", "stale_key", "reconnect_recent_key", "recent_key", "rank_key")


def framed(frame: pl.DataFrame) -> Iterator[Row]:
    """The rows of a frame with a person_id."""
    for row in frame.iter_rows(named=True):
        yield str(row["person_id"]), {name: value for name, value in row.items() if name != "person_id"}


def found(view: View, question: Callable[[str], object], *, some: int = MANY) -> Iterator[Row]:
    """What is found of each person, or of some, asked for one by one; nothing of those whom one cannot see."""
    every = max(len(view.everybody) // some, 1)
    for one in view.everybody[view.turn % every :: every]:
        try:
            answer = question(one)
        except NotFound:
            continue
        if answer:
            yield one, answer


def paged(view: View) -> Iterator[Row]:
    """The people list in one order and by one search, page by page."""
    sort, word = ORDERS[view.turn % len(ORDERS)], WORDS[view.turn % len(WORDS)]
    for asked in (people_page.PeopleAsked(sort=sort), people_page.PeopleAsked(search=word)):
        after = None
        while True:
            page = view.ask(people_page.list_people_page, asked, after=after, limit=7)
            yield from ((str(row.person_id), (asked, row)) for row in page.rows)
            after = page.following
            if after is None:
                break


def on_panels(answers: Mapping[str, Any], when: str = "") -> Iterator[Row]:
    """The rows of panels of people, in their order."""
    for slug, panel_rows in answers.items():
        if slug in PEOPLE_PANELS:
            yield from ((row.person_id, (slug + when, row)) for row in panel_rows.rows)


def in_turn(view: View, some: int) -> tuple[str, ...]:
    """Some panels of people, each time others."""
    start = view.turn * some % len(PEOPLE_PANELS)
    return (*PEOPLE_PANELS[start:], *PEOPLE_PANELS[:start])[:some]


def all_panels(view: View, as_of: datetime | None) -> Mapping[str, Any]:
    """All panels, whole."""
    return registry.all_panels(view.db, view.workspace_id, now=view.now, as_of=as_of, limit=MANY, scope=view.scope)


def panel(view: View, slug: str, as_of: datetime | None = None) -> Any:
    """One panel, whole."""
    asked = {"now": view.now, "as_of": as_of, "limit": MANY}
    return registry.rows(view.db, view.workspace_id, slug, scope=view.scope, **asked)  # type: ignore[arg-type]


def pages_of_panels(view: View) -> Iterator[Row]:
    """Stored keys, page by page."""
    for key in KEYS:
        with view.db.read() as conn:
            for page in panel_pages.list_pages(conn, view.reach([key]), key, page_rows=5):
                yield from ((row["person_id"], (key, row["stored_key"])) for row in page.iter_rows(named=True))


def candidates(view: View) -> Iterator[Row]:
    """Who may be on a panel."""
    yield from framed(view.index(panel_index.list_candidates))


def computed(view: View) -> Iterator[Row]:
    """People as panels compute them."""
    with view.db.read() as conn:
        setting = get_setting(conn, view.workspace_id, None)
        yield from framed(
            of_people(conn, setting, view.everybody, view.now, scope=view.scope).select("person_id", "priority")
        )


def told_signals(view: View) -> Iterator[Row]:
    """Signals with the owner of their people."""
    if view.scope is not None:
        rows = view.ask(activity.list_visible_signals)
    else:
        rows = view.ask(panel_people.list_history, before=view.now + timedelta(days=400))
    yield from framed(rows.select("person_id", "type", "direction", "occurred_at"))


def deals(view: View) -> Iterator[Row]:
    """Opportunities, page by page."""
    after = None
    while True:
        page = view.ask(opportunities_page.list_opportunities_page, after=after, limit=3)
        yield from ((str(row.person_id), row) for row in page.rows)
        after = page.following
        if after is None:
            return


def intelligence(view: View, one: str, as_of: datetime | None) -> object:
    """The person page, without what depends on who else is visible."""
    asked = {"now": view.now, "as_of": as_of, "scope": view.scope}
    known = person.person_intelligence(view.db, view.workspace_id, one, **asked)  # type: ignore[arg-type]
    return known.row, known.explanation.person, known.receipts, known.suggestions, known.timeline, known.history


def histories_of(view: View) -> Iterator[Row]:
    """Sparklines."""
    asked = {"now": view.now, "days": 30, "points": 4, "scope": view.scope}
    yield from histories.histories(view.db, view.workspace_id, view.everybody, **asked).items()  # type: ignore[arg-type]


def cards(view: View) -> Iterator[Row]:
    """Cards by their id."""
    for one in view.cards:
        try:
            card = view.ask(suggestions.get_suggestion, one)
        except NotFound:
            continue
        yield str(card.person_id), card


def attempt_id_of(person_id: str) -> UUID:
    """The execution of a person, where there is one."""
    return uuid5(UUID(person_id), "attempt")


def exported(view: View) -> Iterator[Row]:
    """One list after the other, as a file."""
    what = ("people", *PEOPLE_PANELS)[view.turn % (1 + len(PEOPLE_PANELS))]
    viewer = Viewer(view.workspace_id, view.scope.member_id if view.scope else None, Role.MEMBER, view.scope)
    order = order_of(viewer, workspace="town", what=what, instant=view.now)
    with TemporaryDirectory() as folder, view.db.read(view.workspace_id) as conn:
        path = Path(folder) / "list.parquet"
        if what == "people":
            table = people_table(people_list.stream_people(conn, view.workspace_id, scope=view.scope))
        else:
            table = panel_table(what, whole.stream(view.db, view.workspace_id, what, now=view.now, scope=view.scope))
        certificate = export.export(table, order, "parquet", path)
        frame = pl.read_parquet(path)
    assert certificate.rows == frame.height
    yield from framed(frame)


def opened_deals(view: View) -> Iterator[Row]:
    """Opportunities by their id."""
    for one in view.deals:
        deal = view.ask(opportunities_page.find_opportunity, one)
        if deal is not None:
            yield str(deal.person_id), deal


ROWS: dict[Any, Callable[[View], Iterable[Row]]] = {
    people.get_person: lambda v: found(v, lambda one: v.ask(people.get_person, one), some=8),
    people.find_person: lambda v: found(v, lambda one: v.ask(people.find_person, one), some=8),
    people_list.stream_people: lambda v: framed(streamed(v)),
    people_page.list_people_page: paged,
    panel_people.list_panel_facts: lambda v: framed(v.ask(panel_people.list_panel_facts)),
    panel_people.list_panel_people: lambda v: framed(v.ask(panel_people.list_panel_people, v.everybody)),
    panel_people.list_history: lambda v: framed(v.ask(panel_people.list_history, before=v.now)),
    panel_people.list_decisions: lambda v: framed(v.ask(panel_people.list_decisions)),
    panel_index.list_candidates: candidates,
    panel_index.list_due: lambda v: ((one, None) for one in v.index(panel_index.list_due)),
    panel_index.list_causes: lambda v: framed(v.index(panel_index.list_causes, CAUSES)),
    panel_pages.list_pages: pages_of_panels,
    signals.list_signals: lambda v: framed(v.ask(signals.list_signals, v.everybody)),
    suggestions.list_suggestions: lambda v: framed(v.ask(suggestions.list_suggestions, v.everybody)),
    suggestions.get_suggestion: cards,
    people.list_visible: lambda v: ((str(one), None) for one in v.ask(people.list_visible, v.everybody)),
    attempts.list_attempts: lambda v: ((str(one.person_id), one) for one in v.ask(attempts.list_attempts, limit=MANY)),
    guard_facts.get_person_row: lambda v: found(v, lambda one: v.ask(guard_facts.get_person_row, one), some=8),
    attempts.get_attempt: lambda v: found(v, lambda one: v.ask(attempts.get_attempt, attempt_id_of(one))),
    timeline.list_timeline: lambda v: found(v, lambda a: v.ask(timeline.list_timeline, UUID(a), as_of=v.now), some=8),
    activity.list_visible_signals: told_signals,
    opportunities_page.list_opportunities_page: deals,
    opportunities_page.find_opportunity: opened_deals,
    of_people: computed,
    registry.rows: lambda v: on_panels({slug: panel(v, slug) for slug in in_turn(v, 2)}),
    registry.all_panels: lambda v: (*on_panels(all_panels(v, None)), *on_panels(all_panels(v, v.now), " as of")),
    whole.stream: lambda v: (
        (row.person_id or "", (slug, row))
        for slug in in_turn(v, 2)
        for row in whole.stream(v.db, v.workspace_id, slug, now=v.now, scope=v.scope, page_rows=4)
    ),
    one_person.person_row: lambda v: found(
        v, lambda one: one_person.person_row(v.db, v.workspace_id, one, now=v.now, scope=v.scope), some=3
    ),
    explanation.explain: lambda v: found(
        v, lambda one: explanation.explain(v.db, v.workspace_id, one, now=v.now, scope=v.scope).receipt, some=2
    ),
    person.person_intelligence: lambda v: (
        *found(v, lambda one: intelligence(v, one, None), some=1),
        *found(v, lambda one: intelligence(v, one, v.now), some=1),
    ),
    histories.histories: histories_of,
    export.export: exported,
    **REST_ROWS,
}


def streamed(view: View) -> pl.DataFrame:
    """The whole people list."""
    with view.db.read() as conn:
        frames = list(people_list.stream_people(conn, view.workspace_id, scope=view.scope, range_bytes=3_000))
    return pl.concat(frames) if frames else pl.DataFrame({"person_id": []})


Seen = Collection[str]
Told = Callable[[View], object]


@dataclass(frozen=True, slots=True)
class Count:
    """What a read gives, and what it must give, from unwalled rows of visible people."""

    told: Told
    must_be: Callable[[View, Seen], object]


def visible_rows(view: View, seen: Seen, read: Any) -> list[Row]:
    """The unwalled rows of visible people."""
    if read not in view.unwalled:
        view.unwalled[read] = list(ROWS[read](replace(view, scope=None)))
    return [row for row in view.unwalled[read] if row[0] in seen]


def keyed(view: View, seen: Seen) -> dict[str, list[float]]:
    """The stored keys of visible people who are not due, best first."""
    keys: dict[str, list[float]] = {key: [] for key in KEYS}
    for _, (key, value) in visible_rows(view, seen, panel_pages.list_pages):  # type: ignore[misc]
        keys[key].append(value)
    return keys


def member_of(view: View) -> str | None:
    """The member behind the wall."""
    return None if view.scope is None else str(view.scope.member_id)


def team(view: View) -> object:
    """Team Activity: every number is made from people one may see."""
    with_system = view.scope is None or view.scope.with_system
    return [
        (row.owner_id, row.activity) for row in panel(view, "team_activity", None if with_system else view.now).rows
    ]


def team_must_be(view: View, seen: Seen) -> object:
    """The member's own line; where some of their people are hidden, what a replay of the others counts."""
    del seen
    if view.scope is not None and not view.scope.with_system:
        return [(row.owner_id, row.activity) for row in panel(view, "team_activity").rows]
    everybody = panel(replace(view, scope=None), "team_activity").rows
    return [(row.owner_id, row.activity) for row in everybody if row.owner_id == member_of(view)]


def outlooks(view: View) -> object:
    """How many people each rule would act on, blocked ones too."""
    rows = panel(view, "automation_suggestions").rows
    return {
        (row.outlook.action_type, row.outlook.signal_type): row.outlook.would_act + row.outlook.blocked for row in rows
    }


def outlooks_must_be(view: View, seen: Seen) -> object:
    """The cards of visible people that the rules would take over."""
    shown = [
        row.suggested_action
        for row in panel(replace(view, scope=None), "suggested_actions").rows
        if row.person_id in seen
    ]
    cause = Counter((card.type, card.evidence_type) for card in shown)
    return {key: cause[key] for key in CAUSES}


def totals(view: View, as_of: datetime | None) -> object:
    """How many are on each panel."""
    answer = registry.totals(view.db, view.workspace_id, now=view.now, as_of=as_of, scope=view.scope)
    return {slug: total.count for slug, total in answer.items()}


def totals_must_be(view: View, seen: Seen) -> object:
    """As many as visible rows are on it."""
    rows = Counter(said[0] for _, said in visible_rows(view, seen, registry.all_panels))  # type: ignore[index]
    return {slug: rows[slug] for slug in PEOPLE_PANELS}


def places(view: View) -> object:
    """The place of each on Priority Leads, and nobody among the next leads who is hidden."""
    answers = (
        explanation.explain(view.db, view.workspace_id, row.person_id, now=view.now, scope=view.scope)
        for row in panel(view, "priority_leads").rows[:PLACES]
    )
    return [answer.place for answer in answers]


def places_must_be(view: View, seen: Seen) -> object:
    """One, two, three, whatever the places among everybody are."""
    leads = [one for one, said in visible_rows(view, seen, registry.all_panels) if said[0] == "priority_leads"]  # type: ignore[index]
    return list(range(1, 1 + min(PLACES, len(leads))))


def companies(view: View) -> object:
    """How many people each company has."""
    rows = view.ask(companies_page.list_companies_page).rows
    return {str(row.company_id): row.people for row in rows if row.people}


def companies_must_be(view: View, seen: Seen) -> object:
    """As many as are visible."""
    with view.db.read() as conn:
        frame = people.list_people(conn, view.workspace_id, seen)
    return dict(Counter(frame["company_id"].drop_nulls().to_list()))


def a_company(view: View) -> object:
    """The same, one by one."""
    rows = (view.ask(companies_page.find_company, one) for one in view.companies)
    return {str(row.company_id): row.people for row in rows if row and row.people}


def member_days(view: View) -> object:
    """The days that were counted."""
    frame = view.ask(activity.list_member_days, since=date(2025, 1, 1), until=view.now.date())
    return sorted(map(repr, frame.iter_rows()))


def member_days_must_be(view: View, seen: Seen) -> object:
    """The member's own."""
    del seen
    frame = replace(view, scope=None).ask(activity.list_member_days, since=date(2025, 1, 1), until=view.now.date())
    return sorted(map(repr, frame.filter(pl.col("member_id") == member_of(view)).iter_rows()))


RUNS = Count(counted, lambda v, seen: must_be_counted(v, lambda read: visible_rows(v, seen, read)))
COUNTS: dict[Any, Count] = dict.fromkeys(RUN_COUNTS, RUNS) | {
    people.count_people: Count(lambda v: v.ask(people.count_people), lambda v, seen: len(seen)),
    count_executions: Count(executions, lambda v, seen: len(visible_rows(v, seen, attempts.list_attempts))),
    people_list.count_people: Count(lambda v: v.ask(people_list.count_people), lambda v, seen: len(seen)),
    people_page.count_people_found: Count(
        lambda v: v.ask(people_page.count_people_found, people_page.PeopleAsked(), at_most=MANY),
        lambda v, seen: len(seen),
    ),
    signals.count_signals: Count(
        lambda v: v.ask(signals.count_signals), lambda v, seen: len(visible_rows(v, seen, signals.list_signals))
    ),
    signals.find_last_signal_at: Count(
        lambda v: v.ask(signals.find_last_signal_at, v.now),
        lambda v, seen: max(
            (said["occurred_at"] for _, said in visible_rows(v, seen, panel_people.list_history)),  # type: ignore[index]
            default=None,
        ),
    ),
    panel_index.count_members: Count(
        lambda v: v.index(panel_index.count_members),
        lambda v, seen: {key: len(values) for key, values in keyed(v, seen).items()},
    ),
    panel_pages.count_steady: Count(
        lambda v: {key: v.index(panel_pages.count_steady, key) for key in KEYS},
        lambda v, seen: {key: len(values) for key, values in keyed(v, seen).items()},
    ),
    panel_index.find_lines: Count(
        lambda v: v.index(panel_index.find_lines, limit=1),
        lambda v, seen: {key: max(values, default=None) for key, values in keyed(v, seen).items()},
    ),
    registry.totals: Count(
        lambda v: [totals(v, None), totals(v, v.now)], lambda v, seen: [totals_must_be(v, seen)] * 2
    ),
    registry.rows: Count(
        lambda v: [team(v), outlooks(v)], lambda v, seen: [team_must_be(v, seen), outlooks_must_be(v, seen)]
    ),
    explanation.explain: Count(places, places_must_be),
    activity.list_member_days: Count(member_days, member_days_must_be),
    exports.list_exports: Count(
        lambda v: [one.member_id for one in v.ask(exports.list_exports)],
        lambda v, seen: [v.scope.member_id] if v.scope else [],
    ),
    opportunities_page.list_stages: Count(
        lambda v: set(v.ask(opportunities_page.list_stages)),
        lambda v, seen: {row.stage for _, row in visible_rows(v, seen, opportunities_page.list_opportunities_page)},  # type: ignore[attr-defined]
    ),
    companies_page.list_companies_page: Count(companies, companies_must_be),
    companies_page.find_company: Count(a_company, companies_must_be),
}


def part(reads: Mapping[Any, Any], turn: int | None) -> Mapping[Any, Any]:
    """Every third read, each time others; without a turn, all."""
    return reads if turn is None else dict(list(reads.items())[turn % THIRDS :: THIRDS])


def faults(view: View, seen: Seen, turn: int | None = None) -> dict[str, object]:
    """Which reads show more or less than the visible people: all of them, or those whose turn it is."""
    wrong: dict[str, object] = {}
    for read, rows in part(ROWS, turn).items():
        mine = Counter((one, repr(said)) for one, said in rows(view))
        must_be = Counter((one, repr(said)) for one, said in visible_rows(view, seen, read))
        if mine != must_be:
            wrong[name_of(read)] = {"more": list(mine - must_be)[:2], "less": list(must_be - mine)[:2]}
    for read, count in part(COUNTS, turn).items():
        told, must = count.told(view), count.must_be(view, seen)
        if told != must:
            wrong[f"{name_of(read)} (count)"] = {"told": told, "must be": must}
    return wrong


def name_of(read: Any) -> str:
    """`people.get_person`."""
    return f"{read.__module__.rpartition('.')[2]}.{read.__name__}"
