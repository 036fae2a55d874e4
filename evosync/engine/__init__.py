"""What to do: from two readings to a plan, and the plan carried out through ports."""
