"""What a profile says of itself: its cover, its sources, its linkage, its manifest. Nothing personal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from kithmap.governance.levels import LEVELS, Level, LevelRule
from kithmap.governance.markings import Borne

_ROUGHLY = 10


@dataclass(frozen=True)
class ExtractLine:
    """One extract in the build: who sent it, of what time, how many of its rows were kept."""

    holder: str
    layout: str
    first_on: date | None
    last_on: date | None
    rows_in: int
    kept: int
    refused: int


@dataclass(frozen=True)
class MissingSource:
    """A source the profile does not have, and why."""

    source: str
    why: str


@dataclass(frozen=True)
class ShownExcerpt:
    """An excerpt as it stands in a profile: its signed text, whose extract it is of, what goes with it, who signed."""

    text: str
    holder: str
    marking: str
    conditions: tuple[str, ...]
    signed_by: str
    signed_on: date


@dataclass(frozen=True)
class OfferLine:
    """One offer of the register of provision, as a level may hold it: place, provider, times and ages inside alone."""

    authority: str
    kind: str
    after_school: bool
    evening: bool
    weekend: bool
    is_timed: bool
    place: str = ""
    provider: str = ""
    when: str = ""
    ages: str = ""


@dataclass(frozen=True)
class LinkageFigures:
    """How the mentions of a build became people; None what nobody counted, as pairs where only the new were linked.

    No F1 here, ever: only a made-up world knows who everybody is.
    """

    mentions: int
    people: int
    links: int
    candidate_pairs: int | None
    undecided: int | None = None


@dataclass(frozen=True)
class Digest:
    """One line of the build's manifest: what was used, and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True)
class ProfileFacts:
    """Everything a profile says that is not an answer: filled by whoever publishes it."""

    title: str
    question: str
    decision: str
    purpose_id: str
    approver: str
    period: str
    authorities: Mapping[str, str]
    level: Level
    build_id: str
    built_at: datetime
    version: str
    expires_on: date
    author: str
    approved_by: tuple[str, ...]
    to: str
    linkage: LinkageFigures
    extracts: tuple[ExtractLine, ...]
    manifest: tuple[Digest, ...]
    published_on: date
    missing: tuple[MissingSource, ...] = ()
    offers: tuple[OfferLine, ...] = ()
    readers: str = ""
    recall: str = ""
    # The strictest marking of the agreements behind it, and every condition of theirs.
    handling: str = Borne.marking
    conditions: tuple[str, ...] = ()
    status: str = "partial"
    access_lines: int = 0
    engine: str = ""
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    sources_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    # What the partnership wrote itself, before and after the answer of each release.
    own_words: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    # The signed excerpts after the answer of each release.
    excerpts: Mapping[str, tuple[ShownExcerpt, ...]] = field(
        default_factory=dict[str, tuple[ShownExcerpt, ...]]
    )

    @property
    def rule(self) -> LevelRule:
        """What the level shows."""
        return LEVELS[self.level]

    @property
    def holders(self) -> tuple[str, ...]:
        """Who sent extracts, each once, in order."""
        return tuple(sorted({line.holder for line in self.extracts}))

    @property
    def refused_share(self) -> float:
        """The share of all rows that were refused."""
        rows = sum(line.rows_in for line in self.extracts)
        return sum(line.refused for line in self.extracts) / rows if rows else 0.0

    @property
    def undecided_share(self) -> float:
        """Undecided links for each link made; 0 where none is counted."""
        undecided = self.linkage.undecided or 0
        return undecided / self.linkage.links if self.linkage.links else 0.0


def working_period(first: date | None, last: date | None, level: Level) -> str:
    """The days a source speaks of, as a level may show them: by month outside.

    A list of three young people has three dates; the first of them is somebody's.

    >>> working_period(date(2025, 8, 3), date(2026, 7, 31), Level.R1)
    'August 2025 to July 2026'
    """
    form = "%d/%m/%Y" if LEVELS[level].withhold_below <= 1 else "%B %Y"
    ends = list(dict.fromkeys(f"{day:{form}}" for day in (first, last) if day))
    return " to ".join(ends) or "no dates"


def working_number(number: int, level: Level) -> str:
    """A number of the workings as a level may show it: exact inside, to the nearest ten outside.

    A panel's list has one row a young person, so an exact number of rows would tell the count
    that a table withholds.

    >>> working_number(1234, Level.R0), working_number(1234, Level.R1), working_number(3, Level.R1)
    ('1,234', 'about 1,230', 'fewer than 10')
    """
    if LEVELS[level].withhold_below <= 1 or number == 0:
        return f"{number:,}"
    if number < _ROUGHLY:
        return f"fewer than {_ROUGHLY}"
    return f"about {(number + _ROUGHLY // 2) // _ROUGHLY * _ROUGHLY:,}"
