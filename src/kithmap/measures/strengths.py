"""What is known to protect the young people who come to harm?"""

from collections.abc import Sequence
from typing import Any

from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule, Sums
from kithmap.measures.measure import Options, Row, measure
from kithmap.measures.population import (
    Ages,
    counted,
    draw_of,
    harms,
    in_words,
    number,
    people_in_words,
    standing_concerns,
    young_people,
)
from kithmap.model.codes import get_codes
from kithmap.model.tables import CONCERN, PERSON, STRENGTH

ALL, ANY = "All", "Any"
SOMETHING, NOTHING = "Something", "Nothing"


def say_strengths(rows: Sequence[Row], _options: Options) -> str:
    """Put in words for how many something is recorded that protects them, and what."""
    told = {(str(row["recorded"]), str(row["strength"])): row for row in rows if row["harm"] == ANY}
    whole = told.get((ALL, ALL))
    if whole is None:
        return "No young person has a recorded concern of any kind of harm."
    kinds = [
        f"{in_words(row, 'young_people')} {name[0].lower()}{name[1:]}"
        for (_, name), row in told.items()
        if name != ALL
    ]
    listed = f" ({', '.join(kinds)})" if kinds else ""
    verb = "has" if number(whole, "young_people") == 1 else "have"
    return (
        f"{people_in_words(whole, 'young_people')} {verb} a recorded concern: of "
        f"{in_words(told.get((SOMETHING, ALL)), 'young_people')} something is recorded that protects them{listed}, "
        f"of {in_words(told.get((NOTHING, ALL)), 'young_people')} nothing, which does not say that nothing does."
    )


@measure(
    question="What is known to protect young people here?",
    inputs=[CONCERN, PERSON, STRENGTH],
    purposes={Purpose.PROFILING, Purpose.SHARING, Purpose.CASE},
    rule=CountRule(
        counts=("young_people",),
        adds_up=Sums(columns=("recorded",)),
        people=("young_people",),
        seen_in=("concern",),
    ),
    chart="table",
    sentence=say_strengths,
)
def strengths(
    concerns: Any,
    people: Any,
    recorded: Any,
    *,
    harm: str = "",
    authority: str = "",
    role: str = "",
    ages: Ages = "under 18",
) -> Any:
    """Count young people by the harm recorded and by what is recorded to protect them, side by side.

    Shape: one row per harm and kind of strength; for each harm one row of those of whom something is
        recorded, one of those of whom nothing is, one of all; `Any` harm among them.
    Unit: young people with a standing concern, each once in a row. Harm and strength are two registers:
        one is never taken from the other.
    Columns: `harm` (Any: one or more of them; unless asked for, not the labels GANG and ASB), `recorded`
        (Something, Nothing, All), `strength` (the kind; All in the rows that are of no one kind),
        `young_people`.
    Source: requirement G12; the briefing's figure 1, vulnerable and resilient.

    >>> strengths.rule.adds_up.total
    'All'
    """
    import ibis

    draw = draw_of(concerns)
    person = [*draw, "person_id"]
    standing = standing_concerns(concerns, role=role)
    asked = standing.filter(harms(standing.harm, harm)).select(*person, "harm")
    young = young_people(people, authority=authority, ages=ages)
    each = asked.union(asked.mutate(harm=ibis.literal(ANY))).semi_join(young, person).distinct()
    known = recorded.filter(recorded.person_id.notnull()).select(*person, strength=_labels(recorded.code))
    known = known.distinct()
    parts = (
        (each.inner_join(known, person), SOMETHING),
        (each.semi_join(known, person), SOMETHING),
        (each.anti_join(known, person), NOTHING),
        (each, ALL),
    )
    shaped = [_count(rows, name, draw) for rows, name in parts]
    every = ibis.union(*shaped)
    last: Any = ibis.cases((every.strength == ALL, 1), else_=0)
    return every.order_by("harm", last, "strength", "recorded")


def _labels(code: Any) -> Any:
    """The kind of strength as people write it."""
    import ibis

    return ibis.cases(*((code == each.code, each.label) for each in get_codes("strength")), else_=code)


def _count(rows: Any, recorded: str, draw: list[str]) -> Any:
    import ibis

    keys = [*draw, "harm"]
    if "strength" in rows.columns:
        keys.append("strength")
    cells = counted(rows, keys, young_people=rows.person_id.nunique())
    return cells.select(
        *draw, "harm",
        recorded=ibis.literal(recorded),
        strength=cells.strength if "strength" in keys else ibis.literal(ALL),
        young_people=cells.young_people.cast("int64"),
    )  # fmt: skip
