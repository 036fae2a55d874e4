"""The demo: the service against the sandbox, with one seeded shop, in a folder of its own."""
