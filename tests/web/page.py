"""A page of ours, read as a browser reads it: what stands in its fields and beside them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Page:
    """What fields hold, by name; what is to choose from; the sentences beside; links by words.

    `hrefs` are where all links lead, those of the same words too.
    """

    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    hrefs: list[str] = field(default_factory=list)
    text: str = ""


def read_page(html: str) -> Page:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._beside = ""
        self._link: str | None = None
        self._words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and found.get("type") == "radio":
            self.page.choices.setdefault(found["name"], []).append(found["value"])
        elif tag == "input" and "name" in found:
            self.page.values[found["name"]] = found.get("value", "")
        self._beside = ""
        if "invalid-feedback" in found.get("class", ""):
            self._beside = found["id"].removesuffix("-error")
        if tag == "a":
            self._link, self._words = found.get("href"), ""
            self.page.hrefs.append(self._link or "")

    def handle_endtag(self, tag: str) -> None:
        self._beside = ""
        if tag == "a" and self._link is not None:
            self.page.links[self._words.strip()] = self._link
            self._link = None

    def handle_data(self, data: str) -> None:
        self.page.text += data
        if self._beside:
            self.page.beside[self._beside] = self.page.beside.get(self._beside, "") + data
        if self._link is not None:
            self._words += data
