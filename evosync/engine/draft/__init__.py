"""Product → Draft or Problem; no input or output."""
