"""Reconnect Recent: once engaged, quiet for one to three months."""

from cockpit.panels.panel import Panel

RECONNECT_RECENT = Panel(
    slug="reconnect_recent",
    title="Reconnect Recent",
    description="Once engaged, quiet for 30 to 90 days.",
    order="by chance of coming back",
    key="reconnect_recent_key",
    empty_cause="Nobody who was once engaged has been quiet for 30 to 90 days.",
)
