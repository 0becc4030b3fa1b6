"""`/automation?tab=&rule=`: what goes out by itself: rules, rehearsals, reports, what waits, the guard log."""

from cockpit.ui import automation_page, frame

visit = frame.enter()
automation_page.show(visit)
