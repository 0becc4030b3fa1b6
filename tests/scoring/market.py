"""A made-up market: people who ask, read, complain and are called, and an outcome that depends on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from scoring.catalogue import from_toml
from scoring.ranking import Material
from scoring.task import parse_task

DAY_ONE = datetime(2026, 1, 1, 8, tzinfo=UTC)
INSTANT = pl.Datetime("us", "UTC")
TRAIN_DAYS, TEST_DAY, HORIZON = (40, 47, 54, 61), 75, 14
CATALOGUE = {
    "task": {
        "view": "hot",
        "outcome": "bought",
        "horizon_days": HORIZON,
        "train_batch": "train",
        "test_batch": "test",
        "repeatable": True,
    },
    "signal": {
        "DEMO_ASKED": {"direction": "inbound", "weight": 1.0, "half_life_days": 14},
        "MAIL_OPENED": {"direction": "inbound", "weight": 0.2, "half_life_days": 7, "saturation": 2.5},
        "COMPLAINED": {"direction": "inbound", "weight": -1.0, "half_life_days": 180},
        "CALL_TRIED": {"direction": "outbound", "weight": 0.0, "attempts_weight": -0.5, "half_life_days": 14},
    },
    "attribute": {
        "pages": {"kind": "number", "weight": 0.5, "half_point": 5},
        "source": {"kind": "category", "weight_of_value": {"referral": 0.5}},
        "no_mail": {"kind": "flag", "weight": -0.5},
    },
}


def at(day: float) -> datetime:
    return DAY_ONE + timedelta(days=day)


def market(size: int = 1_200, seed: int = 4, *, backwards: bool = False, luck: bool = False) -> Material:
    """A market; `backwards`, everything the expert says is wrong; `luck`, the outcome depends on nothing."""
    draw = np.random.default_rng(seed)
    names = [f"p{number:05d}" for number in range(size)]
    pages, mail = draw.integers(0, 30, size), draw.random(size) < 0.2
    origin = draw.choice(["search", "referral", "fair", ""], size, p=[0.5, 0.2, 0.2, 0.1])
    warmth = draw.normal(0, 1, size)
    counts = {
        "DEMO_ASKED": draw.poisson(np.exp(warmth - 0.5)),
        "MAIL_OPENED": draw.poisson(np.exp(0.5 * warmth + 0.5)),
        "COMPLAINED": draw.poisson(np.exp(-warmth - 2)),
        "CALL_TRIED": draw.poisson(np.full(size, 1.0)),
    }
    rows = [
        (names[who], kind, at(float(draw.uniform(0, 89))))
        for kind, n in counts.items()
        for who in np.repeat(range(size), n)
    ]
    drive = 0.9 * warmth + 0.6 * (origin == "referral") + 0.04 * pages - 0.6 * mail
    drive = np.zeros(size) if luck else -drive if backwards else drive
    bought = [
        (names[who], at(float(day)))
        for who in range(size)
        for day in draw.uniform(36, 92, draw.poisson(np.exp(drive[who] - 0.6)))
    ]
    file = from_toml(CATALOGUE)
    return Material(
        signals=pl.DataFrame(
            rows, schema={"person_id": pl.String, "type": pl.String, "occurred_at": INSTANT}, orient="row"
        ),
        people=pl.DataFrame(
            {"person_id": names, "pages": pages.astype(str), "source": origin, "no_mail": np.where(mail, "1", "0")}
        ),
        outcomes=pl.DataFrame(bought, schema={"person_id": pl.String, "occurred_at": INSTANT}, orient="row"),
        catalogue=file.catalogue,
        attributes=file.attributes,
        task=parse_task(file.task),
    )


def asked(material: Material, size: int | None = None) -> pl.DataFrame:
    """Everybody at four instants to learn from and at one to be ranked."""
    times = pl.DataFrame(
        {
            "as_of": [at(day) for day in (*TRAIN_DAYS, TEST_DAY)],
            "batch": ["train"] * len(TRAIN_DAYS) + ["test"],
        },
        schema={"as_of": INSTANT, "batch": pl.String},
    )
    people = material.people.select("person_id").head(size or material.people.height)
    return times.join(people, how="cross").select("as_of", "person_id", "batch")
