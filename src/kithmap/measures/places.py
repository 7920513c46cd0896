"""Where, and when in the day, does harm happen?"""

from collections.abc import Sequence
from typing import Any, Literal

from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule, Hexagons, Sums
from kithmap.measures.measure import Options, Row, measure
from kithmap.measures.population import Ages, counted, harms, in_words, number, young_people
from kithmap.model.day import PARTS
from kithmap.model.denominators import RESIDENT
from kithmap.model.hexagons import BITS_A_STEP, DIGITS, NAMED_BITS
from kithmap.model.tables import CONTEXT, EVENT, EVENT_CONTEXT, PARTY, PERSON

By = Literal["cell", "cell of 3 km", "cell of 7 km", "cell of 20 km", "place", "district", "hour"]
Hours = Literal["any", "before school", "school day", "after school", "evening", "night", "not recorded"]
Period = Literal["any", "last 12 months", "last 6 months", "last 3 months"]

ALL, NOWHERE, NO_TIME = "All", "No place recorded", "Time not recorded"
# H3 resolution of each size of hexagon, and how far it is across.
SIZES = {"cell": 8, "cell of 3 km": 7, "cell of 7 km": 6, "cell of 20 km": 5}
DAYS = {"last 12 months": 365, "last 6 months": 182, "last 3 months": 91}
TIMED = ("minute", "hour")
ON_THE_MAP = ("public_space", "premises", "route", "school")
HALF_YEAR = 182
RATES = ("rate_per_1000", "low", "high")
# What would tell, beside a count of events, how few people or events of another kind are in it.
INSIDE = ("young_people", "recent", "earlier", "harms", "named", "hexagon")


def say_places(rows: Sequence[Row], options: Options) -> str:
    """Put in words how many events have a place, and how few of the places hold half of them."""
    whole = next((row for row in rows if row["place"] == ALL), None)
    listed = [row for row in rows if row["place"] not in (ALL, NOWHERE, NO_TIME)]
    if whole is None or not listed:
        return "No event with a recorded harm has a place."
    counts = [number(row, "events") for row in listed]
    words = {"place": "places", "district": "authorities", "hour": "hours of the day"}
    what = words.get(str(options.get("by", "cell")), "cells")
    told = f"{in_words(whole, 'events')} {'event' if number(whole, 'events') == 1 else 'events'}"
    if None in counts:
        return f"{told} in {len(listed)} {what}; some counts are withheld."
    total = sum(count for count in counts if count is not None)
    few = _half(sorted((count or 0 for count in counts), reverse=True), total)
    known = "time" if options.get("by") == "hour" else "place"
    return f"{told}: half of the {int(total):,} whose {known} is known, or more, are in {few} of {len(listed)} {what}."


def _half(counts: Sequence[float], total: float) -> int:
    held = 0.0
    for few, count in enumerate(counts, 1):
        held += count
        if held * 2 >= total:
            return few
    return len(counts)


def add_rates(table: Any) -> Any:
    """Add the rate per 1,000 residents, where they are known, and its exact 95 % interval."""
    import numpy as np
    import pyarrow as pa

    from kithmap.stats.intervals import poisson_exact

    counts = table["events"].to_numpy().astype(float)
    residents = np.array(table["residents"].to_pylist(), dtype=float)
    per_1000 = np.divide(1000.0, residents, out=np.full(len(counts), np.nan), where=residents > 0)
    for name, values in zip(RATES, (counts, *poisson_exact(counts)), strict=True):
        table = table.append_column(name, pa.array(values * per_1000, from_pandas=True))
    return table


