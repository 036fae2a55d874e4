"""Ports for servers that have to be told theirs, and take it a while later."""

import random
import socket

# Those above are given away by systems themselves, in between, to any connection that goes out:
# from 32768 on Linux, from 49152 elsewhere (RFC 6335, 6).
_PORTS = range(20_000, 32_768)
# Of the system's chance: the tests' own is the same in every worker.
_DICE = random.SystemRandom()
_given: set[int] = set()


def free_port() -> int:
    """Find a port of loopback that nobody has, and that nobody is given before it is taken."""
    while True:
        port = _DICE.choice(_PORTS)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _given:
            _given.add(port)
            return port
