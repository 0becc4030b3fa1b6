"""The documents and what is in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```[a-z]*\n(.*?)^```", re.S | re.M)
SQL = re.compile(r"^```sql\n.*?^```", re.S | re.M)  # a role may have the name of the program
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def name_of(document: Path) -> str:
    """The path from the top of the repository."""
    return document.relative_to(ROOT).as_posix()


def blocks(document: Path) -> list[str]:
    """The fenced blocks of a document."""
    return [block.strip() for block in FENCE.findall(document.read_text(encoding="utf-8"))]


def commands(document: Path) -> list[list[str]]:
    """Every `cockpit` command a document shows, as words after `cockpit`."""
    text = SQL.sub("", document.read_text(encoding="utf-8"))
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
    found = (re.search(r"(?:^|[\s/])cockpit((?: (?!cockpit ).*)?)$", line.split("#")[0].rstrip()) for line in lines)
    return [match[1].split() for match in found if match]


def links(document: Path) -> list[str]:
    """The targets of a document's links that are files of ours."""
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    return [link.split("#")[0] for link in LINK.findall(text) if "://" not in link and not link.startswith("#")]
