"""The table of metrics in the README is what there is: names, kinds and labels."""

import re
from pathlib import Path

from tests.metrics.reading import Numbers
from tests.metrics.stand import full_meter, seen

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## Metrics\n")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| `(evosync_\w+)` \| (\w+) \| (.+) \|$", SECTION, re.MULTILINE)


def test_every_metric_stands_in_the_table_with_its_kind_and_no_other() -> None:
    text, _ = full_meter().exposed(seen(), "")
    told = dict(re.findall(r"^# TYPE (evosync_\w+) (\w+)$", text.decode(), re.MULTILINE))
    assert {name: kind for name, kind, _ in ROWS} == told


def test_every_label_stands_in_the_row_of_its_metric() -> None:
    text, _ = full_meter().exposed(seen(), "")
    about = {name: words for name, _, words in ROWS}
    missing = [
        (family.name, label)
        for family in Numbers.read(text.decode()).families
        for sample in family.samples
        for label in sample.labels
        if label != "le" and f"`{label}`" not in about[_in_table(family.name)]
    ]
    assert not missing


def test_the_rules_ask_for_metrics_that_there_are() -> None:
    asked = set(re.findall(r"\bevosync_\w+", SECTION.partition("groups:")[2]))
    assert len(asked) >= 5
    assert asked <= {name for name, _, _ in ROWS}


def _in_table(family: str) -> str:
    names = {name for name, _, _ in ROWS}
    return family if family in names else f"{family}_total"
