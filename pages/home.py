"""`/`: goes to the cockpit."""

from cockpit.ui import frame

visit = frame.enter()
frame.open_page(visit, "cockpit")
