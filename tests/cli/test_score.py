"""`cockpit score` on small files: what it writes, and one sentence for everything it cannot use."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from tests.cli.command import Answer, cockpit_command

SIGNALS = "person_id,type,occurred_at,value\n1,ASKED,2026-01-05T10:00:00Z,\n2,READ,2026-01-06T11:00:00+02:00,\n"
PEOPLE = "person_id,pages\n1,3\n2,\n3,40\n"
OUTCOMES = "person_id,outcome,occurred_at\n1,bought,2026-02-03T10:00:00Z\n"
TIMES = "as_of,person_id,batch\n2026-01-10T00:00:00Z,2,test\n2026-01-10T00:00:00Z,1,test\n"
CATALOGUE = """
[task]
view = "hot"
outcome = "bought"
horizon_days = 14
[signal.ASKED]
title = "Asked for a demo"
direction = "inbound"
weight = 1.5
[signal.READ]
direction = "inbound"
weight = 0.3
[attribute.pages]
kind = "number"
weight = 1.0
half_point = 10
"""
FILES = {
    "signals.csv": SIGNALS,
    "people.csv": PEOPLE,
    "outcomes.csv": OUTCOMES,
    "times.csv": TIMES,
    "c.toml": CATALOGUE,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        tmp_path.joinpath(name).write_text(text)
    return tmp_path


def score(folder: Path, *options: str, times: bool = True) -> Answer:
    """The command on the files of the folder."""
    files = ("signals", "signals.csv", "people", "people.csv", "outcomes", "outcomes.csv", "catalogue", "c.toml")
    named = [
        word
        for option, name in zip(files[::2], files[1::2], strict=True)
        for word in (f"--{option}", f"{folder}/{name}")
    ]
    when = ["--truth-times", f"{folder}/times.csv"] if times else []
    return cockpit_command("score", *named, *when, "--out", f"{folder}/scores.csv", *options)


def written(folder: Path) -> list[dict[str, str]]:
    with folder.joinpath("scores.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_of_the_file_gets_a_score_in_its_order(folder: Path) -> None:
    answer = score(folder)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"2 scores of 2 people at 1 instants in {folder}/scores.csv.\n"
    rows = written(folder)
    assert [row["person_id"] for row in rows] == ["2", "1"]
    assert list(rows[0]) == ["as_of", "person_id", "score", "probability", "explanation"]
    assert rows[0]["as_of"] == "2026-01-10T00:00:00Z"
    for row in rows:
        lines = json.loads(row["explanation"])
        assert sum(round(line["points"] * 100) for line in lines) == round(float(row["score"]) * 100)
    assert "Asked for a demo" in rows[1]["explanation"]


def test_without_a_file_of_times_everybody_of_the_task_is_ranked(folder: Path) -> None:
    assert score(folder, "--as-of", "2026-01-10T00:00:00Z", times=False).status == 0
    assert [row["person_id"] for row in written(folder)] == ["1", "2", "3"]
    assert score(folder, "--as-of", "2026-02-10T00:00:00Z", times=False).status == 0
    assert [row["person_id"] for row in written(folder)] == ["2", "3"]  # the first one bought before


def test_only_rows_before_the_instant_are_read(folder: Path) -> None:
    score(folder)
    before = folder.joinpath("scores.csv").read_bytes()
    with folder.joinpath("signals.csv").open("a") as file:
        file.write("1,ASKED,2026-01-10T00:00:00Z,\n2,ASKED,2026-03-01T00:00:00Z,9\n")
    score(folder)
    assert folder.joinpath("scores.csv").read_bytes() == before


def test_compressed_files_and_columns_in_another_order_are_the_same(folder: Path) -> None:
    score(folder)
    before = folder.joinpath("scores.csv").read_bytes()
    turned = "occurred_at,person_id,type\n2026-01-06T09:00:00Z,2,READ\n2026-01-05T10:00:00Z,1,ASKED\n"
    folder.joinpath("signals.csv.gz").write_bytes(gzip.compress(turned.encode()))
    assert score(folder, "--signals", f"{folder}/signals.csv.gz").status == 0
    assert folder.joinpath("scores.csv").read_bytes() == before


def test_what_was_done_as_json(folder: Path) -> None:
    done = score(folder, "--learn", "--json").json()
    assert done["rows"] == 2
    (fit,) = done["fits"]
    assert fit["model"] == "preset"
    assert "Too few outcomes" in fit["said"][0]


def test_options_override_the_task(folder: Path) -> None:
    folder.joinpath("c.toml").write_text(CATALOGUE.replace("horizon_days = 14", ""))
    assert "give --horizon-days" in score(folder, "--learn").err
    assert score(folder, "--learn", "--horizon-days", "7", "--view", "reconnect").status == 0


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("signals.csv", "person_id,type\n", "signals.csv: the header has no column `occurred_at`."),
        ("signals.csv", "", "signals.csv is empty: the first row must name the columns."),
        (
            "signals.csv",
            "person_id,type,occurred_at\n1,ASKED,yesterday\n",
            "signals.csv, row 1: `occurred_at` `yesterday` is not an ISO 8601 instant such as 2026-03-02T09:00:00Z.",
        ),
        (
            "signals.csv",
            "person_id,type,occurred_at\n1,ASKED,2026-01-05T10:00:00\n",
            "signals.csv, row 1: `occurred_at` `2026-01-05T10:00:00` has no time zone: write Z or an offset such",
        ),
        (
            "signals.csv",
            SIGNALS + "3,ASKED,2026-01-05T10:00:00Z,NaN\n",
            "signals.csv, row 3: `value` is not a finite number.",
        ),
        ("signals.csv", SIGNALS + ",ASKED,2026-01-05T10:00:00Z,\n", "signals.csv, row 3: `person_id` is missing."),
        ("signals.csv", SIGNALS + "3,ASK", "signals.csv, row 3: the row has 2 fields, the header has 4"),
        ("signals.csv", "person_id,type,occurred_at,colour\n", "signals.csv: unknown column `colour` in the header"),
        ("people.csv", PEOPLE + "1,7\n", "people.csv, row 4: person 1 is there twice."),
        ("times.csv", TIMES + "2026-01-10T01:00:00+01:00,1,test\n", "is there twice."),
        ("times.csv", "as_of,person_id\n", "times.csv asks for nobody: it has no rows."),
        ("outcomes.csv", OUTCOMES.replace("bought", "left"), "outcomes.csv has no outcome bought; it has left."),
        ("c.toml", "[task", "c.toml is not TOML:"),
        ("c.toml", CATALOGUE + "[colour.red]\n", "c.toml: The catalogue has no section called colour."),
        (
            "c.toml",
            CATALOGUE.replace("weight = 1.5", 'weight = "much"'),
            "c.toml: ASKED: weight must be a finite number",
        ),
        ("c.toml", CATALOGUE.replace('"hot"', '"cold"'), "c.toml, [task]: The view must be hot, priority or reconnect"),
        ("c.toml", CATALOGUE.replace("14", "-1"), "c.toml, [task]: horizon_days must be a number of days above 0"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_row_and_the_reason(
    folder: Path, name: str, text: str, sentence: str
) -> None:
    folder.joinpath(name).write_text(text)
    answer = score(folder)
    assert answer.status == 1
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
    assert not folder.joinpath("scores.csv").exists()


def test_a_cut_off_gzip_stream_is_said(folder: Path) -> None:
    whole = gzip.compress((SIGNALS + "1,READ,2026-01-07T00:00:00Z,\n" * 5_000).encode())
    folder.joinpath("signals.csv.gz").write_bytes(whole[: len(whole) // 2])
    answer = score(folder, "--signals", f"{folder}/signals.csv.gz")
    assert answer.status == 1
    assert "its gzip stream is cut off" in answer.err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--refit",), "--refit only goes with --learn."),
        (("--signals", "/nowhere/signals.csv"), "/nowhere/signals.csv cannot be read: No such file or directory."),
        (("--catalogue", "/nowhere/c.toml"), "/nowhere/c.toml cannot be read: No such file or directory."),
        (("--out", "/nowhere/scores.csv"), "/nowhere/scores.csv cannot be written: there is no folder /nowhere."),
        (("--as-of", "2026-01-11T00:00:00Z"), "times.csv asks for nobody at 2026-01-11T00:00:00Z."),
        (("--as-of", "tomorrow"), "'tomorrow' is no instant: write it like 2026-03-02T09:00:00Z."),
        (("--outcome", "sold"), "outcomes.csv has no outcome sold; it has bought."),
        (("--horizon-days", "0"), "[task]: horizon_days must be a number of days above 0, not 0.0."),
    ],
)
def test_options_that_make_no_sense_are_refused(folder: Path, options: tuple[str, ...], sentence: str) -> None:
    answer = score(folder, *options)
    assert answer.status == 1
    assert sentence in answer.err


def test_nobody_to_rank_is_said(folder: Path) -> None:
    folder.joinpath("c.toml").write_text(CATALOGUE.replace("[task]", "[task]\nall_have_signals = true"))
    answer = score(folder, "--as-of", "2026-01-01T00:00:00Z", times=False)
    assert answer.status == 1
    assert answer.err.startswith("Nobody is to be ranked at 2026-01-01T00:00:00Z")


def test_an_instant_is_needed(folder: Path) -> None:
    answer = score(folder, times=False)
    assert (answer.status, answer.err) == (1, "Say when to rank: give --as-of or --truth-times.\n")
    assert cockpit_command("score").status == 2


def test_an_attribute_that_is_no_column_is_said_and_not_used(folder: Path) -> None:
    folder.joinpath("people.csv").write_text("person_id,city\n1,Rome\n2,Oslo\n")
    answer = score(folder)
    assert answer.status == 0
    assert answer.err == "people.csv has no column pages: that attribute of the catalogue is not used.\n"
