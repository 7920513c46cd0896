"""Schools: the register of settings, the names other agencies write, and who is at which."""

from datetime import date
from typing import Any, NamedTuple

import ibis
import polars as pl

from kithmap.contexts.school_names import Register, match_schools
from kithmap.contexts.sourced import EXTRACT, PERSON, ROW, WHO, YES, table_of, with_ids, with_parts
from kithmap.engines.engine import Engine

LEFT = "P"  # DfE enrolment status: previous
PRIMARY = ("primary", "nursery", "middle deemed primary")
REFERENCE = ("urn", "la_estab", "school_raw", "la_code")


class SchoolNames(NamedTuple):
    """How many different ways of writing a school were matched to one, and how many were not."""

    matched: int
    unmatched: int


def hold_schools(engine: Engine, as_at: date) -> tuple[Register, SchoolNames]:
    """Hold `gather_school_context`, `gather_school` (the numbers of its ids) and who is at which; give the register."""
    enrolled = engine.hold("gather_enrolled", _enrolled(engine, as_at))
    counted = enrolled.group_by(*REFERENCE).agg(times=enrolled.count())
    written = pl.from_arrow(engine.fetch(counted))
    assert isinstance(written, pl.DataFrame)
    written = written.sort(REFERENCE).with_row_index("reference").cast({"reference": pl.String})
    register = Register.read(pl.from_arrow(engine.fetch(_settings(engine)))).with_authorities(written)
    matched = match_schools(written, register)
    schools = matched.select(pl.col("context_id").unique().sort()).with_row_index("school_no")
    found = matched.select(*REFERENCE, "context_id").join(schools, on="context_id").drop("context_id")
    engine.hold("gather_school", schools.cast({"school_no": pl.Int32}).to_arrow())
    known = engine.hold("gather_school_reference", found.cast({"school_no": pl.Int32}).to_arrow())
    engine.hold("gather_school_member", _memberships(engine, _placed(enrolled, known)))
    contexts = engine.hold("gather_school_register", register.with_new(matched).contexts().to_arrow())
    engine.hold("gather_school_context", _with_rolls(engine, contexts, as_at))
    return register, SchoolNames(len(matched), len(written) - len(matched))


def school_members(engine: Engine) -> Any:
    """Who is at which school, by each extract that says so, from when, to when."""
    members = table_of(engine, "gather_school_member")
    basis = ibis.cases((members.on_roll, "roll"), else_="stated")
    named = with_ids(engine, members.mutate(basis=basis)).inner_join(
        table_of(engine, "gather_school"), "school_no"
    )
    layouts = table_of(engine, EXTRACT).select("receipt_no", "layout")
    return named.inner_join(layouts, "receipt_no").drop("school_no", "on_roll")


def _settings(engine: Engine) -> Any:
    setting = table_of(engine, "record_setting")
    named = setting.filter(setting.name.notnull())
    order = [named.row_id.desc()]
    key = ibis.coalesce(named.urn, named.la_estab, named.name)
    nth = named.mutate(nth=ibis.row_number().over(group_by=key, order_by=order))
    return nth.filter(nth.nth == 0).select(
        "urn", "la_estab", "name", "la_code", "phase", "type", "roll", "h3_r9", "close_on"
    )


def _enrolled(engine: Engine, as_at: date) -> Any:
    """Each person with each school a row gives them, as written, with its days."""
    day = ibis.date(as_at.isoformat())
    named = table_of(engine, WHO).select("mention_id", "person_no", "part_id")
    said = table_of(engine, "record_enrolment").inner_join(named, "mention_id")
    said = said.inner_join(table_of(engine, ROW), "row_id")
    last = table_of(engine, "extract").select("receipt_no", extract_last_on="last_on")
    said = said.inner_join(last, "receipt_no")
    said = said.filter(said.urn.notnull() | said.la_estab.notnull() | said.school_raw.notnull())
    said = said.mutate(
        on_roll=said.status_code.notnull(),
        # A census that does not state its day is of the last day it speaks of.
        stated_on=ibis.coalesce(said.as_at, said.extract_last_on),
    )
    return said.select(
        "person_no", "part_id", "receipt_no", "on_roll", *REFERENCE,
        start=ibis.coalesce(said.start_on, said.row_on),
        census_on=ibis.cases((said.on_roll, said.stated_on), else_=ibis.null("date")),
        end=ibis.cases(
            (said.end_on <= day, said.end_on),
            (said.status_code == LEFT, ibis.coalesce(said.end_on, said.stated_on, day)),
            else_=ibis.null("date"),
        ),
    )  # fmt: skip


