"""`/cockpit`: who to contact first, and why."""

from cockpit.ui import cockpit_page, frame

visit = frame.enter()
cockpit_page.show(visit)
