"""Schools: the register of settings, the names other agencies write, and who is at which."""

from datetime import date
from typing import Any, NamedTuple

import ibis
import polars as pl

from kithmap.contexts.school_names import Register, match_schools
from kithmap.contexts.sourced import ROW, WHO, YES, table_of, with_parts
from kithmap.engines.engine import Engine

LEFT = "P"  # DfE enrolment status: previous
PRIMARY = ("primary", "nursery", "middle deemed primary")
REFERENCE = ("urn", "la_estab", "school_raw", "la_code")


class SchoolNames(NamedTuple):
    """How many different ways of writing a school were matched to one, and how many were not."""

    matched: int
    unmatched: int


def hold_schools(engine: Engine, as_at: date) -> tuple[Register, SchoolNames]:
    """Hold `gather_school_context` and `gather_school_membership`; give the register."""
    enrolled = engine.hold("gather_enrolled", _enrolled(engine))
    counted = enrolled.group_by("reference", *REFERENCE).agg(times=enrolled.count())
    written = pl.from_arrow(engine.fetch(counted))
    assert isinstance(written, pl.DataFrame)
    register = Register.read(pl.from_arrow(engine.fetch(_settings(engine)))).with_authorities(written)
    matched = match_schools(written, register)
    found = engine.hold("gather_school_reference", matched.select("reference", "context_id").to_arrow())
    members = engine.hold(
        "gather_school_membership", _memberships(engine, enrolled.inner_join(found, "reference"), as_at)
    )
    contexts = engine.hold("gather_school_register", register.with_new(matched).contexts().to_arrow())
    engine.hold("gather_school_context", _with_rolls(engine, contexts, members, as_at))
    return register, SchoolNames(len(matched), len(written) - len(matched))


def _settings(engine: Engine) -> Any:
    setting = table_of(engine, "record_setting")
    named = setting.filter(setting.name.notnull())
    order = [named.row_id.desc()]
    key = ibis.coalesce(named.urn, named.la_estab, named.name)
    nth = named.mutate(nth=ibis.row_number().over(group_by=key, order_by=order))
    return nth.filter(nth.nth == 0).select(
        "urn", "la_estab", "name", "la_code", "phase", "type", "roll", "h3_r9", "close_on"
    )


def _enrolled(engine: Engine) -> Any:
    """Each person with each school a row gives them, as written, with its dates."""
    enrolment = table_of(engine, "record_enrolment")
    said = enrolment.inner_join(table_of(engine, WHO).drop("row_id"), "mention_id")
    said = said.inner_join(table_of(engine, ROW), "row_id")
    last = table_of(engine, "extract").select("receipt_no", extract_last_on="last_on")
    said = said.inner_join(last, "receipt_no")
    parts = [said[name].fill_null("") for name in REFERENCE]
    reference = parts[0]
    for part in parts[1:]:
        reference = reference.concat("\x1f", part)
    return said.filter(said.urn.notnull() | said.la_estab.notnull() | said.school_raw.notnull()).select(
        "person_id", "part_id", "layout", "receipt_no", "start_on", "end_on", "as_at", "row_on", "status_code",
        "urn", "la_estab", "school_raw", "la_code", "extract_last_on", reference=reference,
    )  # fmt: skip


def _memberships(engine: Engine, enrolled: Any, as_at: date) -> Any:
    """On the roll by the census, or said to be there by somebody else; from when, to when."""
    day = ibis.date(as_at.isoformat())
    on_roll = enrolled.status_code.notnull()
    # A census that does not state its day is of the last day it speaks of.
    census_on = ibis.coalesce(enrolled.as_at, enrolled.extract_last_on)
    dated = enrolled.mutate(
        basis=ibis.cases((on_roll, "roll"), else_="stated"),
        start=ibis.coalesce(enrolled.start_on, enrolled.row_on),
        census_on=ibis.cases((on_roll, census_on), else_=ibis.null("date")),
        end=ibis.cases(
            (enrolled.end_on <= day, enrolled.end_on),
            (enrolled.status_code == LEFT, ibis.coalesce(enrolled.end_on, census_on, day)),
            else_=ibis.null("date"),
        ),
    )
    keys = ["person_id", "context_id", "basis"]
    # Once over the rows of every term; what follows reads one row per person, school and extract.
    rows = dated.group_by(*keys, "layout", "receipt_no").agg(
        start_on=dated.start.min(), end=dated.end.max(), standing=dated.end.isnull().sum(),
        census_on=dated.census_on.max(),
    )  # fmt: skip
    engine.hold("gather_at_school", rows)
    rows = table_of(engine, "gather_at_school")
    census = rows.group_by("context_id").agg(latest=rows.census_on.max())
    stood = rows.group_by(keys).agg(all_standing=rows.standing.sum(), last_census=rows.census_on.max())
    rows = rows.inner_join(stood, keys).inner_join(census, "context_id")
    whole = rows.select(
        *keys, "layout", "receipt_no", "start_on",
        end_on=ibis.cases(
            # Not on the latest census that speaks of the school: gone since the last that did.
            ((rows.basis == "roll") & (rows.last_census < rows.latest), rows.last_census),
            (rows.all_standing > 0, ibis.null("date")),
            else_=rows.end,
        ),
    )  # fmt: skip
    return with_parts(whole, dated, *keys, "layout", "receipt_no")


def _with_rolls(engine: Engine, contexts: Any, members: Any, as_at: date) -> Any:
    """Rolls from the census; the register's number where the authority sends no census."""
    adults = table_of(engine, "person")
    adults = adults.filter(~adults.is_young)
    on_roll = members.filter(members.basis == "roll", members.end_on.isnull()).anti_join(adults, "person_id")
    rolls = on_roll.group_by("context_id").agg(on_roll=on_roll.person_id.nunique())
    joined = contexts.left_join(rolls, "context_id").drop("context_id_right")
    sends = joined.group_by("la_code").agg(census=joined.on_roll.sum())
    joined = joined.left_join(sends, "la_code").drop("la_code_right")
    known = members.select("context_id").distinct().mutate(known=YES)
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
