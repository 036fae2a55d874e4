"""The log of requests: each exchange with the outside becomes a row, masked and in its own time."""
