"""`/person?id=`: one person, with the reasons for the score."""

from cockpit.ui import frame, person_page

visit = frame.enter()
person_page.show(visit)
