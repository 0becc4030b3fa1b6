"""Workflows: what somebody, or a new person, sets off, step by step, behind the guards of every outreach."""
