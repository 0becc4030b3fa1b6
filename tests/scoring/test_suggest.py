"""Suggestions: ranked, one best card per person, constant until the instant that was foretold."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scoring.actions.registry import ACTIONS
from scoring.cards import CARD_COLUMNS, no_cards, reconcile, suppressions
from scoring.evidence import replay
from scoring.model import preset_model
from scoring.score import score
from scoring.signals import BUILT_IN
from scoring.suggest import HALVES_EVERY, action_key, outlook, people_frame, rank_at, suggest, top
from tests.scoring.people import facts_of, frame_at, seen, signals_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CALLED = {"ana": [("MISSED_CALL", 2)]}


def crowd(seed: int, people: int = 60) -> pl.DataFrame:
    """Random signals of the last 200 days, some with a planned step."""
    chance = random.Random(seed)
    types = list(BUILT_IN)
    told = {
        f"p{number}": [
            (chance.choice(types), chance.choice([1, 24, 24 * 30, 24 * 200]) * chance.random(), chance.uniform(1, 90))
            for _ in range(chance.choice([1, 2, 5]))
        ]
        for number in range(people)
    }
    return signals_of(told, NOW)


def rank(people: pl.DataFrame, now: datetime) -> dict[tuple[str, str], tuple[int, float]]:
    cards = suggest(people, now)
    keys = zip(cards["person_id"], cards["action_type"], strict=True)
    return dict(zip(keys, zip(cards["rank"], cards["rank_key"], strict=True), strict=True))


def test_newer_is_more_pressing() -> None:
    cards = top(suggest(seen({"ana": [("MISSED_CALL", 2)], "bo": [("MISSED_CALL", 20)]}, NOW), NOW))
    keys = dict(zip(cards["person_id"], cards["rank_key"], strict=True))
    assert keys["ana"] > keys["bo"]


def test_two_days_halve_a_rank() -> None:
    key = suggest(seen(CALLED, NOW), NOW)["rank_key"][0]
    assert rank_at(key, NOW) - rank_at(key, NOW + timedelta(days=2)) == 1.0


def test_a_channel_without_an_address_is_worth_a_quarter() -> None:
    usual = suggest(seen(CALLED, NOW), NOW)["rank_key"][0]
    assert (
        suggest(seen(CALLED, NOW, has_phone=False), NOW)["rank_key"][0]
        == usual - 2 * HALVES_EVERY.total_seconds() * 1e6
    )


def test_the_same_situation_is_the_same_card() -> None:
    later = NOW + timedelta(hours=5)
    facts = facts_of(["ana"], NOW)
    signals = signals_of(CALLED, NOW)
    one, two = (suggest(frame_at(signals, facts, at), at)["action_key"][0] for at in (NOW, later))
    assert one == two == action_key("ana", "CALL_LEAD", int((NOW - timedelta(hours=2)).timestamp() * 1e6))


def test_cards_run_out() -> None:
    facts, signals = facts_of(["ana"], NOW), signals_of(CALLED, NOW)
    card = suggest(frame_at(signals, facts, NOW), NOW).row(0, named=True)
    expires = card["expires_at"]
    assert expires == NOW + timedelta(days=14, hours=-2)
    just_before = expires - timedelta(microseconds=1)
    assert "CALL_LEAD" in suggest(frame_at(signals, facts, just_before), just_before)["action_type"].to_list()
    assert "CALL_LEAD" not in suggest(frame_at(signals, facts, expires), expires)["action_type"].to_list()


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_the_foretold_instant(seed: int, share: float) -> None:
    """Between now and the earlier of the score's and the suggestions' due instants, the cards are the same."""
    signals = crowd(seed, people=12)
    ids = signals["person_id"].unique().sort().to_list()
    facts = facts_of(ids, NOW)
    evidence = replay(signals, BUILT_IN)
    scores = score(evidence, facts, preset_model(BUILT_IN), NOW)
    people = people_frame(evidence.people, evidence.accumulators, scores, facts, lambda name: BUILT_IN[name].channel)
    foretold = scores.join(outlook(people, NOW).changes, on="person_id", how="left").select(
        "person_id", due=pl.min_horizontal("due_at", "changes_at")
    )
    before = rank(people, NOW)
    for person, due in foretold.iter_rows():
        end = due or NOW + timedelta(days=400)
        then = min(NOW + (end - NOW) * share, end - timedelta(microseconds=1))
        after = rank(frame_at(signals.filter(pl.col("person_id") == person), facts_of([person], NOW), then), then)
        assert after == {key: card for key, card in before.items() if key[0] == person}, due


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_does_not_matter(seed: int) -> None:
    signals = crowd(seed)
    facts = facts_of(signals["person_id"].unique().sort().to_list(), NOW)
    usual = suggest(frame_at(signals, facts, NOW), NOW)
    shuffled = suggest(frame_at(signals.sample(fraction=1, shuffle=True, seed=seed), facts.reverse(), NOW), NOW)
    assert usual.sort("person_id", "rank").equals(shuffled.sort("person_id", "rank"))


def test_ranks_count_from_one_within_each_person() -> None:
    cards = suggest(seen({"ana": [("MISSED_CALL", 2), ("NEGATIVE_SENTIMENT", 3)]}, NOW), NOW)
    assert cards["rank"].to_list() == list(range(1, cards.height + 1))
    assert cards["rank_key"].is_sorted(descending=True)
    assert set(cards["action_type"]) <= set(ACTIONS)


class TestCards:
    """What becomes of stored cards."""

    def stored(self, now: datetime = NOW) -> pl.DataFrame:
        return reconcile(no_cards(), suggest(seen(CALLED, NOW), NOW), now)

    def decided(self, **changes: object) -> pl.DataFrame:
        return self.stored().with_columns(
            pl.lit(value, dtype=CARD_COLUMNS[name]).alias(name) for name, value in changes.items()
        )

    def test_a_new_card_is_open_and_ranked(self) -> None:
        card = self.stored().row(0, named=True)
        assert (card["state"], card["created_at"]) == ("OPEN", NOW)
        assert card["rank_key"] is not None

    def test_only_the_best_card_is_stored(self) -> None:
        cards = suggest(seen({"ana": [("MISSED_CALL", 2), ("NEGATIVE_SENTIMENT", 3)]}, NOW), NOW)
        assert cards.height == 2
        assert reconcile(no_cards(), cards, NOW).height == 1

    def test_an_unchanged_card_is_not_written(self) -> None:
        assert reconcile(self.stored(), suggest(seen(CALLED, NOW), NOW), NOW + timedelta(hours=1)).is_empty()

    def test_a_card_whose_situation_ended_is_invalidated(self) -> None:
        answered = {"ana": [("MISSED_CALL", 2), ("CALL_COMPLETED", 1)]}
        states = reconcile(self.stored(), suggest(seen(answered, NOW), NOW), NOW)
        assert dict(zip(states["action_type"], states["state"], strict=True))["CALL_LEAD"] == "INVALIDATED"

    def test_a_card_that_ran_out_is_expired(self) -> None:
        late = NOW + timedelta(days=20)
        assert reconcile(self.stored(), suggest(seen({}, late), late), late)["state"].to_list() == ["EXPIRED"]

    def test_a_snoozed_card_stays_away_and_comes_back(self) -> None:
        until = NOW + timedelta(hours=3)
        cards = self.decided(state="SNOOZED", snoozed_until=until, rank_key=None)
        assert suggest(seen(CALLED, NOW), NOW, suppressions(cards, NOW)).is_empty()
        assert reconcile(cards, suggest(seen(CALLED, NOW), NOW, suppressions(cards, NOW)), NOW).is_empty()
        back = reconcile(cards, suggest(seen(CALLED, NOW), until, suppressions(cards, until)), until)
        assert back.select("state", "snoozed_until").row(0) == ("OPEN", None)

    def test_the_end_of_a_snooze_is_foretold(self) -> None:
        until = NOW + timedelta(hours=3)
        cards = self.decided(state="SNOOZED", snoozed_until=until)
        assert outlook(seen(CALLED, NOW), NOW, suppressions(cards, NOW)).changes["changes_at"].to_list() == [until]

    def test_a_dismissed_action_stays_away_even_with_new_evidence(self) -> None:
        until = NOW + timedelta(days=7)
        cards = self.decided(state="DISMISSED", suppressed_until=until, dismiss_reason="WRONG_ACTION")
        again = {"ana": [("MISSED_CALL", 2), ("MISSED_CALL", 0.1)]}
        held = suppressions(cards, NOW)
        assert "CALL_LEAD" not in suggest(seen(again, NOW), NOW, held)["action_type"].to_list()
        assert suggest(seen(again, NOW), NOW, held.with_columns(pl.lit("bo").alias("person_id"))).height == 1

    def test_an_executed_card_does_not_come_back(self) -> None:
        cards = self.decided(state="EXECUTED")
        assert suggest(seen(CALLED, NOW), NOW, suppressions(cards, NOW)).is_empty()
