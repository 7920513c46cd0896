"""Is any ethnic group on a list, under a flag or recorded for a harm more often than its numbers would say?"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from kithmap.governance.cells import Cell
from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule, Sums
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
    standing_concerns,
    young_people,
)
from kithmap.model.denominators import RESIDENT
from kithmap.model.tables import CONCERN, EVENT, MEMBERSHIP, PARTY, PERSON

if TYPE_CHECKING:
    import pyarrow as pa

ALL, NOT_KNOWN = "All", "not known"
COUNT = "young_people"
# Each denominator: its column, and what it is in words.
DENOMINATORS: Mapping[str, str] = {
    "on_roll": "the school roll",
    "residents": "residents of 10 to 17",
    "in_incidents": "young people named in recorded incidents",
}
# What is said against each: the ratio, its interval, and how low and high the unknown may make it.
PARTS = ("ratio", "low", "high", "lowest", "highest")
Basis = Literal["any", "list", "flag", "event", "exclusion", "assessment"]


def column_of(denominator: str, part: str) -> str:
    """The column of one part of what is said against a denominator.

    >>> column_of("on_roll", "ratio")
    'on_roll_ratio'
    """
    return f"{denominator}_{part}"


def excludes_one(row: Row, denominator: str) -> bool:
    """Whether the interval of a group's ratio leaves out 1: it is counted more, or less, often than others."""
    low, high = (number(row, column_of(denominator, part)) for part in ("low", "high"))
    return (low is not None and low > 1) or (high is not None and high < 1)


def say_disproportionality(rows: Sequence[Row], options: Options) -> str:
    """Put in words which groups are counted more or less often than others, against each denominator."""
    whole = next((row for row in rows if row["group"] == ALL), None)
    if whole is None or number(whole, COUNT) == 0:
        return f"No young person is recorded {_of_what(options)}."
    known = [row for row in rows if row["group"] not in (ALL, NOT_KNOWN)]
    told = [f"against {words}, {_against(known, name)}" for name, words in DENOMINATORS.items()]
    unknown = next((row for row in rows if row["group"] == NOT_KNOWN), None)
    verb = "is" if number(whole, COUNT) == 1 else "are"
    return (
        f"{people_in_words(whole, COUNT)} {verb} recorded {_of_what(options)}, "
        f"{in_words(unknown, COUNT)} without an ethnic group: {'; '.join(told)}."
    )


def _of_what(options: Options) -> str:
    parts = [
        f"on {options['lists']}" if options.get("lists") else "",
        f"for {options['harm']}" if options.get("harm") else "",
        f"by a {options['basis']}" if options.get("basis", "any") != "any" else "",
        f"as {options['role']}" if options.get("role") else "",
    ]
    return " ".join(part for part in parts if part) or "for any kind of harm"


def _against(rows: Sequence[Row], denominator: str) -> str:
    """What is said against one denominator: the groups whose interval leaves out 1, with it."""
    cells = [row.get(column_of(denominator, "ratio")) for row in rows]
    shown = [cell for cell in cells if isinstance(cell, Cell) and cell.value is not None]
    if not shown:
        is_withheld = any(isinstance(cell, Cell) and str(cell) == "[c]" for cell in cells)
        return "the ratios are withheld" if is_withheld else "no ratio can be given"
    apart = [
        f"{row['group']} {_times(row, denominator, 'ratio')} times as often as all others "
        f"({_times(row, denominator, 'low')} to {_times(row, denominator, 'high')})"
        for row in rows
        if excludes_one(row, denominator)
    ]
    if apart:
        return ", ".join(apart)
    return (
        "no group's interval leaves out 1"
        if len(shown) == len(rows)
        else "no interval that is shown leaves out 1"
    )


def _times(row: Row, denominator: str, part: str) -> str:
    value = number(row, column_of(denominator, part))
    return "any number" if value is None else f"{value:.1f}"


