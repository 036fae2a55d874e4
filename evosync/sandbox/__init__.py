"""A fake Evotor cloud and a fake VK over real HTTP, written from the published APIs alone."""
