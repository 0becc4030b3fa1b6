"""The goals of ranking, on real data with temporal splits, by the commands a reader would type.

The data is not part of the repository: it is read in place from ../shared, and without it there is nothing to measure.
"""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared"
PRESET_GOALS = {
    "cd_buyers": {"auc": 0.768, "lift_at_10pct": 2.65},
    "loan_calls": {"auc": 0.855, "lift_at_10pct": 3.4, "precision_at_k": 0.30},
    "course_leads": {"auc": 0.78, "lift_at_10pct": 2.0},
    "web_visitors": {"auc": 0.715, "lift_at_10pct": 2.0},
}
# cd_buyers: gradient boosting measured .771 and 2.718 (its README); within .005 and .05 of it
LEARNED_GOALS = {
    "cd_buyers": {"auc": 0.771 - 0.005, "lift_at_10pct": 2.718 - 0.05},
    "loan_calls": {"auc": 0.912, "precision_at_k": 0.60},
    "course_leads": {"auc": 0.83, "lift_at_10pct": 2.28},
    "web_visitors": {"auc": 0.715, "lift_at_10pct": 2.0},
}
MOST_ECE = {"loan_calls": 0.03}

pytestmark = pytest.mark.skipif(
    not SHARED.joinpath("data").is_dir(), reason=f"the measuring data is not here: {SHARED / 'data'} does not exist"
)


def score_file(name: str, out: Path, *options: str, truth: Path | None = None) -> str:
    """Run `cockpit score` on a data set and return what it printed."""
    data = SHARED / "data" / name
    files = {each: data / f"{each}.csv.gz" for each in ("signals", "people", "outcomes")}
    arguments = [word for each, path in files.items() for word in (f"--{each}", str(path))]
    times = ["--truth-times", str(truth or data / "truth.csv.gz"), "--catalogue", str(data / "catalogue.toml")]
    command = [sys.executable, "-m", "cockpit", "score", *arguments, *times, "--out", str(out), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def times_of(name: str) -> list[dict[str, str]]:
    """Who is asked for when."""
    with gzip.open(SHARED / "data" / name / "truth.csv.gz", "rt", newline="") as file:
        return list(csv.DictReader(file))


def write_times(path: Path, rows: list[dict[str, str]]) -> Path:
    """A truth-times file without a label in it."""
    lines = [f"{row['as_of']},{row['person_id']},?,{row['batch']}" for row in rows]
    path.write_text("\n".join(["as_of,person_id,label,batch", *lines, ""]))
    return path


def measured(name: str, scores: Path) -> dict[str, float]:
    """What the measuring tool says of the test batch."""
    truth = SHARED / "data" / name / "truth.csv.gz"
    command = [sys.executable, str(SHARED / "tools" / "ranking_metric.py"), "--truth", str(truth)]
    options = ["--scores", str(scores), "--batch", "test", "--k", "25", "--bootstrap", "0", "--json"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    assert result["missing"] == 0
    return {metric: values["value"] for metric, values in result["metrics"].items()}


def assert_lines_sum(scores: Path) -> None:
    """Every score is the sum of its lines, to the hundredth."""
    usual = csv.field_size_limit(10_000_000)
    try:
        with scores.open(newline="") as file:
            for row in csv.DictReader(file):
                lines = json.loads(row["explanation"])
                assert sum(round(line["points"] * 100) for line in lines) == round(float(row["score"]) * 100), row
    finally:
        csv.field_size_limit(usual)  # it counts for the whole process


def assert_reached(found: dict[str, float], goals: dict[str, float]) -> None:
    """Every goal, or all figures in the message."""
    missed = {metric: goal for metric, goal in goals.items() if found[metric] < goal}
    assert not missed, f"missed {missed}: {found}"


@pytest.mark.parametrize("name", PRESET_GOALS)
def test_the_preset_reaches_its_goal(name: str, tmp_path: Path) -> None:
    score_file(name, tmp_path / "scores.csv")
    assert_reached(measured(name, tmp_path / "scores.csv"), PRESET_GOALS[name])
    assert_lines_sum(tmp_path / "scores.csv")


@pytest.mark.parametrize("name", LEARNED_GOALS)
def test_what_is_learned_reaches_its_goal(name: str, tmp_path: Path) -> None:
    assert "Learned from" in score_file(name, tmp_path / "scores.csv", "--learn")
    found = measured(name, tmp_path / "scores.csv")
    assert_reached(found, LEARNED_GOALS[name])
    assert found["ece"] <= MOST_ECE.get(name, 1.0)
    assert_lines_sum(tmp_path / "scores.csv")


def test_a_hundred_outcomes_do_no_harm(tmp_path: Path) -> None:
    rows = times_of("course_leads")
    train = [row for row in rows if row["batch"] == "train"]
    few = train[:: len(train) // 100][:100] + [row for row in rows if row["batch"] == "test"]
    truth = write_times(tmp_path / "truth.csv", few)
    score_file("course_leads", tmp_path / "scores.csv", "--learn", truth=truth)
    assert measured("course_leads", tmp_path / "scores.csv")["auc"] >= 0.78


def test_the_labels_of_the_file_are_not_read(tmp_path: Path) -> None:
    truth = write_times(tmp_path / "truth.csv", times_of("web_visitors"))
    score_file("web_visitors", tmp_path / "with.csv", "--learn")
    score_file("web_visitors", tmp_path / "without.csv", "--learn", truth=truth)
    assert (tmp_path / "with.csv").read_bytes() == (tmp_path / "without.csv").read_bytes()
