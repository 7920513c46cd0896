"""Is a harm concentrated in a few schools, or spread as the rolls are?"""

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
    named,
    number,
    people_in_words,
    standing_concerns,
    young_people,
)
from kithmap.model.tables import CONCERN, CONTEXT, MEMBERSHIP, PERSON

NO_SCHOOL = "No school recorded"
ALL = "All"
SIGNIFICANT = 0.05
TEST = ("statistic", "chance_low", "chance_high", "p_value")
DERIVED = ("expected", "rate_per_1000", "low", "high", *TEST)


def say_schools(rows: Sequence[Row], _options: Options) -> str:
    """Put in words whether the schools' shares are more than their rolls explain."""
    whole = next((row for row in rows if row["school"] == ALL), None)
    listed = [row for row in rows if row["school"] not in (ALL, NO_SCHOOL) and number(row, "roll")]
    if whole is None or not listed or number(whole, "young_people") == 0:
        return "No young person with the concern has a school on record."
    p_value = number(whole, "p_value")
    is_withheld = in_words(whole, "p_value") == "[withheld]"
    verdict = "with the test of their spread withheld" if is_withheld else "too few to tell"
    if p_value is not None:
        verdict = "concentrated" if p_value < SIGNIFICANT else "spread as the rolls alone would give"
    chance = f" (p = {p_value:.3f})" if p_value is not None else ""
    counts = [number(row, "young_people") for row in listed]
    if None in counts:
        return (
            f"{people_in_words(whole, 'young_people')} in {len(listed)} schools, {verdict}{chance}; "
            "some schools' counts are withheld."
        )
    return f"{verdict[0].upper() + verdict[1:]}: {_share(counts)}{chance}."  # pyright: ignore[reportArgumentType]


def _share(counts: Sequence[float]) -> str:
    """The fewest schools that hold half or more, and what they hold."""
    total = sum(counts)
    held, few = 0.0, 0
    for count in sorted(counts, reverse=True):
        held, few = held + count, few + 1
        if held * 2 >= total:
            break
    verb = "holds" if few == 1 else "hold"
    return f"{few} of {len(counts)} schools {verb} {held / total:.0%} of {int(total):,} young people"


def add_spread(table: Any) -> Any:
    """Add what the rolls alone would give, rates with intervals, and the test of the spread."""
    import numpy as np
    import pyarrow as pa

    from kithmap.stats.intervals import wilson

    names = np.array(table["school"].to_pylist(), dtype=object)
    counts = np.array(table["young_people"].to_pylist(), dtype=float)
    rolls = np.array(table["roll"].to_pylist(), dtype=float)
    is_school = (names != ALL) & (names != NO_SCHOOL) & (rolls > 0)
    whole = names == ALL
    rolls[whole] = rolls[is_school].sum()
    with_roll = counts[is_school].sum()
    expected = np.where(is_school, with_roll * rolls / max(rolls[is_school].sum(), 1.0), np.nan)
    in_schools = np.where(whole, with_roll, counts)
    shares_of = np.where((rolls > 0) & (in_schools <= rolls), rolls, np.nan)
    low, high = wilson(in_schools, shares_of)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = in_schools / shares_of * 1000
    added = {"expected": expected, "rate_per_1000": rate, "low": low * 1000, "high": high * 1000}
    test = _test(counts[is_school], rolls[is_school], table)
    added |= {name: np.where(whole, value, np.nan) for name, value in test.items()}
    table = table.set_column(
        table.column_names.index("roll"), "roll", pa.array(rolls, from_pandas=True).cast(pa.int64())
    )
    for name in DERIVED:
        table = table.append_column(name, pa.array(added[name], from_pandas=True))
    last = ["permutations", "seed"]
    return table.select([name for name in table.column_names if name not in last] + last)


def _test(counts: Any, rolls: Any, table: Any) -> dict[str, float]:
    """The test of concentration; empty where there is too little to test."""
    import numpy as np

    from kithmap.stats.permutation import concentration

    nothing: dict[str, float] = dict.fromkeys(TEST, float("nan"))
    if len(counts) < 2 or counts.sum() < 2:
        return nothing
    # A roll is of one day and a list of a year: a school may have more on the list than on roll.
    rolls = np.maximum(rolls, counts)
    test = concentration(
        counts,
        rolls,
        permutations=table["permutations"][0].as_py(),
        generator=np.random.default_rng(table["seed"][0].as_py()),
    )
    return {
        "statistic": test.statistic,
        "chance_low": test.low,
        "chance_high": test.high,
        "p_value": test.p_value,
    }