def add_ratios(table: "pa.Table") -> "pa.Table":
    """Add to each known group its ratio to all others against each denominator, with interval and bounds."""
    import numpy as np
    import pyarrow as pa

    from kithmap.stats import rates

    if COUNT not in table.column_names or "on_roll" not in table.column_names:
        return table
    groups: list[Any] = table["group"].to_pylist()
    counts = table[COUNT].to_numpy().astype(float)
    is_known = np.array([group not in (ALL, NOT_KNOWN) for group in groups], dtype=bool)
    every, loose = _of(groups, counts, ALL), _of(groups, counts, NOT_KNOWN)
    for name in DENOMINATORS:
        out_of = np.array(table[name].to_pylist(), dtype=float)
        whole, unsure = _of(groups, out_of, ALL), np.nan_to_num(_of(groups, out_of, NOT_KNOWN))
        others = (every - loose - counts, whole - unsure - out_of)
        parts = (
            rates.rate_ratio(counts, out_of, *others),
            *rates.rate_ratio_exact(counts, out_of, *others),
            *rates.ratio_bounds(counts, out_of, (every, whole), (loose, float(unsure))),
        )
        for part, values in zip(PARTS, parts, strict=True):
            shown = np.where(is_known & np.isfinite(values), values, np.nan)
            table = table.append_column(column_of(name, part), pa.array(shown, from_pandas=True))
    return table


def _of(groups: Sequence[Any], values: Any, group: str) -> float:
    """The value of the row of a group; 0 where there is none."""
    return float(values[groups.index(group)]) if group in groups else 0.0


@measure(
    question="Is any ethnic group recorded more often, or less, than its numbers among the young people here would say?",
    inputs=[CONCERN, PERSON, MEMBERSHIP, EVENT, PARTY, RESIDENT],
    purposes={Purpose.PROFILING, Purpose.SHARING, Purpose.CASE, Purpose.QUALITY},
    rule=CountRule(
        counts=(COUNT, "on_roll", "in_incidents"),
        derived=tuple(
            (column_of(name, part), (COUNT,) if name == "residents" else (COUNT, name))
            for name in DENOMINATORS
            for part in PARTS
        ),
        adds_up=Sums(columns=("group",)),
        people=(COUNT,),
        seen_in=("concern",),
        rests_on=NOT_KNOWN,
        grouped_by="ethnicity",
    ),
    chart="table",
    sentence=say_disproportionality,
    finish=add_ratios,
)
def disproportionality(  # noqa: PLR0913  its inputs and options
    concerns: Any,
    people: Any,
    memberships: Any,
    events: Any,
    parties: Any,
    residents: Any,
    *,
    lists: str = "",
    harm: str = "",
    basis: Basis = "any",
    role: str = "",
    authority: str = "",
    ages: Ages = "under 18",
) -> Any:
    """Count young people by ethnic group, of a list, a flag or a harm, beside three denominators.

    Shape: one row per ethnic group, one `not known`, one `All`.
    Unit: young people, each once in a row; ratios of the group's rate to that of all other known groups.
    Columns: `group`, `young_people` (with a standing concern as asked), `on_roll` (of the group on a school roll), `residents` (of
        10 to 17, as published; empty where none were loaded), `in_incidents` (named in recorded incidents of the harm asked,
        or of any); for each of these `on_roll_ratio`, `on_roll_low`, `on_roll_high` (exact 95 % interval), `on_roll_lowest`,
        `on_roll_highest` (over all ways those of unknown group may fall), `residents_ratio`, `residents_low`, `residents_high`,
        `residents_lowest`, `residents_highest`, `in_incidents_ratio`, `in_incidents_low`, `in_incidents_high`,
        `in_incidents_lowest`, `in_incidents_highest`; empty where there is none, or no limit to it.
    Source: safeguards, disproportionality; Clopper and Pearson (1934) for the interval.

    >>> disproportionality.rule.adds_up.total
    'All'
    """
    draw = draw_of(concerns)
    person = [*draw, "person_id"]
    young = young_people(people, authority=authority, ages=ages)
    young = young.select(*person, group=_group(young.ethnicity_group5))
    standing = standing_concerns(concerns, role=role)
    asked = young.semi_join(_asked(standing, lists, harm, basis), person)
    if draw:
        # Denominators are taken as published: only those counted move with the links.
        return _parted(asked, COUNT, draw)
    living = residents.filter(residents.la_code == authority) if authority else residents
    hurt = _in_incidents(events, parties, harm)
    cells = [
        _cells(_parted(asked, COUNT, []), COUNT),
        _cells(_parted(young.semi_join(_on_roll(memberships), "person_id"), "on_roll", []), "on_roll"),
        _cells(_residents(living), "residents"),
        _cells(_parted(young.semi_join(hurt, "person_id"), "in_incidents", []), "in_incidents"),
    ]
    return _beside_each_other(cells, living)


