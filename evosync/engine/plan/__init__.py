"""The plan: drafts, links and standing items in, changes out; no input or output."""
