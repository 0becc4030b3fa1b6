"""`/workflows`: what workflows do, and their runs."""

from cockpit.ui import frame, workflows_page

visit = frame.enter()
workflows_page.show(visit)
