"""What somebody may take out: an order, made only for those whose role allows it, that says whose people it holds."""

from __future__ import annotations

from datetime import datetime

from cockpit.exports.certificate import EVERYBODY, Order
from cockpit.model.roles import Permission
from cockpit.model.viewer import Scope, Viewer


def order_of(
    viewer: Viewer, *, workspace: str, what: str, instant: datetime, filters: tuple[tuple[str, str], ...] = ()
) -> Order:
    """An export that this viewer may have; its rows are those of `viewer.scope`.

    Raises:
        Forbidden: their role does not allow exports.
    """
    viewer.check(Permission.EXPORT)
    return Order(workspace, what, instant, filters, scope=whose(viewer.scope))


def whose(scope: Scope | None) -> str:
    """Whose people an export holds, in words."""
    if scope is None:
        return EVERYBODY
    less = "" if scope.with_system else ", without those created by integrations"
    return f"people owned by member {scope.member_id}{less}"
