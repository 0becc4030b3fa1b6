"""Priority Leads: whom to turn to first."""

from cockpit.panels.panel import Panel

PRIORITY_LEADS = Panel(
    slug="priority_leads",
    title="Priority Leads",
    description="Open leads that may be contacted.",
    order="by priority",
    key="priority_key",
    empty_cause="No open lead has signals or a profile to score yet.",
)
