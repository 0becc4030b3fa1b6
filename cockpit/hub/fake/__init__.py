"""A Hub that calls nobody: for demonstrations and tests, with faults that are switched on over HTTP."""
