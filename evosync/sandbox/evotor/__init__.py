"""The fake Evotor cloud."""
