"""Industry presets: data files in `data/`, read by `loader`, brought into a workspace by `applier`."""
