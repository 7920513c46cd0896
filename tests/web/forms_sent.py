"""A page's form as a browser would send it: every field with what stands in it."""

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    """Reads the fields of the form at one address."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside = action, False
        self.fields: dict[str, list[str]] = {}
        self.ids: set[str] = set()
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said: dict[str, Any] = dict(attrs)
        self.ids.add(said.get("id", ""))
        if tag == "form":
            self.inside = said.get("action") == self.action
        name = said.get("name")
        if not self.inside or (name is None and tag != "option"):
            return
        if tag == "input":
            if said.get("type") not in ("checkbox", "radio") or "checked" in said:
                self._add(name, said.get("value") or "")
        elif tag == "textarea":
            self._text = name
            self._add(name, "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in self.fields or "selected" in said):
            # A browser sends the first where none is chosen.
            self.fields[self._select] = [said.get("value") or ""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        self._text = None if tag == "textarea" else self._text
        self._select = None if tag == "select" else self._select

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self.fields[self._text][-1] += data

    def _add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def form_of(page: str, action: str) -> _Form:
    """The form of a page that is sent to an address."""
    read = _Form(action)
    read.feed(page)
    read.fields.pop("csrfmiddlewaretoken", None)
    return read
