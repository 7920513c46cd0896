"""Which sections a profile has, which release stands in which, and what is left out and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kithmap.desk.answers import Release
from kithmap.governance.levels import Level
from kithmap.measures.measure import Row
from kithmap.products.charts import figure_name, to_svg
from kithmap.products.crossings import cross
from kithmap.products.order import ordered
from kithmap.products.ratios import ratio_grids
from kithmap.products.tables import Grid, grid
from kithmap.products.upset import left_out_words, read_overlap
from kithmap.products.words import NO_NAMES, Names, heading, label, narrowed, said

TITLES: Mapping[int, str] = {
    1: "The question, and the decision it serves",
    2: "Findings",
    3: "What this profile can and cannot tell",
    4: "Who",
    5: "How",
    6: "Where",
    7: "Schools",
    8: "Families and households",
    9: "Peer groups",
    10: "Missing episodes",
    11: "Patterns",
    12: "Journeys through services",
    13: "Resilience",
    14: "Across borders",
    15: "Provision, gaps and recommendations",
    16: "Quality annex",
    17: "Distribution and access",
}
LEADS: Mapping[int, str] = {
    4: "Each young person is counted once, however many records tell of them.",
    5: "Kinds of harm are counted as the sources record them. One young person may be under several.",
    6: "Contexts are families, groups, schools and places. Places are given by type or as hexagons of a map; above "
    "R0 none is named.",
    7: "Schools appear by a neutral code, in the order of their codes. This is not a ranking.",
    9: "Structure only: how many groups, and how many young people in them. No group or person is named.",
    13: "What protects stands beside the harm and is never taken from it: no number nets the two.",
}
# Written for the reader who looks for a section: what would be in it, and why it is not.
ABSENT: Mapping[int, str] = {
    8: "Families are counted as a context in section 6. Exposure to domestic abuse, and what follows it, is not yet "
    "measured.",
    10: "Missing episodes are received and linked, but not yet reconciled between police, care and school.",
    11: "Similar incidents are not yet compared.",
    12: "What services did, and when, is not yet set out in order.",
    14: "People and events that cross between authorities are counted once, but the crossing is not yet measured.",
    15: "Nothing stands in the register of provision, or this level does not give it. What to do is for the "
    "partnership to write: a profile gives evidence; people decide.",
}
NO_RELEASE = "No release in this profile answers it."
NOT_AT_LEVEL = "Not given at this level."
_AT_NO_LEVEL: Mapping[Level, tuple[int, ...]] = {Level.R2: (7,), Level.R3: (7,)}
_GROUPS_CAVEAT = (
    "A peer group is found from young people recorded together. It says who is seen with whom, not who leads, "
    "and not that everybody in it has done or suffered harm."
)
SOURCES = 3
_FILLED = (4, 5, 6, 7, 9, 13)

# What no release can say for itself: the limits of the question, beside the limits of the records.
LIMITS: Mapping[str, str] = {
    "overlap": "Who is on no list. Being on none may mean that nobody looked.",
    "prevalence": "Whether more was recorded because more happened, or because somebody looked harder.",
    "trend": "Whether more came to notice because more happened, or because a source began or somebody looked harder.",
    "shared_contexts": "Contexts that no source names, and whether one harm led to another where two are found.",
    "places": "Where harm happens that nobody records: more events may mean more patrols, and many have no place.",
    "peer_groups": "Who leads, and whether everybody in a group has done or suffered harm: only who was recorded together.",
    "schools": "Whether the harm was at the school: the count is of its pupils, wherever they were harmed.",
    "strengths": "What protects those of whom nothing is recorded: few sources ask. Guardians and provision are not counted.",
    "disproportionality": "Why the numbers differ: a group may be harmed more, looked at more, or recorded more. Who is missing from a denominator.",
    "sources": "Why a source adds much: it may know more, or it may write names so badly that they are not linked.",
}


@dataclass(frozen=True)
class Figure:
    """One release in a section: question, answer, picture, the equal table, what it cannot tell."""

    number: str
    anchor: str
    question: str
    sentence: str
    scope: str
    svg: str
    grids: tuple[tuple[str, Grid], ...]
    notes: tuple[str, ...]
    caveats: tuple[str, ...]
    release: str
    unit: str
    full: Grid | None = None

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """The marks its tables use, each with its meaning, once."""
        return tuple(dict.fromkeys(mark for _, grid in self.grids for mark in grid.marks))


def place(releases: Sequence[Release], level: Level) -> tuple[tuple[int, Release], ...]:
    """Each release with the section it stands in, in the order of the sections."""
    placed = [(_section(release), release) for release in releases]
    kept = [(number, release) for number, release in placed if number not in _AT_NO_LEVEL.get(level, ())]
    return tuple(sorted(kept, key=lambda pair: pair[0]))


_SECTION = {
    "disproportionality": 4, "places": 6, "schools": 7, "peer_groups": 9, "sources": SOURCES, "shared_contexts": 6,
    "strengths": 13,
}  # fmt: skip


def _section(release: Release) -> int:
    by = release.options.get("by")
    match release.measure:
        case "overlap":
            return 5 if by == "harm" else 4
        case "prevalence":
            return 5 if by in (None, "none") else 4
        case name:
            return _SECTION.get(name, 5)


def absent(placed: Sequence[tuple[int, Release]], level: Level) -> tuple[tuple[int, str, str], ...]:
    """The sections this profile does not have: number, title, why."""
    filled = {number for number, _ in placed} | ({9} if _groups(placed) else set[int]())
    why = {number: NO_RELEASE for number in _FILLED if number not in filled}
    why |= dict.fromkeys(_AT_NO_LEVEL.get(level, ()), NOT_AT_LEVEL) | dict(ABSENT)
    return tuple((number, TITLES[number], why[number]) for number in sorted(why))


def common_caveats(placed: Sequence[tuple[int, Release]]) -> tuple[str, ...]:
    """What every release says it cannot tell: said once for the profile, not with each figure."""
    each = [release.caveats for _, release in placed]
    return tuple(caveat for caveat in each[0] if all(caveat in caveats for caveats in each)) if each else ()


def make_figures(placed: Sequence[tuple[int, Release]], names: Names = NO_NAMES) -> dict[int, list[Figure]]:
    """The figures of each section, numbered within it."""
    figures: dict[int, list[Figure]] = {}
    told: set[tuple[int, str]] = set()
    common = common_caveats(placed)
    for number, release in placed:
        here = figures.setdefault(number, [])
        # Table 3.1 is the profile's own: the sources as they were received.
        named = f"{number}.{len(here) + (2 if number == SOURCES else 1)}"
        figure = _figure(release, named, names)
        own = tuple(caveat for caveat in figure.caveats if caveat not in common)
        if (number, subject(release)) in told:
            figure = replace(figure, question=_again(release), sentence="", caveats=own[1:])
        else:
            figure = replace(figure, caveats=own)
        told.add((number, subject(release)))
        here.append(figure)
    groups = _groups(placed)
    if groups:
        here = figures.setdefault(9, [])
        here.append(_group_figure(*groups, number=f"9.{len(here) + 1}"))
    return figures


def subject(release: Release) -> str:
    """What a release is about: a rate by age and a rate by sex begin with the same answer."""
    by = release.options.get("by") if release.measure == "overlap" else ""
    narrowed = sorted(f"{name} {value}" for name, value in release.options.items() if name != "by")
    return f"{release.measure} {by} {narrowed}"


def _figure(release: Release, number: str, names: Names) -> Figure:
    left_out = left_out_words(release) if release.chart == "upset" else ""
    limit = LIMITS.get(release.measure)
    return Figure(
        number=number,
        anchor=figure_name(release),
        question=_asked(release),
        sentence=said(release.sentence),
        scope=_scope(release),
        svg=to_svg(release, names),
        grids=ratio_grids(release)
        or cross(release, names)
        or (("", grid(release, _drawn_rows(release), names)),),
        notes=(left_out,) if left_out else (),
        caveats=(limit, *release.caveats) if limit else release.caveats,
        release=release.release_id,
        unit=said(release.unit),
        full=grid(release, names=names) if left_out else None,
    )


def _asked(release: Release) -> str:
    """The question, with whom it was asked of, where that is less than everybody."""
    of = narrowed(release)
    return f"{of}: {release.question[0].lower()}{release.question[1:]}" if of else release.question


def _again(release: Release) -> str:
    """The heading of a question asked again in a section: by what, or of what."""
    by = release.options.get("by")
    return f"The same, by {label('', str(by)).lower()}" if by and by != "none" else _asked(release)


def _drawn_rows(release: Release) -> Sequence[Row] | None:
    """The rows that the figure shows, in its order; None where it shows them all."""
    if release.chart != "upset":
        return None
    overlap = read_overlap(release)
    combinations = {
        overlap.split(str(row.get(overlap.column))): row
        for row in release.rows
        if row.get("kind") == "combination"
    }
    wholes = [row for row in release.rows if row.get("kind") != "combination"]
    return [*(combinations[combination.lists] for combination in overlap.drawn), *wholes]


def _scope(release: Release) -> str:
    """The options it was asked with, in words: those that narrow or part what is counted."""
    words = [
        f"{heading(name).lower()} {value}" for name, value in release.options.items() if _narrows(name, value)
    ]
    return ", ".join(words)


def _narrows(name: str, value: object) -> bool:
    return name not in ("permutations", "seed") and value not in ("", None, "none")


def _groups(placed: Sequence[tuple[int, Release]]) -> tuple[Release, list[Row]] | None:
    """The release and its rows that count peer groups, where there are any."""
    for _, release in placed:
        if release.measure == "shared_contexts":
            rows = [row for row in ordered(release) if row.get("context_type") == "peer_group"]
            return (release, rows) if rows else None
    return None


def _group_figure(release: Release, rows: Sequence[Row], *, number: str) -> Figure:
    return Figure(
        number=number,
        anchor=f"{figure_name(release)}-groups",
        question="Which kinds of harm are held in peer groups?",
        sentence="These are the rows of section 6 that count peer groups.",
        scope=_scope(release),
        svg="",
        grids=(("", grid(release, rows)),),
        notes=(),
        caveats=(_GROUPS_CAVEAT,),
        release=release.release_id,
        unit=said(release.unit),
    )
