"""`cockpit score`: rank people from plain files, without a database, and say what learning found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl
import typer

from cockpit.cli.output import iso, parse_instant, print_json
from cockpit.cli.score_files import (
    read_catalogue,
    read_outcomes,
    read_people,
    read_signals,
    read_truth_times,
    write_scores,
)
from cockpit.errors import InvalidInput
from scoring.catalogue import CatalogueFile
from scoring.learning import NAMES, PRESET
from scoring.ranking import Fit, Material, Ranking, rank
from scoring.task import Task, eligible_pairs, parse_task

INSTANT = pl.Datetime("us", "UTC")


class View(StrEnum):
    """What the ranking is for."""

    hot = "hot"
    priority = "priority"
    reconnect = "reconnect"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of the command say, beyond the files."""

    as_of: str | None
    truth_times: Path | None
    task: Task
    learn: bool
    refit: bool


def score(
    *,
    signals: Path = typer.Option(..., help="Signals: person_id, type, occurred_at, value."),
    people: Path = typer.Option(..., help="People: person_id and attributes."),
    catalogue: Path = typer.Option(..., help="Catalogue in TOML: the task, signal types and attributes."),
    out: Path = typer.Option(..., help="Where the scores go: as_of, person_id, score, probability, explanation."),
    outcomes: Path | None = typer.Option(None, help="Outcomes: person_id, outcome, occurred_at. Needed to learn."),
    as_of: str | None = typer.Option(None, help="Rank everybody of the task at this instant."),
    truth_times: Path | None = typer.Option(
        None, help="Rank every as_of and person_id of this file; labels are not read."
    ),
    horizon_days: float | None = typer.Option(
        None, help="Days within which the outcome counts; else as the task says."
    ),
    outcome: str | None = typer.Option(None, help="The outcome to learn; else as the task says."),
    view: View | None = typer.Option(None, help="What the ranking is for; else as the task says."),
    learn: bool = typer.Option(False, "--learn", help="Learn from outcomes known before the instant that is ranked."),
    refit: bool = typer.Option(False, "--refit", help="With --learn: learn anew for every instant."),
    as_json: bool = typer.Option(False, "--json", help="Print what was done as JSON."),
) -> None:
    """Rank people from files: scores with lines that sum to them, and chances once learned."""
    file = read_catalogue(catalogue)
    task = _task(catalogue, file, view=view, outcome=outcome, horizon_days=horizon_days)
    asked = Asked(as_of, truth_times, task, learn, refit)
    _check(asked, outcomes)
    if not out.parent.is_dir():  # said now, not after minutes of learning
        raise InvalidInput(f"{out} cannot be written: there is no folder {out.parent}.")
    try:
        material = _material(file, task, signals, people, outcomes)
        pairs, lessons = _pairs(asked, material)
        ranking = rank(material, pairs, learn_from_outcomes=learn, lessons=lessons, refit=refit)
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    write_scores(ranking.frame, out)
    _report(ranking, out, as_json=as_json, learn=learn)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("score")(score)


def _task(
    path: Path, file: CatalogueFile, *, view: View | None, outcome: str | None, horizon_days: float | None
) -> Task:
    """The task of the catalogue, with what the options say instead."""
    given: dict[str, Any] = {"view": view and view.value, "outcome": outcome, "horizon_days": horizon_days}
    try:
        return replace(parse_task(file.task), **{name: value for name, value in given.items() if value is not None})
    except ValueError as error:
        raise InvalidInput(f"{path.name}, [task]: {error}") from error


def _check(asked: Asked, outcomes: Path | None) -> None:
    """Refuse options that contradict each other before anything is read."""
    if asked.as_of is None and asked.truth_times is None:
        raise InvalidInput("Say when to rank: give --as-of or --truth-times.")
    if asked.refit and not asked.learn:
        raise InvalidInput("--refit only goes with --learn.")
    if asked.learn and outcomes is None:
        raise InvalidInput("Learning needs outcomes: give --outcomes.")
    if asked.learn and asked.task.horizon_days is None:
        raise InvalidInput("Learning needs a horizon: give --horizon-days or horizon_days in [task].")


