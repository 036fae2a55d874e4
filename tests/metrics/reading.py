"""The text of /metrics as a test reads it: by the library's own parser."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families as plain_families
from prometheus_client.samples import Sample

Wanted = str | Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Numbers:
    """All families of one answer."""

    families: tuple[Metric, ...]

    @classmethod
    def read(cls, text: str, *, is_open: bool = False) -> "Numbers":
        """Read an answer, as OpenMetrics or as Prometheus; ValueError where it is none."""
        read: Callable[[str], Iterable[Metric]] = open_families if is_open else plain_families
        return cls(tuple(read(text)))

    def samples(self, name: str, **labels: Wanted) -> list[Sample]:
        """List the samples of a name, those alone whose labels are as wanted."""
        return [
            sample
            for family in self.families
            for sample in family.samples
            if sample.name == name
            and all(_is(sample.labels[label], wanted) for label, wanted in labels.items())
        ]

    def total(self, name: str, **labels: Wanted) -> float:
        """Sum up the samples of a name."""
        return sum(sample.value for sample in self.samples(name, **labels))

    def by(self, name: str, label: str, **labels: Wanted) -> Counter[str]:
        """Sum up the samples of a name by a label."""
        counted: Counter[str] = Counter()
        for sample in self.samples(name, **labels):
            counted[sample.labels[label]] += int(sample.value)
        return counted


def _is(value: str, wanted: Wanted) -> bool:
    return value == wanted if isinstance(wanted, str) else wanted(value)