@measure(
    question="Is the harm concentrated in a few schools, or spread as the rolls are?",
    inputs=[CONCERN, PERSON, MEMBERSHIP, CONTEXT],
    purposes={Purpose.PROFILING, Purpose.SHARING},
    rule=CountRule(
        counts=("young_people",),
        derived=tuple((name, ("young_people",)) for name in DERIVED),
        left_out="roll",
        of_all=TEST,
        names=("school_name",),
        # Anybody knows who goes where.
        adds_up=Sums(columns=("school",), known=("school",), follows=("authority",)),
        people=("young_people",),
        seen_in=("concern",),
    ),
    chart="bar",
    sentence=say_schools,
    finish=add_spread,
)
def schools(  # noqa: PLR0913  its options are its keyword arguments
    concerns: Any,
    people: Any,
    memberships: Any,
    contexts: Any,
    *,
    harm: str = "",
    list: str = "",  # noqa: A002  the option's name is the analyst's word
    authority: str = "",
    role: str = "",
    ages: Ages = "under 18",
    permutations: int = 999,
    seed: int = 1,
) -> Any:
    """Count young people with a concern at each school, against the school's roll.

    Shape: one row per school with a roll or a young person, one for no school, one for `All`;
        in order of the neutral code, which says nothing of the counts.
    Unit: young people, each at one school; per 1,000 on the roll.
    Columns: `school` (neutral code), `school_name`, `authority`, `roll`, `young_people`, `expected`
        (were they drawn from the rolls alone), `rate_per_1000`, `low`, `high` (95 %, Wilson); on the
        `All` row only: `statistic` (effective number of schools), `chance_low`, `chance_high`
        (middle 95 % by chance), `p_value` (one-sided: as concentrated or more); `permutations`, `seed`.
    Source: requirement G08; Hill (1973); Phipson and Smyth (2010); Wilson (1927).

    >>> schools.rule.names
    ('school_name',)
    """
    import ibis

    standing = standing_concerns(concerns, role=role)
    asked = standing if list and not harm else standing.filter(harms(standing.harm, harm))
    asked = asked.filter(named(asked["list"], list)) if list else asked
    person = [*draw_of(concerns), "person_id"]
    young = young_people(people, ages=ages).semi_join(asked, person)
    places = _schools(contexts, authority)
    at_school = _at_school(young, _one_school(memberships.semi_join(young, person)), places, authority)
    rows = ibis.union(
        _count(places, at_school),
        _one_row(at_school.filter(at_school.context_id.isnull()), NO_SCHOOL),
        _one_row(at_school, ALL),
    )
    rows = rows.mutate(permutations=ibis.literal(permutations, "int64"), seed=ibis.literal(seed, "int64"))
    last: Any = ibis.cases((rows.school == ALL, 2), (rows.school == NO_SCHOOL, 1), else_=0)
    return rows.order_by(last, "school")


def _at_school(young: Any, current: Any, places: Any, authority: str) -> Any:
    """Each young person asked about, with their school; empty where none is recorded."""
    person = [*draw_of(young), "person_id"]
    if authority:
        # A school's pupils live in several authorities: count all of its pupils, and those of
        # the authority who have no school.
        elsewhere = young.filter(young.la_code == authority).anti_join(current, person)
        current = current.semi_join(places, "context_id")
        young = young.semi_join(current, person).union(elsewhere)
    return young.select(person).left_join(current, person).select(*person, "context_id")


def _count(places: Any, at_school: Any) -> Any:
    """One row per school with a roll or a young person."""
    import ibis

    draw = draw_of(at_school)
    found = at_school.group_by([*draw, "context_id"]).agg(n=at_school.count())
    if draw:
        rows = places.inner_join(found, "context_id")
        return rows.select(*draw, "school", "school_name", "authority", "roll", young_people="n")
    rows = places.left_join(found, "context_id").select(
        "school", "school_name", "authority", "roll", young_people=ibis.coalesce(found.n, 0).cast("int64")
    )
    return rows.filter((rows.roll > 0) | (rows.young_people > 0))


def _schools(contexts: Any, authority: str) -> Any:
    """The schools asked about."""
    found = contexts.filter(contexts.context_type == "school")
    found = found.filter(found.la_code == authority) if authority else found
    return found.select("context_id", "roll", school="code", school_name="name", authority="la_code")


def _one_school(memberships: Any) -> Any:
    """The one school each person is at now: the roll's word before others', then the latest."""
    import ibis

    standing = memberships.filter(memberships.context_type == "school", memberships.end_on.isnull())
    order = [
        (standing.basis == "roll").desc(),
        standing.start_on.desc(nulls_first=False),
        standing.context_id,
    ]
    person = [*draw_of(memberships), "person_id"]
    numbered = standing.mutate(
        nth=ibis.row_number().over(group_by=[standing[name] for name in person], order_by=order)
    )
    return numbered.filter(numbered.nth == 0).select(*person, "context_id")


def _one_row(people: Any, school: str) -> Any:
    """One row that counts these people under a name that is no school's."""
    import ibis

    nothing, draw = ibis.null("string"), draw_of(people)
    return counted(people, draw, young_people=people.count().cast("int64")).select(
        *draw, school=ibis.literal(school), school_name=nothing, authority=nothing, roll=ibis.null("int64"),
        young_people="young_people",
    )  # fmt: skip
