"""What runs in the background: the scheduler and one mirror run a user."""
