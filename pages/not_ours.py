"""`/not_ours?path=`: a path that a host may ask for and that is none of our screens."""

from cockpit.ui import frame, not_ours_page

visit = frame.enter()
not_ours_page.show(visit)
