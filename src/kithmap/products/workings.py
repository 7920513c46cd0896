"""The workings a profile prints: sources, linkage, code lists, manifest, releases, as grids."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.governance.levels import Level
from kithmap.measures.disproportionality import ALL, NOT_KNOWN
from kithmap.model.codes import code_lists, get_codes
from kithmap.products.benchmarks import BENCHMARKS
from kithmap.products.documents import day
from kithmap.products.facts import ExtractLine, ProfileFacts, working_number, working_period
from kithmap.products.ratios import MEASURE
from kithmap.products.tables import Grid
from kithmap.products.words import label, shown, withheld

_CODE_LISTS = (
    "manifestation", "role", "context_type", "dfe_ethnicity", "dfe_exclusion_reason", "cin_assessment_factors",
)  # fmt: skip
_MOST_DIGESTS = 40
_LARGE = 1000


def source_grid(facts: ProfileFacts, releases: Iterable[Release]) -> Grid:
    """The sources, one line a holder and layout: period, rows, refused, linked."""
    linked = {
        str(row.get("source")): shown("linked_percent", row.get("linked_percent"))
        for release in releases
        if release.measure == "sources"
        for row in release.rows
    }
    rows: list[tuple[str, ...]] = []
    for holder, layout in sorted({(line.holder, line.layout) for line in facts.extracts}):
        lines = [line for line in facts.extracts if (line.holder, line.layout) == (holder, layout)]
        numbers = (
            sum(line.rows_in for line in lines),
            sum(line.kept for line in lines),
            sum(line.refused for line in lines),
        )
        rows.append(
            (
                holder,
                label("source", layout),
                str(len(lines)),
                _period(lines, facts.level),
                *(working_number(number, facts.level) for number in numbers),
                linked.get(layout, ""),
            )
        )
    headings = ("Holder", "Source", "Extracts", "Period", "Rows", "Kept", "Refused", "Linked, %")
    return Grid(headings, (False, False, True, False, True, True, True, True), tuple(rows))


def _period(lines: Sequence[ExtractLine], level: Level) -> str:
    first = min((line.first_on for line in lines if line.first_on), default=None)
    last = max((line.last_on for line in lines if line.last_on), default=None)
    return working_period(first, last, level)


def benchmark_grid() -> Grid:
    """What the inquiry found, as a table."""
    return Grid(
        ("Gap", "Where", "Share", "Of"),
        (False, False, False, False),
        tuple((line.of, line.where, line.share, line.base) for line in BENCHMARKS),
    )


def unknown_ethnicity(releases: Iterable[Release]) -> str:
    """The share of young people of concern without an ethnic group; empty where no release tells."""
    for release in releases:
        if release.measure == MEASURE:
            groups = {row.get("group"): row.get(release.counts[0]) for row in release.rows}
            unknown, whole = groups.get(NOT_KNOWN), groups.get(ALL)
            if (
                isinstance(unknown, Cell)
                and unknown.value is not None
                and isinstance(whole, Cell)
                and whole.value
            ):
                return f"{unknown.value / whole.value:.0%}"
    return ""


def linkage_figures(facts: ProfileFacts) -> tuple[tuple[str, str], ...]:
    """How mentions became people, each number as the level shows it."""
    figures = facts.linkage
    said = [
        ("records of a person", figures.mentions),
        ("people they became", figures.people),
        ("links made", figures.links),
    ]
    if figures.candidate_pairs is not None:
        said.append(("pairs compared", figures.candidate_pairs))
    if figures.undecided is not None:
        said.append(("links undecided", figures.undecided))
    return tuple(
        # Totals over the whole build are in every release's caveats as they are.
        (words, f"{number:,}" if number >= _LARGE else working_number(number, facts.level))
        for words, number in said
    )


def code_grid() -> Grid:
    """The code lists the measures read, each with a fingerprint of what it says."""
    rows = [
        (
            name,
            str(len(codes)),
            sha256("\n".join(f"{c.code}\t{c.label}" for c in codes).encode()).hexdigest()[:12],
        )
        for name in _CODE_LISTS
        if name in code_lists() and (codes := get_codes(name))
    ]
    return Grid(("List", "Codes", "SHA-256, first 12"), (False, True, False), tuple(rows))


def manifest_digest(facts: ProfileFacts) -> str:
    """One SHA-256 over the whole manifest, whatever the order of its parts."""
    return sha256(
        "\n".join(sorted(f"{part.name}\t{part.sha256}" for part in facts.manifest)).encode()
    ).hexdigest()


def digest_grid(facts: ProfileFacts) -> Grid | None:
    """The manifest part by part; None where it would fill pages."""
    if len(facts.manifest) > _MOST_DIGESTS:
        return None
    return Grid(
        ("Part", "SHA-256"), (False, False), tuple((part.name, part.sha256[:16]) for part in facts.manifest)
    )


def release_grid(releases: Iterable[Release]) -> Grid:
    """The releases a profile stands on."""
    rows = [
        (
            release.release_id,
            label("measure", release.measure),
            ", ".join(
                f"{name} {value}" for name, value in release.options.items() if value not in ("", None)
            ),
            str(len(release.rows)),
            str(withheld(release)),
            day(release.released_at),
        )
        for release in releases
    ]
    headings = ("Release", "Measure", "Asked with", "Rows", "Withheld", "Released")
    return Grid(headings, (False, False, False, True, True, False), tuple(rows))
