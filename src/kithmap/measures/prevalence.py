"""How many young people have a recorded concern, of which harm, and out of how many?"""

from collections.abc import Sequence
from typing import Any, Literal

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
    range_in_words,
    standing_concerns,
    young_people,
)
from kithmap.model.tables import CONCERN, MEMBERSHIP, PERSON

By = Literal["none", "authority", "age", "sex", "ethnicity", "role"]
AGE_BANDS = ((10, "under 10"), (12, "10-11"), (14, "12-13"), (16, "14-15"), (18, "16-17"))
NOT_KNOWN = "not known"
ANY = "Any"
RATES = ("rate_per_1000", "low", "high")


def say_prevalence(rows: Sequence[Row], options: Options) -> str:
    """Put the prevalence in words: the whole first, then each harm."""
    whole = [row for row in rows if row["group"] == "All"]
    everybody = next((row for row in whole if row["harm"] == ANY), None)
    harms = [row for row in whole if row["harm"] != ANY]
    if everybody is None or not harms:
        return "No young person has a recorded concern of any kind of harm."
    each = ", ".join(
        f"{in_words(row, 'young_people')}{range_in_words(row, 'young_people')} of {row['harm']}"
        for row in harms
    )
    role = f" as {options['role']}" if options.get("role") else ""
    rate = in_words(everybody, "rate_per_1000")
    of_roll = "" if rate.startswith("[") else f", {rate} in every 1,000 on the school roll"
    return f"{people_in_words(everybody, 'young_people')} {'has' if number(everybody, 'young_people') == 1 else 'have'} a recorded concern{role}{of_roll}: {each}."


def add_rates(table: Any) -> Any:
    """Add the rate per 1,000 of the roll and its exact 95 % interval."""
    import numpy as np
    import pyarrow as pa

    from kithmap.stats.intervals import poisson_exact

    counts = table["young_people"].to_numpy().astype(float)
    rolls = np.array(table["roll"].to_pylist(), dtype=float)
    per_1000 = np.divide(1000.0, rolls, out=np.full(len(rolls), np.nan), where=rolls > 0)
    for name, values in zip(RATES, (counts, *poisson_exact(counts)), strict=True):
        table = table.append_column(name, pa.array(values * per_1000, from_pandas=True))
    return table


@measure(
    question="How many young people have a recorded concern, of which harm, and out of how many?",
    inputs=[CONCERN, PERSON, MEMBERSHIP],
    purposes={Purpose.PROFILING, Purpose.SHARING, Purpose.CASE},
    rule=CountRule(
        counts=("young_people",),
        derived=tuple((name, ("young_people",)) for name in RATES),
        adds_up=Sums(columns=("group",)),
        people=("young_people",),
        seen_in=("concern",),
    ),
    chart="bar",
    sentence=say_prevalence,
    finish=add_rates,
)
def prevalence(  # noqa: PLR0913  its options are its keyword arguments
    concerns: Any,
    people: Any,
    memberships: Any,
    *,
    by: By = "none",
    harm: str = "",
    authority: str = "",
    role: str = "",
    ages: Ages = "under 18",
) -> Any:
    """Count young people with a recorded concern, by harm and one thing more.

    Shape: one row per harm and group; `Any` harm and `All` groups among them.
    Unit: young people, each once in a row; per 1,000 young people on a school roll.
    Columns: `harm` (Any: one or more of them; unless asked for, not the labels GANG and ASB), `group` (of what `by` says; All: everybody),
        `young_people`, `roll` (young people of the group on a school roll; empty without one),
        `rate_per_1000`, `low`, `high` (95 % interval). By role each person is in one group:
        both, where harmed in one concern and harming in another.
    Source: requirements G02, G03, G04; Garwood (1936) for the interval.

    >>> prevalence.rule.adds_up.total
    'All'
    """
    import ibis

    standing = standing_concerns(concerns, role=role)
    asked = standing.filter(harms(standing.harm, harm))
    young = young_people(people, authority=authority, ages=ages)
    person = [*draw_of(concerns), "person_id"]
    grouped = young.select(*person, group=_group(young, by))
    pairs = asked.select(*person, "harm", "role")
    pairs = ibis.union(pairs, pairs.mutate(harm=ibis.literal(ANY)))
    each = _one_role(pairs, person).inner_join(grouped, person)
    each = each.select(*person, "harm", group=each.one_role if by == "role" else each.group)
    cells = _with_all(each, [*draw_of(concerns), "harm"], is_parted=by != "none")
    rolls = memberships.filter(
        memberships.context_type == "school", memberships.basis == "roll", memberships.end_on.isnull()
    )
    if draw_of(concerns):
        # The roll is no count of concerns: it is taken as published.
        return cells
    on_roll = grouped.semi_join(rolls, "person_id")
    roll = _with_all(on_roll, [], is_parted=by not in ("none", "role"))
    roll = roll.select(roll_group=roll.group, roll=roll.young_people.nullif(0))
    joined = cells.left_join(roll, cells.group == roll.roll_group)
    return joined.select("harm", "group", "young_people", "roll").order_by("harm", "group")


def _group(people: Any, by: By) -> Any:
    """The group a person is counted in."""
    import ibis

    columns = {"authority": "la_code", "sex": "sex", "ethnicity": "ethnicity_group5"}
    if by in columns:
        # A source that says `unknown` says as much as one that says nothing.
        return people[columns[by]].nullif("unknown").fill_null(NOT_KNOWN)
    if by == "age":
        bands = [(people.age < below, label) for below, label in AGE_BANDS]
        return ibis.cases(*bands, else_=NOT_KNOWN)
    return ibis.literal("All")


def _one_role(pairs: Any, person: list[str]) -> Any:
    """One row per person and harm, with one role: harmed and harming make both."""
    import ibis

    has = {
        role: (pairs.role == role).max()
        for role in ("harmed", "harming", "both", "exposed", "witness", "associated")
    }
    seen = pairs.group_by([*person, "harm"]).agg(**{f"is_{role}": value for role, value in has.items()})
    # Being harmed is never hidden by having harmed: the two together are a group of their own.
    return seen.select(
        *person,
        "harm",
        one_role=ibis.cases(
            (seen.is_both | (seen.is_harmed & seen.is_harming), "both"),
            (seen.is_harmed, "harmed"),
            (seen.is_harming, "harming"),
            (seen.is_exposed, "exposed"),
            (seen.is_witness, "witness"),
            (seen.is_associated, "associated"),
            else_="unknown",
        ),
    )


def _with_all(rows: Any, keys: list[str], *, is_parted: bool) -> Any:
    """Count people by the keys, over all groups as `All` and, where they are parted, group by group."""
    import ibis

    people = rows.person_id.nunique().cast("int64")
    whole = counted(rows, keys, young_people=people)
    whole = whole.select(*keys, "young_people", group=ibis.literal("All"))
    if not is_parted:
        return whole
    by_group = counted(rows, [*keys, "group"], young_people=people)
    return ibis.union(whole, by_group.select(*whole.columns))
