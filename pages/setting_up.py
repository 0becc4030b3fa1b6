"""`/setting_up`: the frame draws the state of a workspace that is not ready; a ready one opens on the cockpit."""

from cockpit.ui import frame

visit = frame.enter()
frame.open_page(visit, "cockpit")