def _group(column: Any) -> Any:
    """The five groups, and one of whom no source says."""
    return column.nullif("unknown").fill_null(NOT_KNOWN)


def _asked(standing: Any, lists: str, harm: str, basis: str) -> Any:
    """The concerns that are asked about: of a list, of a kind of flag, of a harm, or of any harm."""
    if lists:
        standing = standing.filter(named(standing["list"], lists))
    if harm or not lists:
        standing = standing.filter(harms(standing.harm, harm))
    return standing if basis == "any" else standing.filter(standing.basis == basis)


def _beside_each_other(cells: list[Any], living: Any) -> Any:
    import ibis

    every: Any = ibis.union(*cells)
    table = every.group_by("group").agg(
        **{name: every[name].sum().cast("int64") for name in (COUNT, *DENOMINATORS)}
    )
    # Where no residents are loaded nobody knows how many there are: that is not nought.
    loaded = living.count().as_scalar() > 0
    last: Any = ibis.cases((table.group == ALL, 2), (table.group == NOT_KNOWN, 1), else_=0)
    return table.mutate(residents=table.residents.nullif(ibis.cases((loaded, -1), else_=0))).order_by(
        last, "group"
    )


def _on_roll(memberships: Any) -> Any:
    at_school = (memberships.context_type == "school") & (memberships.basis == "roll")
    return memberships.filter(at_school, memberships.end_on.isnull())


def _in_incidents(events: Any, parties: Any, harm: str) -> Any:
    """Everybody named in an event of the harm."""
    tagged = events.filter(events.harm.notnull()).select(
        "event_id", harm=events.harm.re_split("[|]").unnest()
    )
    return (
        parties.semi_join(tagged.filter(harms(tagged.harm, harm)), "event_id").select("person_id").distinct()
    )


def _parted(rows: Any, name: str, keys: list[str]) -> Any:
    """People by group, and all of them."""
    import ibis

    count = {name: rows.person_id.nunique().cast("int64")}
    whole = counted(rows, keys, **count)
    by_group = counted(rows, [*keys, "group"], **count)
    columns = [*keys, "group", name]
    return ibis.union(whole.mutate(group=ibis.literal(ALL)).select(*columns), by_group.select(*columns))


def _residents(residents: Any) -> Any:
    import ibis

    by_group = residents.group_by(group=_group(residents.ethnicity_group5)).agg(
        residents=residents.residents.sum().cast("int64")
    )
    whole = residents.agg(residents=residents.residents.sum().fill_null(0).cast("int64"))
    return ibis.union(
        by_group.select("group", "residents"),
        whole.select("residents", group=ibis.literal(ALL)).select("group", "residents"),
    )


def _cells(rows: Any, name: str) -> Any:
    """The counts of one kind in a table that has a column for every kind."""
    import ibis

    nought = ibis.literal(0, "int64")
    return rows.select(
        "group", **{each: rows[each] if each == name else nought for each in (COUNT, *DENOMINATORS)}
    )
