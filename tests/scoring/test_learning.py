"""The ladder: which rung stands, that no sign flips, and what must not matter."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from scoring.learning import PRESET, SCORECARD, WEIGHTS, Ladder, Learned
from scoring.model import ScoreModel
from scoring.ranking import PAIR, Material, Ranking, lessons_of, rank
from scoring.terms import Term
from tests.scoring.market import HORIZON, TEST_DAY, asked, at, market

UP, DOWN = 1, -1


@pytest.fixture(scope="module")
def plenty() -> Material:
    return market()


@pytest.fixture(scope="module")
def learned(plenty: Material) -> Ranking:
    return rank(plenty, asked(plenty), learn_from_outcomes=True)


def only(ranking: Ranking) -> Learned:
    (fit,) = ranking.fits
    return fit.learned


def of_test(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("as_of") == at(TEST_DAY))


# ---------------------------------------------------------------- rungs


def test_below_fifty_people_the_preset_stands(plenty: Material) -> None:
    few = only(rank(plenty, asked(plenty, 49), learn_from_outcomes=True))
    assert few.rung == PRESET
    assert few.won + few.lost == 49
    assert "Too few outcomes" in few.said[0]


def test_below_twenty_of_one_kind_the_preset_stands(plenty: Material) -> None:
    assert plenty.outcomes is not None
    buyers = plenty.outcomes["person_id"].unique().sort()[:19].to_list()
    rare = replace(plenty, outcomes=plenty.outcomes.filter(pl.col("person_id").is_in(buyers)))
    found = only(rank(rare, asked(rare), learn_from_outcomes=True))
    assert found.rung == PRESET
    assert "20 of either kind" in found.said[0]


def test_below_a_thousand_people_only_weights_are_learned(plenty: Material) -> None:
    said = only(rank(plenty, asked(plenty, 999), learn_from_outcomes=True)).said
    assert said[0].startswith("Weights around the preset")
    assert not any(sentence.startswith("Scorecard") for sentence in said)


def test_from_a_thousand_people_curves_are_tried_too(learned: Ranking) -> None:
    assert [sentence.split(" against")[0] for sentence in only(learned).said[:2]] == [
        "Weights around the preset",
        "Scorecard of curves",
    ]


def test_the_gate_takes_what_ranks_better_and_calibrates_it(learned: Ranking) -> None:
    found = only(learned)
    assert found.rung in {WEIGHTS, SCORECARD}
    assert found.scaling is not None
    assert found.publishable


def test_the_gate_refuses_what_only_learned_luck() -> None:
    lucky = market(luck=True, seed=9)
    found = rank(lucky, asked(lucky), learn_from_outcomes=True)
    scores = of_test(found.frame)["score"].to_numpy()
    assert all("refused" in sentence for sentence in only(found).said if "against" in sentence) or np.ptp(scores) < 30


# ---------------------------------------------------------------- signs


def directions(model_terms: tuple[Term, ...]) -> dict[str, list[float]]:
    """What every line does from the least to the most of its input: the differences of its weights."""
    found = {}
    for term in model_terms:
        heights = term.params["weights"] if term.shape == "binned" else [0.0, term.weight]
        if isinstance(heights, list):
            found[term.key] = np.diff(np.array(heights) * (term.weight if term.shape == "binned" else 1)).tolist()
    return found


@pytest.mark.parametrize("backwards", [False, True])
def test_no_outcome_ever_flips_a_sign(backwards: bool) -> None:
    contrary = market(backwards=backwards, seed=11)
    pairs = asked(contrary).filter(pl.col("batch") == "train").select(PAIR)
    # the gate is not asked: what is fitted must keep the signs even where it would be refused
    ladder = Ladder(*lessons_of(contrary, pairs, HORIZON), curves=True)
    for design in ladder.designs.values():
        steps = directions(ladder.fitted(design).of("priority"))
        for key, sign in SIGNS.items():
            assert all(sign * step >= -1e-9 for step in steps.get(key, [])), (key, steps[key])


SIGNS = {
    "signal:DEMO_ASKED:14": UP,
    "signal:MAIL_OPENED:7": UP,
    "signal:COMPLAINED:180": DOWN,
    "attempts:CALL_TRIED": DOWN,
    "quiet": DOWN,
    "fit:pages": UP,
    "fit:no_mail": DOWN,
    "curve:decayed:DEMO_ASKED": UP,
    "curve:count:DEMO_ASKED": UP,
    "curve:since:DEMO_ASKED": DOWN,
    "curve:decayed:COMPLAINED": DOWN,
    "curve:count:COMPLAINED": DOWN,
    "curve:since:COMPLAINED": UP,
    "curve:count:CALL_TRIED": DOWN,
    "curve:quiet": DOWN,
    "curve:days": UP,
    "curve:fit:pages": UP,
}


# ---------------------------------------------------------------- what must not matter


def test_later_rows_change_nothing(plenty: Material, learned: Ranking) -> None:
    assert plenty.outcomes is not None
    late = pl.DataFrame(
        [(f"p{number:05d}", "DEMO_ASKED", at(TEST_DAY + 0.001 * number)) for number in range(300)],
        schema=plenty.signals.schema,
        orient="row",
    )
    bought = late.select("person_id", "occurred_at")
    more = replace(plenty, signals=pl.concat([plenty.signals, late]), outcomes=pl.concat([plenty.outcomes, bought]))
    assert rank(more, asked(plenty), learn_from_outcomes=True).frame.equals(learned.frame)


def test_what_is_not_known_yet_is_not_learned_from(plenty: Material, learned: Ranking) -> None:
    assert plenty.outcomes is not None
    (fit,) = learned.fits
    assert fit.used_from == at(61 + HORIZON)
    scores = rank(plenty, asked(plenty)).frame
    earlier = pl.col("as_of") < fit.used_from
    assert learned.frame.filter(earlier)["score"].equals(scores.filter(earlier)["score"])
    assert learned.frame.filter(earlier)["probability"].null_count() == scores.filter(earlier).height


def test_the_order_of_rows_and_the_names_of_people_do_not_matter(plenty: Material, learned: Ranking) -> None:
    assert plenty.outcomes is not None
    names = plenty.people["person_id"]
    renamed = dict(zip(names, [f"x{len(names) - place:05d}-{name}" for place, name in enumerate(names)], strict=True))

    def turned(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
        return frame.sample(fraction=1.0, shuffle=True, seed=seed).with_columns(
            pl.col("person_id").replace_strict(renamed)
        )

    other = replace(
        plenty,
        signals=turned(plenty.signals, 1),
        people=turned(plenty.people, 2),
        outcomes=turned(plenty.outcomes, 3),
    )
    found = rank(other, turned(asked(plenty), 4), learn_from_outcomes=True)
    back = found.frame.with_columns(pl.col("person_id").str.split("-").list.last()).sort(PAIR)
    assert back.equals(learned.frame.sort(PAIR))
    assert only(found).said == only(learned).said


def test_learning_twice_gives_the_same(plenty: Material, learned: Ranking) -> None:
    assert rank(plenty, asked(plenty), learn_from_outcomes=True).frame.equals(learned.frame)


# ---------------------------------------------------------------- what must hold


def test_the_lines_of_every_score_sum_to_it(learned: Ranking) -> None:
    for score, explanation in of_test(learned.frame).select("score", "explanation").iter_rows():
        assert sum(round(line["points"] * 100) for line in json.loads(explanation)) == round(score * 100)


def test_a_weak_signal_a_thousand_times_moves_no_more_than_its_cap(plenty: Material) -> None:
    quiet = plenty.people["person_id"][0]
    opened = pl.DataFrame(
        [(quiet, "MAIL_OPENED", at(TEST_DAY - 0.0001 * number - 0.001)) for number in range(1_000)],
        schema=plenty.signals.schema,
        orient="row",
    )
    noisy = replace(plenty, signals=pl.concat([plenty.signals, opened]))
    pair = asked(plenty).filter((pl.col("batch") == "test") & (pl.col("person_id") == quiet))
    before, after = (rank(each, pair).frame["score"].item() for each in (plenty, noisy))
    cap = 0.2 * 10 / np.log(2)
    assert 0 < after - before <= cap + 0.01


def test_people_without_data_have_no_score(plenty: Material) -> None:
    stranger = pl.DataFrame({"as_of": [at(TEST_DAY)], "person_id": ["nobody"], "batch": ["test"]}).with_columns(
        pl.col("as_of").cast(pl.Datetime("us", "UTC"))
    )
    found = rank(plenty, pl.concat([asked(plenty), stranger]), learn_from_outcomes=True).frame
    row = found.filter(pl.col("person_id") == "nobody").row(0, named=True)
    assert row["score"] is row["probability"] is row["explanation"] is None


def test_without_a_train_batch_the_history_is_learned_from(plenty: Material) -> None:
    alone = of_test(asked(plenty)).with_columns(batch=pl.lit(None, pl.String))
    ranking = rank(plenty, alone, learn_from_outcomes=True)
    (fit,) = ranking.fits
    assert fit.instants == 12
    assert fit.used_from <= at(TEST_DAY)
    assert ranking.frame["score"].null_count() == 0


def test_refit_learns_anew_for_every_instant_from_what_was_known_then(plenty: Material) -> None:
    ranking = rank(plenty, asked(plenty, 120), learn_from_outcomes=True, refit=True)
    assert [fit.before for fit in ranking.fits] == sorted(asked(plenty)["as_of"].unique())
    assert all(fit.used_from <= fit.before for fit in ranking.fits)
    assert ranking.frame.select(PAIR).equals(asked(plenty, 120).select(PAIR))


def test_a_learned_model_is_data_like_any_other(learned: Ranking) -> None:
    model = only(learned).model
    assert ScoreModel.from_dict(json.loads(json.dumps(model.to_dict()))) == model
