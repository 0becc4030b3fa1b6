"""The parts of the workflow screen."""
