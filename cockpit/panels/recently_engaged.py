"""Recently Engaged: who showed interest last."""

from cockpit.panels.panel import Panel

RECENTLY_ENGAGED = Panel(
    slug="recently_engaged",
    title="Recently Engaged",
    description="People by their last inbound signal.",
    order="newest first",
    key="recent_key",
    empty_cause="No inbound signal has arrived yet.",
)
