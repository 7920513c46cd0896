"""Events: rows of one source that tell of one thing, who was in it, and in which role."""

from functools import reduce
from typing import Any

import ibis

from kithmap.contexts.people import ADULT, BIRTH, whole_years
from kithmap.contexts.sourced import WHO, exploded, hashed, row_no, rows_of, table_of, with_ids, with_parts
from kithmap.engines.engine import Engine

EVENT_ROW = "gather_event_row"
ROLES = ("harmed", "harming", "both", "witness", "exposed", "associated")
PEER_YEARS = 5


def save_events(engine: Engine) -> None:
    """Save `event_party`; hold the events, which `place_events` saves, and which event each row tells of.

    Rows of one holder, layout and authority that share the holder's number are one event; a row
    without a number is an event of its own.
    """
    engine.hold(EVENT_ROW, _event_rows(engine))
    parties = engine.save("event_party", _parties(engine))
    engine.hold("event", _events(engine, parties))


def _event_rows(engine: Engine) -> Any:
    told = table_of(engine, "record_event").select(
        "row_id", "source_event_id", start_on=ibis._.start_at.cast("date")
    )
    told = told.inner_join(rows_of(engine), "row_id")
    told = told.left_join(table_of(engine, "receipt").select("receipt_no", "sha256"), "receipt_no")
    told = told.drop("receipt_no_right")
    numbered = hashed("E", told.holder, told.layout, told.extract_la, told.source_event_id)
    # The file's own hash and row, not our receipt number: the id must not change with the order
    # in which extracts came.
    alone = hashed("E", told.sha256, row_no(told.row_id))
    has_number = told.source_event_id.fill_null("") != ""
    return told.select(
        "row_id", "receipt_no", "layout", "holder", "la_code", "start_on",
        event_id=ibis.cases((has_number, numbered), else_=alone),
    )  # fmt: skip


def _parties(engine: Engine) -> Any:
    """One row per person, part of them and event; harmed in one row and harming in another make both."""
    rows = table_of(engine, EVENT_ROW).select("row_id", "receipt_no", "event_id", "start_on")
    party = table_of(engine, "record_party").select("mention_id", "role", "age_at_event")
    # Whoever an event's row names without a role took part in a role the source does not say.
    named = table_of(engine, WHO).select("mention_id", "row_id", "person_no", "part_id")
    named = named.inner_join(rows, "row_id")
    roles = named.left_join(party, "mention_id").drop("mention_id_right")
    aged = roles.left_join(table_of(engine, BIRTH), "person_no").drop("person_no_right")
    aged = aged.mutate(
        age=ibis.cases(
            (aged.is_exact & aged.start_on.notnull(), whole_years(aged.dob, aged.start_on)),
            else_=aged.age_at_event,
        )
    )
    has = {f"is_{role}": (aged.role == role).max() for role in ROLES}
    grouped = aged.group_by("event_id", "person_no").agg(
        age_at_event=aged.age.min(), receipt_no=aged.receipt_no.min(), **has
    )
    whole = grouped.select("event_id", "person_no", "age_at_event", "receipt_no", role=one_role(grouped))
    return with_ids(engine, with_parts(whole, named, "event_id", "person_no"))


def one_role(rows: Any) -> Any:
    """One role from flags of all roles a person has in an event: both is never folded into one."""
    return ibis.cases(
        (rows.is_both | (rows.is_harmed & rows.is_harming), "both"),
        *((rows[f"is_{role}"], role) for role in ROLES if role != "both"),
        else_="unknown",
    )


def _events(engine: Engine, parties: Any) -> Any:
    rows = table_of(engine, EVENT_ROW)
    event = table_of(engine, "record_event").drop("la_code", "source_event_id")
    told = rows.inner_join(event, "row_id")
    first = {
        name: told[name].argmin(told.row_id, where=told[name].notnull())
        for name in ("kind", "start_at", "precision", "la_code")
    }
    whole = told.group_by("event_id").agg(
        holder=told.holder.min(), layout=told.layout.min(), receipt_no=told.receipt_no.min(), **first
    )
    harms, peers = _harms(engine, rows), _peer_test(parties.drop("part_id").distinct())
    return (
        whole.left_join(harms, "event_id").drop("event_id_right")
        .left_join(peers, "event_id").drop("event_id_right")
    )  # fmt: skip


def place_events(engine: Engine) -> None:
    """Save `event`, giving an event without an authority that of the place it happened at.

    A force or a transport body covers many authorities, and its rows often name none.
    """
    kinds = ("gather_place_context", "gather_school_context")
    places = reduce(ibis.union, [table_of(engine, kind).select("context_id", "la_code") for kind in kinds])
    there = table_of(engine, "event_context").inner_join(places, "context_id")
    known = there.group_by("event_id").agg(place_la=there.la_code.min())
    event = table_of(engine, "event")
    joined = event.left_join(known, "event_id").drop("event_id_right")
    engine.save(
        "event", joined.mutate(la_code=ibis.coalesce(joined.la_code, joined.place_la)).drop("place_la")
    )


def _harms(engine: Engine, rows: Any) -> Any:
    """All kinds of harm an event's rows speak of, or flags about the row and no one person."""
    flag = table_of(engine, "record_flag")
    about_row = flag.filter(flag.mention_id.isnull(), flag.retracted_on.isnull())
    said = [table_of(engine, "record_event").select("row_id", "harm"), about_row.select("row_id", "harm")]
    codes = exploded(reduce(ibis.union, said), "harm").inner_join(rows.select("row_id", "event_id"), "row_id")
    codes = codes.select("event_id", "harm").distinct()
    return codes.group_by("event_id").agg(harm=codes.harm.collect().sort().join("|"))


def _peer_test(parties: Any) -> Any:
    """How old those recorded as harming were: requirement G14, and no age is ever guessed.

    adult: all of them 18 or over; peer: one under 18 and at most five years from one harmed (or
    no age of one harmed is known); apart: under 18, and further than that; unknown: no age.
    """
    does_harm = parties.role.isin(["harming", "both"])
    is_harmed = parties.role.isin(["harmed", "both"])
    ages = parties.group_by("event_id").agg(
        harming=does_harm.sum(),
        known=parties.age_at_event.count(where=does_harm),
        youngest=parties.age_at_event.min(where=does_harm),
        oldest_young=parties.age_at_event.max(where=does_harm & (parties.age_at_event < ADULT)),
        harmed_from=parties.age_at_event.min(where=is_harmed),
        harmed_to=parties.age_at_event.max(where=is_harmed),
    )
    is_young = ages.youngest < ADULT
    is_apart = (ages.oldest_young < ages.harmed_from - PEER_YEARS) | (
        ages.youngest > ages.harmed_to + PEER_YEARS
    )
    harmful = ages.filter(ages.harming > 0)
    return harmful.select(
        "event_id",
        peer=ibis.cases(
            (is_young & is_apart.fill_null(False), "apart"),
            (is_young, "peer"),
            (ages.known < ages.harming, "unknown"),
            else_="adult",
        ),
    )
