"""Drafting: what one shop's products would look like on the market, or why they cannot."""
