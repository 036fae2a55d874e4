"""The Evotor cloud: its calls, its JSON, and the Source the engine asks."""
