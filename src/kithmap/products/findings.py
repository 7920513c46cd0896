"""The findings of a profile: each a release's sentence, with how far it can be trusted and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row
from kithmap.products.facts import ProfileFacts
from kithmap.products.ranges import range_words
from kithmap.products.sections import subject
from kithmap.products.words import WHOLES, heading, is_number, narrowed, said, shown, withheld

MOST_FINDINGS = 7
_MUCH, _LITTLE = 0.10, 0.02
_FEW = 4

RULE = (
    "High: nothing withheld, no source known to be missing, and at most 2 % of rows refused and 2 % of links "
    "undecided. Low: more than half of the counts withheld, or more than 10 % of rows refused or of links "
    "undecided. Moderate: all else. The word says how far the records carry the sentence, not how likely harm is."
)


@dataclass(frozen=True)
class Confidence:
    """High, moderate or low, with the reason."""

    word: str
    why: str


@dataclass(frozen=True)
class Finding:
    """One sentence of the summary: its number where it has one, and what it rests on."""

    sentence: str
    number: str
    unit: str
    interval: str
    sources: str
    confidence: Confidence
    section: int


def find_findings(placed: Sequence[tuple[int, Release]], facts: ProfileFacts) -> tuple[Finding, ...]:
    """The findings of a profile, in the order of its sections, seven at most."""
    # A rate by age and a rate by sex begin with the same whole: the plainest of them is the finding.
    best: dict[str, tuple[int, Release]] = {}
    for pair in placed:
        about = subject(pair[1])
        best[about] = min(best.get(about, pair), pair, key=lambda one: withheld(one[1]))
    return tuple(
        _finding(section, release, facts) for section, release in list(best.values())[:MOST_FINDINGS]
    )


def _finding(section: int, release: Release, facts: ProfileFacts) -> Finding:
    row = whole_row(release)
    count = release.counts[0]
    return Finding(
        sentence=said(release.sentence),
        number=shown(count, row.get(count)) if row else "",
        unit=", ".join(filter(None, (heading(count).lower(), narrowed(release))))
        if row
        else narrowed(release),
        interval=_interval(row, count),
        sources=_sources(release.measure, facts),
        confidence=judge(release, facts),
        section=section,
    )


def _sources(measure: str, facts: ProfileFacts) -> str:
    holders = facts.sources_of.get(measure, facts.holders)
    if len(holders) > _FEW and set(holders) == set(facts.holders):
        return f"all {len(holders)} holders, in section 3"
    return ", ".join(holders)


def whole_row(release: Release) -> Row | None:
    """The row that counts everybody, where the release has one."""
    texts = [column for column in release.columns if not is_number(release, column)]
    for row in release.rows:
        if row.get("kind") == "all" or (
            "kind" not in texts and all(row.get(c) in (*WHOLES, None) for c in texts)
        ):
            return row
    return None


def _interval(row: Row | None, count: str) -> str:
    """How far the number may be out by its linkage, and a rate by chance."""
    if row is None:
        return ""
    people = range_words(row, count)
    ends = [row.get(end) for end in ("low", "high")]
    is_rated = all(isinstance(end, Cell) and end.value is not None for end in ends)
    said = [people] if people else []
    said += [f"{ends[0]} to {ends[1]} per 1,000"] if is_rated else []
    return f"{'; '.join(said)} (95 %)" if said else ""


def judge(release: Release, facts: ProfileFacts) -> Confidence:
    """Say how far the records carry a release's sentence, by a rule printed with it."""
    counts = len(release.rows) * len(release.counts)
    hidden = withheld(release) / counts if counts else 0.0
    low = _reasons(hidden > 0.5, "over half of its counts are withheld", facts, _MUCH)
    if low:
        return Confidence("Low", f"{'; '.join(low)}.")
    some = _reasons(hidden > 0, "some counts are withheld", facts, _LITTLE)
    if facts.missing:
        number = len(facts.missing)
        some.append(f"{number} {'source was' if number == 1 else 'sources were'} not obtained")
    if some:
        return Confidence("Moderate", f"{'; '.join(some)}.")
    return Confidence("High", "nothing is withheld and no known source is missing.")


def _reasons(hides: bool, why: str, facts: ProfileFacts, most: float) -> list[str]:
    reasons = [why] if hides else []
    if facts.refused_share > most:
        reasons.append(f"{facts.refused_share:.0%} of rows were refused")
    if facts.undecided_share > most:
        reasons.append(f"{facts.undecided_share:.0%} of links are undecided")
    return reasons
