"""The Starlette application: pages, health, later the webhooks."""
