"""Are the young people on several lists the same young people?"""

from collections.abc import Sequence
from typing import Any, Literal

from kithmap.governance.cells import Cell
from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule, Sets
from kithmap.measures.measure import Options, Row, measure
from kithmap.measures.population import (
    Ages,
    counted,
    draw_of,
    harms,
    in_words,
    named,
    number,
    people_in_words,
    range_in_words,
    standing_concerns,
    young_people,
)
from kithmap.model.tables import CONCERN, PERSON


def say_overlap(rows: Sequence[Row], options: Options) -> str:
    """Put the overlap in words: 30 + 30 = 45 young people, not 60."""
    totals = [row for row in rows if row["kind"] == "total"]
    everybody = next((row for row in rows if row["kind"] == "all"), None)
    kind = "list" if options.get("by", "list") == "list" else "kind of harm"
    if not totals:
        return f"No young person is recorded under any {kind} that was asked about."
    if len(totals) == 1:
        return f"{people_in_words(totals[0], 'young_people')}, all under one {kind}: {totals[0]['lists']}."
    parts = " + ".join(in_words(row, "young_people") for row in totals)
    numbers = [number(row, "young_people") for row in totals]
    known = [each for each in numbers if each is not None]
    twice = f", not {sum(known):,}" if len(known) == len(numbers) else ""
    shared = _shared(rows, len(totals), kind)
    if shared.startswith("none"):
        twice = ""
    named_lists = "" if len(totals) == 2 else " (" + ", ".join(str(row["lists"]) for row in totals) + ")"
    told = f"{parts}{named_lists} = {people_in_words(everybody, 'young_people')}{twice}: {shared}"
    return f"{told}{_unsure(rows)}."


def _shared(rows: Sequence[Row], lists: int, kind: str) -> str:
    """How many are on more than one list, in words."""
    several = [row for row in rows if row["kind"] == "combination" and " + " in str(row["lists"])]
    numbers = [number(row, "young_people") for row in several]
    where = f"both {kind}s" if lists == 2 else f"more than one {kind}"
    where = where.replace("both kind of harms", "both kinds of harm")
    verb = "on" if kind == "list" else "recorded under"
    if None in numbers:
        return f"how many are {verb} {where} is withheld"
    shared = sum(n for n in numbers if n is not None)
    if not shared:
        return f"none is {verb} {where}"
    # Ranges do not add up: only of one combination is its range that of all who are shared.
    ends = range_in_words(several[0], "young_people") if len(several) == 1 else ""
    return f"{shared:,} {'is' if shared == 1 else 'are'} {verb} {where}{ends}"


def _unsure(rows: Sequence[Row]) -> str:
    """How many of those shared rest on links that may be wrong, in words; nothing where none does."""
    several = [row for row in rows if row["kind"] == "combination" and " + " in str(row["lists"])]
    cells = [row.get("young_people_unsure") for row in several]
    numbers = [cell.value for cell in cells if isinstance(cell, Cell)]
    if None in numbers:
        return "; a few of them rest on links nobody has confirmed"
    unsure = sum(number for number in numbers if number is not None)
    if not unsure:
        return ""
    return f"; {unsure:,} of them {'rests' if unsure == 1 else 'rest'} on links nobody has confirmed"


@measure(
    question="Are the young people on these lists different young people, or the same?",
    inputs=[CONCERN, PERSON],
    purposes={Purpose.PROFILING, Purpose.SHARING, Purpose.CASE, Purpose.QUALITY},
    rule=CountRule(
        counts=("young_people",),
        adds_up=Sets(column="lists"),
        people=("young_people",),
        seen_in=("concern",),
    ),
    chart="upset",
    sentence=say_overlap,
)
def overlap(
    concerns: Any,
    people: Any,
    *,
    by: Literal["list", "harm"] = "list",
    lists: str = "",
    authority: str = "",
    role: str = "",
    ages: Ages = "under 18",
) -> Any:
    """Count young people by the lists, or the kinds of harm, they are recorded under.

    Shape: one row per combination that somebody is under, one `total` row per list, one `all` row.
    Unit: young people, each counted once, however many records tell of them.
    Columns: `lists` (names in order, parted by ` + `; `All` for everybody), `kind` (combination:
        under exactly these; total: under this one, alone or with others; all), `young_people`.
    Source: requirements G06 and G07; UpSet: Lex and others (2014).

    >>> overlap.rule.counts
    ('young_people',)
    """
    import ibis

    name = concerns["list"] if by == "list" else concerns.harm
    standing = standing_concerns(concerns.mutate(name=name.replace(" + ", " and ")), role=role)
    asked = standing.filter((named if by == "list" else harms)(standing.name, lists))
    young = young_people(people, authority=authority, ages=ages)
    draw = draw_of(concerns)
    pairs = asked.semi_join(young, [*draw, "person_id"]).select(*draw, "person_id", "name").distinct()
    each = pairs.group_by([*draw, "person_id"]).agg(lists=pairs.name.collect().sort().join(" + "))
    combinations = each.group_by([*draw, "lists"]).agg(young_people=each.count())
    totals = pairs.group_by([*draw, "name"]).agg(young_people=pairs.count()).rename(lists="name")
    everybody = counted(each, draw, young_people=each.count()).mutate(lists=ibis.literal("All"))
    kinds = ((combinations, "combination"), (totals, "total"), (everybody, "all"))
    shaped = [
        table.select(*draw, "lists", kind=ibis.literal(kind), young_people=table.young_people.cast("int64"))
        for table, kind in kinds
    ]
    return ibis.union(*shaped).order_by("kind", "lists")
