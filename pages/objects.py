"""`/objects?type=`: people, companies and opportunities."""

from cockpit.ui import frame, objects_page

visit = frame.enter()
objects_page.show(visit)
