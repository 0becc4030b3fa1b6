"""Properties are judged by what they find, not by how fast a shared machine is."""

from hypothesis import settings

settings.register_profile("scoring", deadline=None, max_examples=50)
settings.load_profile("scoring")