@measure(
    question="Where and when does harm between young people happen?",
    inputs=[EVENT, PARTY, PERSON, CONTEXT, EVENT_CONTEXT, RESIDENT],
    purposes={Purpose.PROFILING, Purpose.SHARING, Purpose.CASE},
    rule=CountRule(
        counts=("events",),
        derived=tuple((name, ("events",)) for name in RATES),
        # Anybody knows where a place is; who was there is another matter.
        adds_up=Sums(columns=("place",), known=("place",)),
        contributors=(("events", "young_people"),),
        names=INSIDE,
        hexagons=Hexagons(column="place", option="by", sizes=tuple(SIZES)),
    ),
    chart="map",
    sentence=say_places,
    finish=add_rates,
)
def places(  # noqa: PLR0913  its options are its keyword arguments
    events: Any,
    parties: Any,
    people: Any,
    contexts: Any,
    event_contexts: Any,
    residents: Any,
    *,
    by: By = "cell",
    harm: str = "",
    authority: str = "",
    period: Period = "any",
    hours: Hours = "any",
    ages: Ages = "under 18",
) -> Any:
    """Count the events in which harm is recorded by where they happened, or by the hour.

    Shape: one row per hexagon of the map (H3, about a kilometre across or as asked), place, authority or hour
        with an event; one of the events that no source places, or times; one for `All`.
    Unit: events, each in one place: the first of those recorded that has a cell; per 1,000 residents of 10 to 17.
    Columns: `place` (cell, code of the place, authority or hour), `events`, `residents` (of 10 to 17; of
        authorities alone, where they are loaded), `rate_per_1000`, `low`, `high` (95 %, of events); inside the
        partnership only: `young_people` (different ones who took part), `recent` and `earlier` (events of the
        last 182 days that are recorded, and of the 182 before), `harms`, `named` (the place, or the one in
        the cell with most events), `hexagon` (of a place, about a kilometre across).
    Source: requirements G05 and G06; Garwood (1936) for the interval.

    >>> places.rule.names
    ('young_people', 'recent', 'earlier', 'harms', 'named', 'hexagon')
    """
    import ibis

    kept = _asked(events, harm, hours)
    located = _located(kept, _one_place(event_contexts, contexts), authority)
    # The last of all events of harm, whatever is asked of them: half a year is the same for every question.
    recorded = events.filter(events.harm.notnull())
    located = located.cross_join(recorded.agg(last_on=recorded.start_at.max().cast("date")))
    if period in DAYS:
        located = located.filter(located.day > located.last_on - ibis.interval(days=DAYS[period]))
    keyed = located.mutate(place=_key(located, by))
    young = young_people(people, ages=ages)
    who = parties.semi_join(young, "person_id").select("event_id", "person_id").distinct()
    each = _count(keyed, who, by)
    whole = _count(keyed.mutate(place=ibis.literal(ALL)), who, by)
    found = each.union(whole).filter(lambda row: row.events > 0)
    living = residents.group_by(place="la_code").agg(residents=residents.residents.sum())
    joined = found.left_join(living, "place").drop("place_right")
    joined = joined.mutate(residents=joined.residents.cast("int64"))
    order: Any = ibis.cases((joined.place == ALL, 2), (joined.place.isin([NOWHERE, NO_TIME]), 1), else_=0)
    return joined.order_by(order, "place")


def _asked(events: Any, harm: str, hours: str) -> Any:
    """The events in which a harm asked about is recorded, at a time of day asked about, with their harms."""
    import ibis

    tagged = events.filter(events.harm.notnull()).select("event_id", "harm")
    tagged = tagged.select("event_id", harm=tagged.harm.re_split("[|]").unnest()).distinct()
    tagged = tagged.filter(harms(tagged.harm, harm))
    known = tagged.group_by("event_id").agg(said=tagged.harm.collect().sort().join(", "))
    kept = events.inner_join(known, "event_id")
    hour: Any = ibis.cases((kept.precision.isin(TIMED), kept.start_at.hour()), else_=ibis.null("int32"))
    kept = kept.mutate(hour=hour, day=kept.start_at.cast("date"))
    return kept.filter(_within(kept.hour, hours)) if hours != "any" else kept


def _within(hour: Any, hours: str) -> Any:
    if hours == "not recorded":
        return hour.isnull()
    if hours == "night":
        return (hour < PARTS["before school"][0]) | (hour >= PARTS["evening"][1])
    first, end = PARTS[hours]
    return (hour >= first) & (hour < end)


def _one_place(event_contexts: Any, contexts: Any) -> Any:
    """The one place of each event: one with a cell before others, then by its id."""
    import ibis

    there = event_contexts.filter(event_contexts.context_type.isin(ON_THE_MAP)).select(
        "event_id", "context_id"
    )
    placed = there.inner_join(
        contexts.select("context_id", "code", "name", "h3_r9", place_la="la_code"), "context_id"
    )
    order = [placed.h3_r9.isnull(), placed.context_id]
    nth = placed.mutate(nth=ibis.row_number().over(group_by=placed.event_id, order_by=order))
    return nth.filter(nth.nth == 0).select("event_id", "code", "name", "h3_r9", "place_la")