def _placed(enrolled: Any, known: Any) -> Any:
    """The rows whose way of writing a school means one, with its number."""
    alike = [enrolled[name].identical_to(known[name]) for name in REFERENCE]
    return enrolled.inner_join(known, alike).drop(*(f"{name}_right" for name in REFERENCE))


def _memberships(engine: Engine, dated: Any) -> Any:
    """On the roll by the census, or said to be there by somebody else; from when, to when."""
    keys = ["person_no", "school_no", "on_roll"]
    # Once over the rows of every term; what follows reads one row per person, school and extract.
    found = dated.group_by(*keys, "receipt_no").agg(
        start_on=dated.start.min(), end=dated.end.max(), standing=dated.end.isnull().sum(),
        census_on=dated.census_on.max(),
    )  # fmt: skip
    rows: Any = engine.hold("gather_at_school", found)
    census = rows.group_by("school_no").agg(latest=rows.census_on.max())
    stood = rows.group_by(keys).agg(all_standing=rows.standing.sum(), last_census=rows.census_on.max())
    rows = rows.inner_join(stood, keys).inner_join(census, "school_no")
    whole = rows.select(
        *keys, "receipt_no", "start_on",
        end_on=ibis.cases(
            # Not on the latest census that speaks of the school: gone since the last that did.
            (rows.on_roll & (rows.last_census < rows.latest), rows.last_census),
            (rows.all_standing > 0, ibis.null("date")),
            else_=rows.end,
        ),
    )  # fmt: skip
    return with_parts(whole, dated, *keys, "receipt_no")


def _with_rolls(engine: Engine, contexts: Any, as_at: date) -> Any:
    """Rolls from the census; the register's number where the authority sends no census."""
    members = table_of(engine, "gather_school_member")
    adults = table_of(engine, "person")
    adults = (
        adults.filter(~adults.is_young).inner_join(table_of(engine, PERSON), "person_id").select("person_no")
    )
    standing = members.filter(members.on_roll, members.end_on.isnull()).anti_join(adults, "person_no")
    pupils = standing.select("school_no", "person_no").distinct()
    rolls = pupils.group_by("school_no").agg(on_roll=pupils.count())
    schools = table_of(engine, "gather_school")
    rolls = rolls.inner_join(schools, "school_no").drop("school_no")
    joined = contexts.left_join(rolls, "context_id").drop("context_id_right")
    sends = joined.group_by("la_code").agg(census=joined.on_roll.sum())
    joined = joined.left_join(sends, "la_code").drop("la_code_right")
    known = schools.select("context_id").mutate(known=YES)
    joined = joined.left_join(known, "context_id").drop("context_id_right")
    day = ibis.date(as_at.isoformat())
    is_open = joined.close_on.isnull() | (joined.close_on > day)
    # A primary's register number counts children far younger than those the lists are about.
    of_age = ~joined.phase.lower().isin(PRIMARY)
    by_register = (joined.census.fill_null(0) == 0) & is_open & of_age.fill_null(True)
    kept = joined.filter(joined.known.fill_null(False) | is_open)
    return kept.select(
        "context_id", "name", "la_code", "h3_r9", "is_ap",
        roll=ibis.cases(
            (joined.on_roll.notnull(), joined.on_roll.cast("int64")),
            (by_register, joined.roll.cast("int64")),
            else_=ibis.null("int64"),
        ),
    )  # fmt: skip
