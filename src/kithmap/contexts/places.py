"""Places: names, stops and cells of the extracts, gathered into one gazetteer."""

from functools import reduce
from typing import Any, NamedTuple

import ibis
import polars as pl

from kithmap.contexts.events import EVENT_ROW
from kithmap.contexts.gazetteer import find_places
from kithmap.contexts.school_names import Register
from kithmap.contexts.sourced import ROW, hashed, rows_of, table_of, text, who, with_parts
from kithmap.engines.engine import Engine

SAID = ("stop_code", "name_raw", "h3_r9", "uprn", "postcode", "type_code", "type_raw")


class PlaceNames(NamedTuple):
    """How many different ways of saying where, and how many of them say too little."""

    said: int
    nowhere: int


def hold_places(engine: Engine, register: Register) -> PlaceNames:
    """Hold `gather_place_context` and `gather_where`: the place or school of each row.

    `register` is the schools': what happened at a school happened in that context.
    """
    mention = table_of(engine, "record_place_mention")
    rows = mention.inner_join(table_of(engine, ROW).select("row_id", "la_code"), "row_id")
    parts = [rows[name].fill_null("") for name in (*SAID, "la_code")]
    joined = reduce(lambda left, right: left.concat("\x1f", right), parts)
    rows = engine.hold("gather_place_row", rows.select("row_id", *SAID, "la_code", reference=joined))
    said = pl.from_arrow(
        engine.fetch(
            rows.group_by("reference", *SAID, "la_code").agg(times=rows.count()).order_by("reference")
        )
    )
    assert isinstance(said, pl.DataFrame)
    found = find_places(said, register)
    engine.hold("gather_place_context", found.places.to_arrow())
    known = engine.hold("gather_place_reference", found.references.to_arrow())
    where = rows.inner_join(known, "reference").select("row_id", "context_id", "context_type").distinct()
    engine.hold("gather_where", where)
    return PlaceNames(len(said), len(said) - len(found.references))


def hold_routes(engine: Engine) -> None:
    """Hold `gather_route_context` and `gather_route_where`: the bus route of each row."""
    mention = table_of(engine, "record_place_mention")
    rows = mention.filter(mention.route_no.fill_null("").strip() != "")
    _hold_named(engine, "route", rows.select("row_id", name=rows.route_no.strip().upper()))


def hold_online(engine: Engine) -> None:
    """Hold `gather_online_context` and `gather_online_where`: the site or app of each row."""
    attribute = table_of(engine, "record_event_attr")
    rows = attribute.filter(attribute.key == "platform")
    rows = rows.mutate(name=rows.value.re_split("[;/,|]").unnest())
    rows = rows.mutate(name=rows.name.strip().lower())
    _hold_named(engine, "online", rows.filter(rows.name != "").select("row_id", "name"))


def _hold_named(engine: Engine, kind: str, rows: Any) -> None:
    named = rows.mutate(context_id=hashed("C", text(kind), rows.name))
    engine.hold(f"gather_{kind}_context", named.select("context_id", "name").distinct())
    where = named.select("row_id", "context_id", context_type=text(kind)).distinct()
    engine.hold(f"gather_{kind}_where", where)


def hold_happenings(engine: Engine) -> None:
    """Save `event_context`, and hold `gather_place_membership`: who was where, by event or as said."""
    where = reduce(
        ibis.union, [table_of(engine, f"gather_{kind}") for kind in ("where", "route_where", "online_where")]
    )
    where = engine.hold("gather_all_where", where)
    rows = table_of(engine, EVENT_ROW).select("row_id", "event_id")
    happened = where.inner_join(rows, "row_id").select("event_id", "context_id", "context_type").distinct()
    happened = engine.save("event_context", happened)
    engine.hold("gather_place_membership", ibis.union(_by_event(engine, happened), _as_said(engine, where)))


def _by_event(engine: Engine, happened: Any) -> Any:
    """Whoever took part in an event was in the context it happened in, from the first to the last."""
    party = table_of(engine, "event_party").select("event_id", "person_id", "part_id", "receipt_no")
    event = table_of(engine, "event").select("event_id", "layout", day=ibis._.start_at.cast("date"))
    there = happened.inner_join(party, "event_id").inner_join(event, "event_id")
    keys = ("person_id", "context_id", "context_type", "layout", "receipt_no")
    spans = there.group_by(*keys).agg(start_on=there.day.min(), end_on=there.day.max())
    return with_parts(spans, there, *keys).mutate(basis=text("event"))


def _as_said(engine: Engine, where: Any) -> Any:
    """A list or panel that names a place beside a person says that they go there."""
    told = where.anti_join(table_of(engine, EVENT_ROW), "row_id")
    there = told.inner_join(who(engine).drop("mention_id"), "row_id").inner_join(
        rows_of(engine).select("row_id", "layout", "receipt_no", "row_on"), "row_id"
    )
    keys = ("person_id", "context_id", "context_type", "layout", "receipt_no")
    spans = there.group_by(*keys).agg(start_on=there.row_on.min(), end_on=ibis.null("date"))
    return with_parts(spans, there, *keys).mutate(basis=text("stated"))
