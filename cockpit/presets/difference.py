"""What a preset would do to a workspace: one change for each thing that it brings.

difference(conn, workspace_id, artifacts, *, update) -> tuple[Change, ...]     reads only
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cockpit.model.ids import WorkspaceId
from cockpit.presets.homes import HOMES
from cockpit.presets.preset import Artifact, Body
from cockpit.storage.database import Connection
from cockpit.storage.preset_artifacts import StoredArtifact, list_artifacts

ADD, REPLACE, SAME, OLDER, CHANGED, OWN, REMOVED = "add", "replace", "same", "older", "changed", "own", "removed"
WORDS: Final[Mapping[str, str]] = {
    ADD: "added",
    REPLACE: "replaced: nobody had changed it",
    SAME: "there already",
    OLDER: "left as it was applied: nobody has changed it, and this only adds",
    CHANGED: "left as the workspace changed it",
    OWN: "left: the workspace has its own",
    REMOVED: "left out: the workspace took it away",
}
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What would be done about one thing."""

    artifact: Artifact
    what: str
    before: Body | None = None  # as the workspace has it
    recorded: bool = True  # whether it is written down that the preset brought it

    @property
    def writes(self) -> bool:
        """Whether the workspace is different afterwards."""
        return self.what in (ADD, REPLACE)


def difference(
    conn: Connection,
    workspace_id: WorkspaceId,
    artifacts: Iterable[Artifact],
    *,
    update: bool,
) -> tuple[Change, ...]:
    """Compare; with `update`, what an earlier preset brought and nobody touched is replaced."""
    wanted = tuple(artifacts)
    known = {(one.kind, one.artifact_key): one for one in list_artifacts(conn, workspace_id)}
    present = _present(conn, workspace_id, {one.kind for one in wanted}, known)
    return tuple(
        _change(one, known.get((one.kind, one.key)), present.get((one.kind, one.key)), update) for one in wanted
    )


def same(one: Any, other: Any) -> bool:
    """Whether two bodies say the same, whatever a database made of the order of keys and of 2.0."""
    return _canonical(one) == _canonical(other)


def _present(
    conn: Connection, workspace_id: WorkspaceId, kinds: Collection[str], known: Mapping[Key, StoredArtifact]
) -> dict[Key, Body]:
    """What the workspace has now, of these kinds."""
    found: dict[Key, Body] = {
        key: one.body
        for key, one in known.items()
        if one.kind not in HOMES and one.body is not None and one.removed_at is None
    }
    for kind in kinds & HOMES.keys():
        found |= {(kind, key): body for key, body in HOMES[kind].read(conn, workspace_id).items()}
    return found


def _change(wanted: Artifact, known: StoredArtifact | None, present: Body | None, update: bool) -> Change:
    applied = known.applied if known else None
    if present is None:
        return Change(wanted, ADD if known is None else REMOVED)
    if same(present, wanted.body):
        return Change(wanted, SAME, present, recorded=known is not None)
    if applied is None:
        return Change(wanted, OWN, present)
    if not same(present, applied):
        return Change(wanted, CHANGED, present)
    home = HOMES.get(wanted.kind)
    return Change(wanted, REPLACE if update and (home is None or home.replaceable) else OLDER, present)


def _canonical(value: Any) -> str:
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
