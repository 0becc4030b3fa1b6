"""Links between documents lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import DOCUMENTS, links, name_of


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_to_files(document: Path) -> None:
    assert [link for link in links(document) if not (document.parent / link).exists()] == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [DOCUMENTS[0].parents[0] / "README.md"]
    while waiting:
        document = waiting.pop().resolve()
        if document in seen:
            continue
        seen.add(document)
        targets = [(document.parent / link).resolve() for link in links(document)]
        waiting += [path for target in targets for path in ([target] if target.is_file() else target.glob("*.md"))]
        waiting = [path for path in waiting if path.suffix == ".md"]
    assert [name_of(path) for path in DOCUMENTS if path.resolve() not in seen] == []
