"""Automation Suggestions: what each rule would do now, and what its guards would hold back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

import polars as pl

from cockpit.model.panel import PanelRow, PanelRows, RuleOutlook
from cockpit.panels.panel import Panel
from cockpit.panels.setting import Setting
from cockpit.panels.stage import Stage, reach
from cockpit.storage.database import Connection
from cockpit.storage.panel_index import CAUSE_SCHEMA, list_causes
from cockpit.storage.rules import Rule, list_rules
from scoring.reach import blocked_reason

CAP = 1000  # counting stops here and the number reads `1,000+`
SLUG = "automation_suggestions"
EMPTY = "No preset rules: apply an industry preset."
CARD = ("action_type", "evidence_type", "channel")
PLACE = ("time_zone", "phone_prefix", "country")


def read(conn: Connection, stage: Stage) -> PanelRows:
    """The rows of the panel."""
    rules = list_rules(conn, stage.setting.workspace_id)
    cards = _cards(conn, stage, rules)
    rows = [_rule_row(rule, _of_rule(cards, rule), stage.setting, stage.now) for rule in rules]
    ordered = sorted(rows, key=lambda row: (-(row.rank_value or 0), row.name, row.external_id or ""))
    cause = None if ordered else EMPTY
    return PanelRows(SLUG, stage.now, tuple(ordered[: stage.limit]), len(ordered) > stage.limit, cause)


def _cards(conn: Connection, stage: Stage, rules: Sequence[Rule]) -> pl.DataFrame:
    """People's best cards with the facts guards ask for: from the index, and of those who are due computed anew."""
    columns = [pl.col(f"card_{name}").alias(name) for name in CARD]
    known = stage.people.filter(pl.col("rank_key").is_not_null())
    people = known.select("person_id", "rank_key", "has_phone", "has_email", *PLACE, *columns, "is_due")
    computed = people.filter(pl.col("is_due") == 1).drop("is_due").select(list(CAUSE_SCHEMA))
    if stage.history is not None:
        return computed
    causes = sorted({(rule.action_type, rule.signal_type) for rule in rules})
    wanted = reach(
        stage.setting.workspace_id, (), now=stage.now, limit=CAP + 1, owner_id=stage.owner_id, scope=stage.scope
    )
    return pl.concat([list_causes(conn, wanted, causes), computed])


def _of_rule(cards: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """The cards this rule would take over: its action, because of its signal; the most pressing first."""
    mine = (pl.col("action_type") == rule.action_type) & (pl.col("evidence_type") == rule.signal_type)
    return cards.filter(mine).sort("rank_key", "person_id", descending=[True, False]).head(CAP + 1)


def _rule_row(rule: Rule, cards: pl.DataFrame, setting: Setting, now: datetime) -> PanelRow:
    capped = cards.height > CAP
    reasons = Counter(_reasons(cards.head(CAP), setting, now))
    blocked = sum(reasons.values())
    act = min(cards.height, CAP) - blocked
    outlook = RuleOutlook(
        rule_key=rule.rule_key,
        signal_type=rule.signal_type,
        action_type=rule.action_type,
        status=rule.status,
        enabled=rule.enabled,
        auto_execute=rule.auto_execute,
        would_act=act,
        would_act_text=f"{act:,}+" if capped else f"{act:,}",
        blocked=blocked,
        blocked_reasons=dict(sorted(reasons.items())),
    )
    return PanelRow(
        person_id=None,
        external_id=rule.rule_key,
        name=rule.title,
        rank_value=float(act),
        why=_sentence(outlook),
        outlook=outlook,
    )


def _reasons(cards: pl.DataFrame, setting: Setting, now: datetime) -> Iterable[str]:
    """Why a guard would hold each card back, for those it would."""
    for row in cards.iter_rows(named=True):
        reason = blocked_reason(
            row["channel"],
            now,
            do_not_contact=False,  # whoever must not be contacted has no card
            has_phone=row["has_phone"],
            has_email=row["has_email"],
            places=setting.places_of(row),
            quiet=setting.quiet,
        )
        if reason is not None:
            yield reason


def _sentence(outlook: RuleOutlook) -> str:
    people = "1 person" if outlook.would_act_text == "1" else f"{outlook.would_act_text} people"
    held = f", {outlook.blocked:,} blocked" if outlook.blocked else ""
    off = "" if outlook.enabled else "; it is switched off"
    return f"Would act on {people} now{held}{off}."


AUTOMATION_SUGGESTIONS = Panel(
    slug=SLUG,
    title="Automation Suggestions",
    description="Rules of the workspace: how many people each would act on now, and what its guards would block.",
    order="by people it would act on",
    empty_cause=EMPTY,
    read=read,
)
