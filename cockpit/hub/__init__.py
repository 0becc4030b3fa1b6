"""The Engagement Hub: how an outreach is asked for, what came of it, and what its updates mean."""
