"""What does each source add that the others do not hold?"""

from collections.abc import Sequence
from typing import Any

from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule
from kithmap.measures.measure import Options, Row, measure
from kithmap.measures.population import (
    Ages,
    draw_of,
    harms,
    number,
    people_in_words,
    standing_concerns,
    young_people,
)
from kithmap.model.tables import CONCERN, EXTRACT, MEMBERSHIP, PERSON, PERSON_SOURCE

PARTS = ("only_here", "first_here", "seen_before")
OF_CONCERN = ("young_people_of_concern", "concerns_only_here")


def say_sources(rows: Sequence[Row], _options: Options) -> str:
    """Put in words how many sources there are, and which adds most."""
    if not rows:
        return "No source has been received."
    known = [row for row in rows if number(row, "concerns_only_here")]
    first = f"{len(rows)} {'source' if len(rows) == 1 else 'sources'} are linked"
    if not known:
        return f"{first}; none holds concerns about young people whom no other source is worried about."
    most = max(known, key=lambda row: number(row, "concerns_only_here") or 0)
    return (
        f"{first}; the one that adds most is {most['source']}: {people_in_words(most, 'concerns_only_here')} "
        f"{'has' if number(most, 'concerns_only_here') == 1 else 'have'} a recorded concern there and in no other source."
    )


def add_share(table: Any) -> Any:
    """Add the share of a source's young people who are in another source as well."""
    import numpy as np
    import pyarrow as pa

    alone, first, before = (np.array(table[name].to_pylist(), dtype=float) for name in PARTS)
    people = alone + first + before
    share = np.divide(100 * (first + before), people, out=np.full(len(people), np.nan), where=people > 0)
    return table.append_column("linked_percent", pa.array(share, from_pandas=True))


@measure(
    question="What does each source add that the others do not hold?",
    inputs=[EXTRACT, PERSON_SOURCE, PERSON, CONCERN, MEMBERSHIP],
    purposes={Purpose.PROFILING, Purpose.SHARING, Purpose.QUALITY},
    rule=CountRule(
        counts=(*PARTS, *OF_CONCERN),
        derived=(("linked_percent", PARTS), ("contexts", ("first_here",))),
        # A panel's list has one row a young person: its exact rows would bound a withheld count.
        names=("rows", "refused"),
        people=(*PARTS, *OF_CONCERN),
    ),
    chart="bar",
    sentence=say_sources,
    finish=add_share,
)
def sources(
    extracts: Any,
    person_sources: Any,
    people: Any,
    concerns: Any,
    memberships: Any,
    *,
    authority: str = "",
    ages: Ages = "under 18",
) -> Any:
    """Count what each source brings: young people, concerns, contexts.

    Shape: one row per layout, in the order the first extract of each was received.
    Unit: young people, each in one of the three parts `only_here`, `first_here`, `seen_before`.
    Columns: `source` (layout), `holder`, `place_in_order`, `rows` (in the files), `refused`,
        `only_here` (in no other source), `first_here` (in another, but no earlier one),
        `seen_before` (in an earlier one), `young_people_of_concern` (with a concern it records),
        `concerns_only_here` (with a concern it records and none in another source),
        `contexts` (families, groups, schools and places it tells of), `linked_percent` (0 to 100,
        of its young people, in another source as well).
    Source: requirement G18; requirements section 10, novelty of a source.

    >>> sources.rule.counts[:3]
    ('only_here', 'first_here', 'seen_before')
    """
    files = _files(extracts)
    draw = draw_of(people)
    young = young_people(people, authority=authority, ages=ages).select(*draw, "person_id")
    parts = _parts(person_sources.semi_join(young, [*draw, "person_id"]), files)
    worried = _worried(concerns.semi_join(young, [*draw, "person_id"]))
    return _drawn(parts, worried) if draw else _beside(files, parts, worried, _told(memberships))


def _files(extracts: Any) -> Any:
    """The sources, numbered in the order the first extract of each was received."""
    import ibis

    files = extracts.group_by("layout").agg(
        holder=extracts.holder.min(),
        first=extracts.receipt_no.min(),
        rows=extracts.rows_in.sum(),
        refused=extracts.rows_refused.sum(),
    )
    return files.mutate(place_in_order=ibis.row_number().over(order_by=files.first) + 1)


def _beside(files: Any, parts: Any, worried: Any, told: Any) -> Any:
    """Every source with its counts beside it, none where it has nothing to count."""
    import ibis

    joined = files
    for counts in (parts, worried, told):
        joined = joined.left_join(counts, "layout").drop("layout_right")
    numbers = (*PARTS, *OF_CONCERN, "contexts")
    return joined.select(
        "holder",
        "place_in_order",
        source="layout",
        rows=joined.rows.cast("int64"),
        refused=joined.refused.cast("int64"),
        **{name: ibis.coalesce(joined[name], 0).cast("int64") for name in numbers},
    ).order_by("place_in_order").relocate("source")  # fmt: skip


def _drawn(parts: Any, worried: Any) -> Any:
    """The counts of people alone: a row for each draw and source, in two parts that add up."""
    import ibis

    counts = (*PARTS, *OF_CONCERN)
    none = ibis.literal(0, "int64")
    return ibis.union(
        *(
            rows.select(
                "draw",
                source="layout",
                **{name: rows[name].cast("int64") if name in rows.columns else none for name in counts},
            )
            for rows in (parts, worried)
        )
    )


def _parts(person_sources: Any, files: Any) -> Any:
    """Each source's young people in three parts that do not overlap."""
    draw = draw_of(person_sources)
    places = files.select("layout", "place_in_order")
    # Its place says which source it is, and numbers are told apart sooner than names.
    pairs = (
        person_sources.inner_join(places, "layout").select(*draw, "person_id", "place_in_order").distinct()
    )
    of_person = pairs.group_by([*draw, "person_id"]).agg(
        layouts=pairs.count(), earliest=pairs.place_in_order.min()
    )
    pairs = pairs.inner_join(of_person, [*draw, "person_id"])
    alone = pairs.layouts == 1
    is_first = pairs.place_in_order == pairs.earliest
    parts = pairs.group_by([*draw, "place_in_order"]).agg(
        only_here=pairs.count(where=alone),
        first_here=pairs.count(where=is_first & ~alone),
        seen_before=pairs.count(where=~is_first),
    )
    return parts.inner_join(places, "place_in_order").drop("place_in_order")


def _told(memberships: Any) -> Any:
    """The contexts each source tells of."""
    told = memberships.filter(memberships.layout.notnull())
    return told.group_by("layout").agg(contexts=told.context_id.nunique())


def _worried(concerns: Any) -> Any:
    """Each source's young people with a concern, and those no other source has a concern about."""
    standing = standing_concerns(concerns)
    draw = draw_of(standing)
    pairs = standing.filter(harms(standing.harm)).select(*draw, "person_id", "layout").distinct()
    of_person = pairs.group_by([*draw, "person_id"]).agg(layouts=pairs.count())
    pairs = pairs.inner_join(of_person, [*draw, "person_id"])
    return pairs.group_by([*draw, "layout"]).agg(
        young_people_of_concern=pairs.count(),
        concerns_only_here=pairs.count(where=pairs.layouts == 1),
    )
