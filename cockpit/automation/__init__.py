"""Executing actions: reserved behind guards, undone for ten seconds, claimed by a worker, called, accounted for."""
