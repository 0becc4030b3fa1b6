"""The parts of the automation screen."""
