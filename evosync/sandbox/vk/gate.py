"""The gate of the fake VK: each request and each API call that no fault keeps passes here."""

from collections import Counter, deque
from collections.abc import Callable

from evosync.sandbox.vk.knobs import VkKnobs
from evosync.sandbox.vk.refusals import Refused
from evosync.sandbox.vk.state import TokenKind


class Gate:
    """Counts what comes in and refuses what comes too fast.

    `requests` counts requests to `/method/…`, `uploads` posts to the upload
    host, `calls` every API method called (`execute` and those inside it),
    `writes` those of them that change something, `errors` refusals by code.
    """

    def __init__(self, knobs: VkKnobs, clock: Callable[[], float]) -> None:
        self._knobs = knobs
        self._clock = clock
        self._starts: dict[str, deque[float]] = {}
        self.requests = 0
        self.uploads = 0
        self.writes = 0
        self.calls: Counter[str] = Counter()
        self.errors: Counter[int] = Counter()

    def admit_request(self, token: str, kind: TokenKind) -> None:
        """Let a request in, or refuse it with error 6.

        A sliding window: of any N requests and the one after them, the last
        starts at least a second after the first. A request may have been on
        its way for `arrival_jitter_s`, so each is entered as early as the
        window allows; in the long run the rate stays exactly N per second.
        """
        rate = self._knobs.group_requests_per_second
        if kind == "user":
            rate = self._knobs.requests_per_second
        burst = max(1, int(rate))
        starts = self._starts.setdefault(token, deque())
        while len(starts) > burst:  # the rate was turned down
            starts.popleft()
        now = self._clock()
        earliest = starts[0] + burst / rate if len(starts) == burst else 0.0
        if earliest > now:
            raise Refused(6)
        starts.append(max(now - self._knobs.arrival_jitter_s, earliest))

    def admit_call(self, method: str, *, writes: bool) -> None:
        """Let one API call in, by itself or inside an `execute`."""
        self.calls[method] += 1
        self.writes += writes

    def admit_upload(self) -> None:
        """Let one post to the upload host in."""
        self.uploads += 1
