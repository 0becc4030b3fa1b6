"""What the machine at hand does: every number beside what the same machine does at best, in one run."""
