"""Concerns: every recorded worry about a person, with who recorded it and when."""

from datetime import date
from functools import reduce
from typing import Any

import ibis

from kithmap.contexts.events import EVENT_ROW
from kithmap.contexts.sourced import exploded, rows_of, table_of, text, who
from kithmap.engines.engine import Engine
from kithmap.model.tables import CONCERN

NO_DAY = ibis.null("date")
NO_TEXT = ibis.null("string")


def save_concerns(engine: Engine, as_at: date) -> None:
    """Save `concern`: lists, flags, events, exclusions and panels, as at a day.

    A flag taken back leaves no trace here. A listing that has ended keeps its last day, so that
    it leaves every view of what stands. What begins after the day is not known yet.
    """
    day = ibis.date(as_at.isoformat())
    gathered = [_listed(engine, day), _flagged(engine, day), _excluded(engine), _discussed(engine)]
    of_rows = reduce(ibis.union, gathered)
    placed: Any = of_rows.inner_join(who(engine).drop("row_id"), "mention_id")
    placed = placed.inner_join(rows_of(engine), "row_id")
    events = table_of(engine, EVENT_ROW).select("row_id", "event_id")
    placed = placed.left_join(events, "row_id").drop("row_id_right")
    placed = placed.mutate(
        role=ibis.coalesce(placed.role.nullif(""), "unknown"),
        start_on=ibis.coalesce(placed.start_on, placed.row_on),
    )
    names = list(CONCERN.names)
    every = ibis.union(placed.select(names), _happened(engine).select(names))
    every = every.filter(every.start_on.isnull() | (every.start_on <= day))
    engine.save("concern", every.distinct())


def _listed(engine: Engine, day: Any) -> Any:
    listing = table_of(engine, "record_listing")
    plain = listing.select(
        "mention_id", "row_id", "list", "role", "start_on", "harm",
        end_on=ibis.cases((listing.end_on <= day, listing.end_on), else_=NO_DAY), basis=text("list"),
    )  # fmt: skip
    # A list about no one kind of harm is still a list somebody is on.
    nothing = plain.filter(plain.harm.isnull())
    return ibis.union(_shaped(exploded(plain, "harm")), _shaped(nothing))


def _flagged(engine: Engine, day: Any) -> Any:
    flag = table_of(engine, "record_flag")
    standing = flag.filter(flag.mention_id.notnull(), flag.retracted_on.isnull() | (flag.retracted_on > day))
    plain = standing.select("mention_id", "row_id", "harm", start_on="asserted_on", basis=text("flag"))
    return _shaped(exploded(plain, "harm"))


def _excluded(engine: Engine) -> Any:
    # The code says why a pupil was sent out; it does not say who was harmed: the role is unknown.
    plain = table_of(engine, "record_exclusion").select("mention_id", "row_id", "harm", "start_on")
    return _shaped(exploded(plain.mutate(basis=text("exclusion")), "harm"))


def _discussed(engine: Engine) -> Any:
    item = table_of(engine, "record_panel_item")
    plain = item.select(
        "mention_id",
        "row_id",
        harm="pop_harm",
        role="pop_role",
        start_on="meeting_on",
        basis=text("assessment"),
    )
    return _shaped(exploded(plain, "harm"))


def _shaped(rows: Any) -> Any:
    """The same columns in the same order, whatever the source has of them."""
    lacking = {"list": NO_TEXT, "role": NO_TEXT, "start_on": NO_DAY, "end_on": NO_DAY}
    columns = ("mention_id", "row_id", "harm", "list", "basis", "role", "start_on", "end_on")
    return rows.select(**{name: rows[name] if name in rows.columns else lacking[name] for name in columns})


def _happened(engine: Engine) -> Any:
    """A person in an event, for each kind of harm the event is of."""
    event = table_of(engine, "event").select("event_id", "harm", "start_at", "holder", "layout", "la_code")
    joined = exploded(event, "harm").inner_join(table_of(engine, "event_party"), "event_id")
    return joined.mutate(
        list=NO_TEXT, basis=text("event"), start_on=joined.start_at.cast("date"), end_on=NO_DAY
    )
