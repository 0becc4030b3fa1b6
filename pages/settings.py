"""`/settings?tab=`: the settings of the workspace and one's own profile."""

from cockpit.ui import frame, settings_page

visit = frame.enter()
settings_page.show(visit)
