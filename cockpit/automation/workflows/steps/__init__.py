"""The kinds of steps, one per file; `registry` knows them all."""
