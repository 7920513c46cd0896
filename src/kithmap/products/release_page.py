"""One release as a document of its own: what it says, how it may be handled, until when; nothing from elsewhere."""

from dataclasses import dataclass
from datetime import date

from kithmap.desk.answers import Release
from kithmap.governance.levels import LEVELS
from kithmap.governance.markings import Borne
from kithmap.products.charts import to_svg
from kithmap.products.documents import check_self_contained, day, policy, render, style
from kithmap.products.tables import grid
from kithmap.products.words import said


@dataclass(frozen=True)
class Handling:
    """How a copy may be handled, the last day it may be used, and the marking of the agreements behind it."""

    words: str = ""
    until: date | None = None
    marking: str = Borne.marking

    @property
    def sentence(self) -> str:
        """It in words, for the head and the foot of a copy."""
        until = f"Not to be used after {day(self.until)}." if self.until else "No last day was set."
        return f"{self.words.rstrip('.')}. {until}" if self.words else until


def build_release_page(release: Release, handling: Handling) -> str:
    """Set one release out as a self-contained HTML document, with its figure and its equal table."""
    rule = LEVELS[release.level]
    styled = style(
        marking=handling.marking,
        left=release.measure,
        right=f"{rule.level.value} {rule.title}",
        foot=handling.sentence,
    )
    html = render(
        "release.html.j2",
        release=release,
        rule=rule,
        marking=handling.marking,
        handling=handling,
        sentence=said(release.sentence),
        unit=said(release.unit),
        grid=grid(release),
        svg=to_svg(release),
        style=styled,
        policy=policy(styled),
    )
    check_self_contained(html)
    return html