def _located(events: Any, where: Any, authority: str) -> Any:
    joined = events.left_join(where, "event_id")
    # A place's authority before the sender's: a force covers many.
    found = joined.select(
        "event_id", "day", "hour", "said", "code", "name", "h3_r9",
        la_code=joined.place_la.coalesce(joined.la_code),
    )  # fmt: skip
    return found.filter(found.la_code == authority) if authority else found


def _key(rows: Any, by: By) -> Any:
    """What a row is counted under."""
    if by == "hour":
        return rows.hour.cast("string").lpad(2, "0").concat(":00").fill_null(NO_TIME)
    if by in SIZES:
        return larger_cell(rows.h3_r9, SIZES[by]).fill_null(NOWHERE)
    return {"place": rows.code, "district": rows.la_code}[by].fill_null(NOWHERE)


def larger_cell(cell: Any, resolution: int = SIZES["cell"]) -> Any:
    """The H3 cell of a resolution from 5 to 8 that one of resolution 9, as text, is part of.

    The resolution is the second digit; a digit of three bits for each step follows, and those not used are
    all ones. What is asked of one text in `model.hexagons.hexagon_around` is asked here of a column.
    Source: H3, bit layout of a cell.
    """
    import ibis

    unused = NAMED_BITS - BITS_A_STEP * resolution
    digits, bits = divmod(unused, 4)
    kept, ones = DIGITS - digits - 1, (1 << bits) - 1
    shared = cell.substr(kept, 1)
    if bits:
        hexadecimal = "0123456789abcdef"
        shared = shared.translate(hexadecimal, "".join(f"{int(each, 16) | ones:x}" for each in hexadecimal))
    first: Any = ibis.literal(f"8{resolution}")
    return first.concat(cell.substr(2, kept - 2)).concat(shared).concat("f" * digits)


def _count(rows: Any, who: Any, by: By) -> Any:
    """One row per place: events, and the different young people in them."""
    import ibis

    recent = rows.day > rows.last_on - ibis.interval(days=HALF_YEAR)
    earlier = ~recent & (rows.day > rows.last_on - ibis.interval(days=2 * HALF_YEAR))
    events = counted(
        rows, ["place"],
        events=rows.event_id.nunique().cast("int64"),
        recent=recent.fill_null(False).sum().cast("int64"),
        earlier=earlier.fill_null(False).sum().cast("int64"),
    )  # fmt: skip
    took_part = rows.inner_join(who, "event_id")
    young = took_part.group_by("place").agg(young_people=took_part.person_id.nunique().cast("int64"))
    parts = rows.select("place", harm=rows.said.re_split(", ").unnest()).distinct()
    said = parts.group_by("place").agg(harms=parts.harm.collect().sort().join(", "))
    joined = events.left_join(young, "place").drop("place_right")
    joined = joined.left_join(said, "place").drop("place_right")
    joined = joined.left_join(_named(rows), "place").drop("place_right")
    is_named = by in SIZES or by == "place"
    at = rows.group_by("place").agg(hexagon=larger_cell(rows.h3_r9).min())
    if by == "place":
        joined = joined.left_join(at, "place").drop("place_right")
    return joined.select(
        "place",
        events=joined.events,
        young_people=joined.young_people.fill_null(0),
        recent=joined.recent,
        earlier=joined.earlier,
        harms=joined.harms,
        named=ibis.cases((joined.place == ALL, ibis.null("string")), else_=joined.named)
        if is_named
        else ibis.null("string"),
        hexagon=ibis.cases((joined.place == ALL, ibis.null("string")), else_=joined.hexagon)
        if by == "place"
        else ibis.null("string"),
    )


def _named(rows: Any) -> Any:
    """The name, at each place, under which most events are recorded."""
    import ibis

    each = rows.filter(rows.name.notnull())
    each = each.group_by("place", "name").agg(n=each.count())
    nth = each.mutate(nth=ibis.row_number().over(group_by=each.place, order_by=[each.n.desc(), each.name]))
    return nth.filter(nth.nth == 0).select("place", named="name")
