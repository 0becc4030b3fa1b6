"""Reconnect Oldies: once engaged or customers, quiet for up to a year."""

from cockpit.panels.panel import Panel

RECONNECT_OLDIES = Panel(
    slug="reconnect_oldies",
    title="Reconnect Oldies",
    description="Once engaged or customers, quiet for 91 to 365 days; older ones need their consent checked.",
    order="by chance of coming back and value",
    key="reconnect_oldies_key",
    empty_cause="Nobody who was once engaged has been quiet for 91 to 365 days.",
)
