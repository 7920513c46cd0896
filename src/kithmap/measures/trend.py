"""Is the number of young people recorded for each kind of harm rising or falling?"""

from collections.abc import Sequence
from typing import Any

from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule
from kithmap.measures.measure import Options, Row, measure
from kithmap.measures.population import Ages, draw_of, harms, number, young_people
from kithmap.model.tables import CONCERN, PERSON

ANY, NOT_DATED = "Any", "Not dated"
YEAR = 4  # quarters
FEWEST_PAIRS = 3
# A source whose first record is but a quarter late may have had nothing to record.
LATE = 2


def say_trend(rows: Sequence[Row], _options: Options) -> str:
    """Put in words how the last whole quarters compare with the same a year before: season against season."""
    said = [_compared(rows, harm) for harm in sorted({str(row["harm"]) for row in rows} - {ANY})]
    told = [sentence for sentence in (_compared(rows, ANY), *said) if sentence]
    if not rows:
        return "No young person has a recorded concern of any kind of harm."
    if not told:
        return "There are too few whole quarters that can be shown: a rise cannot be told from a season."
    moved = _moved(rows)
    changed = f" Sources that begin or end meanwhile may be why: {', '.join(moved)}." if moved else ""
    return f"{' '.join(told)}{changed}"


def _compared(rows: Sequence[Row], harm: str) -> str:
    from kithmap.stats.rates import rate_ratio_exact

    of_harm = {str(row["quarter"]): number(row, "young_people") for row in rows if row["harm"] == harm}
    pairs = _pairs(_whole_quarters(rows))
    counts = [(of_harm.get(then, 0), of_harm.get(now, 0)) for then, now in pairs]
    if not of_harm or not counts or any(None in pair for pair in counts):
        return ""
    before, after = (sum(int(pair[side] or 0) for pair in counts) for side in (0, 1))
    low, high = (float(end[0]) for end in rate_ratio_exact([after], [1], [before], [1]))
    way = "more" if low > 1 else "fewer" if high < 1 else "no clear change"
    size = (
        f"{after / before:.2f} times, {low:.2f} to {high:.2f}" if before and after else "too few to compare"
    )
    if harm != ANY:
        return f"{harm}: {after:,} against {before:,}, {way} ({size})."
    span = f"{pairs[0][1]} to {pairs[-1][1]}"
    return f"In {span}, {after:,} were recorded, quarter by quarter, against {before:,} in the same quarters a year before: {way} ({size})."


def _pairs(quarters: Sequence[str]) -> list[tuple[str, str]]:
    """Each of the last quarters, four at most, with the same quarter a year before; three pairs at least, or none."""
    pairs = list(zip(quarters, quarters[YEAR:], strict=False))[-YEAR:]
    return pairs if len(pairs) >= FEWEST_PAIRS else []


def _whole_quarters(rows: Sequence[Row]) -> list[str]:
    """The quarters in order, without gaps and without the first and the last, which records may begin or end within."""
    known = sorted({str(row["quarter"]) for row in rows} - {NOT_DATED})
    if not known:
        return []
    first, last = (_place(known[end]) for end in (0, -1))
    return [_name(place) for place in range(first + 1, last)]


def _moved(rows: Sequence[Row]) -> list[str]:
    quarters = {quarter for pair in _pairs(_whole_quarters(rows)) for quarter in pair}
    texts = {str(row["changes"]) for row in rows if row["quarter"] in quarters and row.get("changes")}
    return sorted({each for text in texts for each in text.split("; ")})


def _place(quarter: str) -> int:
    year, _, number = quarter.partition(" Q")
    return int(year) * YEAR + int(number) - 1


def _name(place: int) -> str:
    return f"{place // YEAR} Q{place % YEAR + 1}"


@measure(
    question="Is the number of young people recorded for each kind of harm rising or falling?",
    inputs=[CONCERN, PERSON],
    purposes={Purpose.PROFILING, Purpose.SHARING, Purpose.CASE},
    rule=CountRule(
        counts=("young_people",),
        people=("young_people",),
        seen_in=("concern",),
    ),
    chart="line",
    sentence=say_trend,
)
def trend(
    concerns: Any,
    people: Any,
    *,
    harm: str = "",
    authority: str = "",
    role: str = "",
    ages: Ages = "under 18",
) -> Any:
    """Count young people by the quarter in which a concern of each harm was recorded of them.

    Shape: one row per harm and quarter of a year with somebody; `Not dated` among the quarters, `Any` among the harms.
    Unit: young people with a concern begun in the quarter, each once for a harm and quarter, and again in another.
    Columns: `harm` (Any: one or more of them; unless asked for, not the labels GANG and ASB), `quarter` (such as
        2026 Q1, calendar quarters; Not dated: the record has no day), `changes` (sources whose first record of any such
        concern is in the quarter, half a year or more after the first of all, or whose last is, half a year or
        more before the last of all: a rise may be theirs), `young_people`.
    Source: requirement D04; the sentence compares quarters with the same a year before by the exact interval of two
        Poisson rates (Przyborowski and Wilenski 1940; Clopper and Pearson 1934): the seasons stand on both sides.
        It takes quarters as independent, which one person's are not: it is the narrowest that it may be.

    >>> trend.chart
    'line'
    """
    import ibis

    # Concerns that ended count: leaving them out would make a rise of nothing. The first record of each person
    # alone would make a fall of nothing: whoever was known before the extracts begin seems new in the first.
    person = [*draw_of(concerns), "person_id"]
    asked = concerns.filter(harms(concerns.harm, harm))
    asked = asked.filter(asked.role == role) if role else asked
    young = young_people(people, authority=authority, ages=ages)
    seen = asked.semi_join(young, person)
    pairs = seen.select(*person, "harm", quarter=_quarter(seen.start_on))
    each = ibis.union(pairs, pairs.mutate(harm=ibis.literal(ANY))).distinct()
    cells = each.group_by([*draw_of(concerns), "harm", "quarter"]).agg(
        young_people=each.count().cast("int64")
    )
    if draw_of(concerns):
        return cells
    moved = _changes(seen)
    joined = cells.left_join(moved, "quarter").drop("quarter_right")
    return joined.select("harm", "quarter", "changes", "young_people").order_by("harm", "quarter")


def _quarter(day: Any) -> Any:
    """The quarter of a day, in words that sort in time."""
    return (day.year().cast("string") + " Q" + day.quarter().cast("string")).fill_null(NOT_DATED)


def _changes(seen: Any) -> Any:
    """The sources that begin late, or end early, by the quarter."""
    import ibis

    known = seen.filter(seen.start_on.notnull())
    place = known.start_on.year() * YEAR + known.start_on.quarter()
    known = known.select("layout", place=place, quarter=_quarter(known.start_on))
    spans = known.group_by("layout").agg(
        begins=known.quarter.min(), ends=known.quarter.max(), first=known.place.min(), last=known.place.max()
    )
    whole = spans.agg(earliest=spans["first"].min(), latest=spans["last"].max())
    spans = spans.cross_join(whole)
    begun = spans.filter(spans["first"] - spans.earliest >= LATE)
    ended = spans.filter(spans.latest - spans["last"] >= LATE)
    told = ibis.union(
        begun.select(quarter="begins", said=begun.layout + " begins"),
        ended.select(quarter="ends", said=ended.layout + " ends"),
    )
    return told.group_by("quarter").agg(changes=told.said.collect().sort().join("; "))
