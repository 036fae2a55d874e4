"""Texts that are told by the till, by VK and by our own rows alike, kept once in memory."""

import sys
from collections.abc import Callable

once: Callable[[str], str] = str if sys.version_info[:2] == (3, 12) else sys.intern
"""Gives the one text that all equal ones are kept as, for as long as anybody has it.

Python 3.12 never lets go of what is interned (python/cpython#113993, mended in
3.13): a service would keep each text that it ever saw, so there each is kept as
often as it is told.
"""
