"""Figures drawn once: the same content has the same figure, whoever asked, so it is kept by its hash."""

from collections.abc import Callable
from hashlib import sha256
from json import dumps

from markupsafe import Markup

from kithmap.desk.answers import Release
from kithmap.desk.release_content import to_content
from kithmap.desk.remembered import Remembered
from kithmap.products import charts
from kithmap.products.words import Names

MOST_LETTERS = 32 * 2**20
# Of whom it is, what for and when is said beside a figure, never in it.
NOT_DRAWN = ("approved_by", "build", "caveats", "purpose", "release_id", "released_at", "to")
_DRAWN: Remembered[str] = Remembered(MOST_LETTERS, len)


def figure_of(release: Release, names: Names) -> Markup:
    """The figure of an answer; empty where it has none."""
    return drawn("", release, names, lambda: charts.to_svg(release, names))


def drawn(how: str, release: Release, names: Names, draw: Callable[[], str]) -> Markup:
    """A figure of an answer, drawn in a way that `how` tells from every other way."""
    content = {name: value for name, value in to_content(release).items() if name not in NOT_DRAWN}
    said = dumps([how, content, dict(names)], sort_keys=True, ensure_ascii=False)
    key = sha256(said.encode()).digest()
    return Markup(_DRAWN.get(key, draw))  # noqa: S704  drawn by us from cells; every text in it escaped