def _material(file: CatalogueFile, task: Task, signals: Path, people: Path, outcomes: Path | None) -> Material:
    """The files as frames."""
    known = read_people(people)
    for each in file.attributes:
        if known.width > 1 and each.name not in known.columns:
            typer.echo(
                f"{people.name} has no column {each.name}: that attribute of the catalogue is not used.", err=True
            )
    return Material(
        signals=read_signals(signals),
        people=known,
        outcomes=None if outcomes is None else _outcomes_of(task, outcomes),
        # A file that describes no type means the built-in ones; one that does means them alone.
        catalogue=file.catalogue if file.signals else file.over(),
        attributes=file.attributes,
        task=task,
    )


def _outcomes_of(task: Task, path: Path) -> pl.DataFrame:
    """The outcomes of the task."""
    every = read_outcomes(path)
    names = every["outcome"].unique().sort().to_list()
    if task.outcome is None and len(names) > 1:
        raise InvalidInput(f"{path.name} has several outcomes ({', '.join(names)}): choose one with --outcome.")
    if task.outcome is not None and names and task.outcome not in names:
        raise InvalidInput(f"{path.name} has no outcome {task.outcome}; it has {', '.join(names)}.")
    return every if task.outcome is None else every.filter(pl.col("outcome") == task.outcome)


def _pairs(asked: Asked, material: Material) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Who is ranked when, and the rows to learn from; without a file of times, everybody of the task at the instant."""
    instant = None if asked.as_of is None else parse_instant(asked.as_of)
    if asked.truth_times is not None:
        pairs = read_truth_times(asked.truth_times)
        chosen = pairs if instant is None else pairs.filter(pl.col("as_of") == instant)
        if chosen.is_empty():
            raise InvalidInput(f"{asked.truth_times.name} asks for nobody at {asked.as_of}.")
        return chosen, pairs
    reached = material.outcomes if material.outcomes is not None else material.signals.clear()
    instants = pl.Series("as_of", [instant], dtype=INSTANT)
    everybody = eligible_pairs(material.task, material.people, material.signals, reached, instants)
    if everybody.is_empty():
        raise InvalidInput(f"Nobody is to be ranked at {asked.as_of}: the task leaves nobody of these files.")
    return everybody.with_columns(batch=pl.lit(None, pl.String)), None


def _report(ranking: Ranking, out: Path, *, as_json: bool, learn: bool) -> None:
    """Say what was written and what the gate said."""
    frame = ranking.frame
    done = {
        "out": str(out),
        "rows": frame.height,
        "people": frame["person_id"].n_unique(),
        "instants": frame["as_of"].n_unique(),
        "without_data": frame["score"].null_count(),
        "with_probability": frame["probability"].count(),
        "fits": [_fit(fit) for fit in ranking.fits],
    }
    if as_json:
        print_json(done)
        return
    typer.echo(f"{done['rows']:,} scores of {done['people']:,} people at {done['instants']:,} instants in {out}.")
    if done["without_data"]:
        typer.echo(f"{done['without_data']:,} of them are empty: nothing is known of these people.")
    if learn and not ranking.fits:
        typer.echo("Nothing could be learned: no outcome was known before the instant ranked. The preset stands.")
    for fit in ranking.fits:
        for sentence in _sentences(fit):
            typer.echo(sentence)


def _sentences(fit: Fit) -> list[str]:
    """What one round of learning found."""
    learned = fit.learned
    came = f"it came for {learned.won:,} people and not for {learned.lost:,}"
    seen = f"Learned from {fit.rows:,} rows at {fit.instants:,} instants: {came}."
    if learned.rung == PRESET:
        taken = "The preset stands."
    else:
        use = "a manager may publish it" if learned.publishable else "too few outcomes to publish it"
        taken = f"{NAMES[learned.rung]}, used from {iso(fit.used_from)} on; a proposal: {use}."
    return [seen, *learned.said, taken]


def _fit(fit: Fit) -> dict[str, Any]:
    """The same as data."""
    learned = fit.learned
    return {
        "used_from": iso(fit.used_from),
        "instants": fit.instants,
        "rows": fit.rows,
        "won": learned.won,
        "lost": learned.lost,
        "model": learned.rung,
        "publishable": learned.publishable,
        "said": list(learned.said),
    }
