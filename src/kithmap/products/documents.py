"""Templates made into pages: every text escaped, every page whole in itself."""

import re
from base64 import b64encode
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING

from kithmap.errors import Refused

if TYPE_CHECKING:
    from jinja2 import Environment

_LOADS = {
    "action", "archive", "background", "cite", "codebase", "data", "formaction", "href", "longdesc", "manifest",
    "ping", "poster", "src", "srcset", "xlink:href",
}  # fmt: skip
_FOREIGN_TAGS = {"applet", "base", "embed", "frame", "iframe", "link", "object", "portal", "script"}
_URL = re.compile(r"""url\(\s*['"]?\s*([^'")\s]*)""", re.IGNORECASE)
_IMPORT = re.compile(r"@import|image-set\(|src\(", re.IGNORECASE)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("kithmap.products"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: object) -> str:
    """Fill a template; whatever is not marked as HTML is escaped."""
    return _environment().get_template(template).render(day=day, moment=moment, **values)


def day(when: date) -> str:
    """A day as it is written in a letter.

    >>> day(date(2026, 8, 3))
    '3 August 2026'
    """
    return f"{when.day} {when:%B %Y}"


def moment(when: datetime) -> str:
    """A moment to the minute.

    >>> moment(datetime(2026, 8, 3, 9, 5))
    '3 August 2026, 09:05'
    """
    return f"{day(when)}, {when:%H:%M}"


def style(*, marking: str, left: str, right: str, foot: str) -> str:
    """The style of a document, with the words that its printed pages repeat at head and foot."""
    sheet = (files("kithmap.products") / "templates" / "document.css").read_text(encoding="utf-8")
    words = {"marking": marking, "left": left, "right": right, "foot": foot}
    return re.sub(r'"\{(\w+)\}"', lambda found: _css_string(words[found[1]]), sheet)


def _css_string(text: str) -> str:
    """A text as a CSS string that cannot end early, nor end the style element."""
    return '"' + "".join(c if c.isalnum() or c in " .,:-/()" else f"\\{ord(c):x} " for c in text) + '"'


def policy(styled: str) -> str:
    """A content security policy under which a page can load nothing but this one style."""
    digest = b64encode(sha256(styled.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def check_self_contained(html: str) -> None:
    """Refuse a document that would load anything from outside itself.

    Raises: Refused, naming the element and attribute.
    """
    finder = _Finder()
    finder.feed(html)
    finder.close()
    if finder.found:
        raise Refused(
            f"The document would reach outside itself: {'; '.join(finder.found[:5])}.",
            "A document holds everything it shows: a fetched picture or style would tell its host who reads it.",
            "Take the element out of the template, or write its content into the document.",
        )


class _Finder(HTMLParser):
    """Finds whatever a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if tag in _FOREIGN_TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            self._judge(tag, name, (value or "").strip())
        if tag == "meta" and dict(attrs).get("http-equiv", "") == "refresh":
            self.found.append("<meta http-equiv=refresh>")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._judge_style("style", data)

    def _judge(self, tag: str, name: str, value: str) -> None:
        fetched = name in _LOADS and not value.startswith(("#", "data:"))
        if fetched or name.startswith("on") or name == "style":
            self.found.append(f"<{tag} {name}>")
        self._judge_style(tag, value)

    def _judge_style(self, tag: str, text: str) -> None:
        away = [place for place in _URL.findall(text) if not place.startswith(("#", "data:"))]
        if away or (self._in_style and _IMPORT.search(text)):
            self.found.append(f"url() in <{tag}>")
