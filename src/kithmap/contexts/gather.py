"""Gather: from records and who they name, to people, concerns, events and contexts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

import ibis

from kithmap.contexts.concerns import save_concerns
from kithmap.contexts.events import place_events, save_events
from kithmap.contexts.families import hold_families
from kithmap.contexts.kin import save_kin
from kithmap.contexts.peers import ENOUGH_EVENTS, PeerGroups, hold_peers
from kithmap.contexts.people import save_people
from kithmap.contexts.places import PlaceNames, hold_happenings, hold_online, hold_places, hold_routes
from kithmap.contexts.schools import SchoolNames, hold_schools, school_members
from kithmap.contexts.sourced import hold_sources, table_of, text
from kithmap.contexts.strengths import save_strengths
from kithmap.engines.engine import Engine
from kithmap.errors import NothingToLink
from kithmap.model.tables import CONTEXT, MEMBERSHIP

Progress = Callable[[str, float], None]
# Kind of context, the table its contexts are held in, its type where all are of one, its word.
KINDS = (
    ("family", "gather_family_context", "family", "Family"),
    ("peer", "gather_peer_context", "peer_group", "Group"),
    ("school", "gather_school_context", "school", "School"),
    ("place", "gather_place_context", None, "Place"),
    ("route", "gather_route_context", "route", "Route"),
    ("online", "gather_online_context", "online", "Online space"),
)


@dataclass(frozen=True)
class GatherReport:
    """What gathering made, counted; and what it could not tell."""

    people: int
    young_people: int
    unknown_ages: int
    concerns: int
    events: int
    contexts: dict[str, int]
    memberships: int
    school_names: SchoolNames
    place_names: PlaceNames
    peer_groups: PeerGroups
    caveats: tuple[str, ...]


def gather(engine: Engine, *, as_at: date, progress: Progress | None = None) -> GatherReport:
    """Make the people, concerns, events and contexts of a build from its records.

    Reads `record_*`, `identity`, `extract` and `receipt`; saves the tables of `kithmap.model.tables`
    from `person` to `person_association`. `progress` is told the step and how far it is, 0 to 1.

    Raises: NothingToLink when no record names a person or an event.
    """
    tell = progress or (lambda _step, _done: None)
    _check_something(engine)
    tell("people", 0.0)
    hold_sources(engine)
    save_people(engine, as_at)
    tell("events", 0.2)
    save_events(engine)
    tell("families", 0.4)
    hold_families(engine)
    save_kin(engine)
    tell("schools", 0.5)
    register, school_names = hold_schools(engine, as_at)
    tell("places", 0.6)
    place_names = hold_places(engine, register)
    hold_routes(engine)
    hold_online(engine)
    hold_happenings(engine)
    place_events(engine)
    tell("concerns", 0.75)
    save_concerns(engine, as_at)
    save_strengths(engine)
    tell("peer groups", 0.8)
    peers = hold_peers(engine)
    tell("contexts", 0.9)
    _save_contexts(engine)
    _save_memberships(engine)
    report = _report(engine, school_names, place_names, peers)
    tell("contexts", 1.0)
    return report


def _check_something(engine: Engine) -> None:
    names = ("record_mention", "record_event")
    if not any(engine.fetch(table_of(engine, name).head(1)).num_rows for name in names):
        raise NothingToLink(
            what="There is nothing to gather: no record names a person or tells of an event.",
            expected="At least one extract received.",
            do="Receive an extract with `kithmap receive`, then build again.",
        )


def _save_contexts(engine: Engine) -> None:
    """Save `context`, each kind numbered in the order of its opaque ids: codes tell nothing."""
    whole = [_coded(engine, *kind) for kind in KINDS]
    engine.save("context", reduce(ibis.union, whole))


def _coded(engine: Engine, kind: str, held: str, context_type: str | None, word: str) -> Any:
    rows = table_of(engine, held)
    count = engine.fetch(rows.agg(n=rows.count()))["n"][0].as_py()
    digits = max(len(str(count)), 2 if kind in ("school", "route", "online") else 3)
    number = (ibis.row_number().over(order_by=rows.context_id) + 1).cast("string")
    given = {"context_type": text(context_type)} if context_type else {}
    coded = rows.mutate(code=text(f"{word} ").concat(number.lpad(digits, "0")), **given)
    if kind in ("family", "peer"):
        coded = coded.left_join(_home_authority(engine, kind), "context_id").drop("context_id_right")
    return coded.select(
        **{
            name: coded[name].cast(of_type) if name in coded.columns else ibis.null(of_type)
            for name, of_type in CONTEXT.schema.items()
        }
    )


def _home_authority(engine: Engine, kind: str) -> Any:
    """The authority most of a family's or group's members live in."""
    members = table_of(engine, f"gather_{kind}_membership").select("context_id", "person_id").distinct()
    placed = members.inner_join(table_of(engine, "person").select("person_id", "la_code"), "person_id")
    placed = placed.filter(placed.la_code.notnull())
    counted = placed.group_by("context_id", "la_code").agg(people=placed.count())
    order = [counted.people.desc(), counted.la_code]
    nth = counted.mutate(nth=ibis.row_number().over(group_by=counted.context_id, order_by=order))
    return nth.filter(nth.nth == 0).select("context_id", "la_code")


def _save_memberships(engine: Engine) -> None:
    no_text, no_number, no_day = ibis.null("string"), ibis.null("int64"), ibis.null("date")
    family = table_of(engine, "gather_family_membership").mutate(context_type=text("family"))
    school = school_members(engine).mutate(context_type=text("school"))
    peer = table_of(engine, "gather_peer_membership").mutate(
        context_type=text("peer_group"), basis=text("co-incident"),
        # It rests on several events, and on all parts of a person alike.
        layout=no_text, receipt_no=no_number, end_on=no_day, part_id=no_number,
    )  # fmt: skip
    place = table_of(engine, "gather_place_membership")
    names = list(MEMBERSHIP.names)
    engine.save(
        "membership", reduce(ibis.union, [rows.select(names) for rows in (family, school, peer, place)])
    )


def _report(
    engine: Engine, school_names: SchoolNames, place_names: PlaceNames, peers: PeerGroups
) -> GatherReport:
    person = table_of(engine, "person")
    people = engine.fetch(
        person.agg(people=person.count(), young=person.is_young.sum(), unknown=person.is_young.isnull().sum())
    ).to_pylist()[0]
    kinds = engine.fetch(table_of(engine, "context").group_by("context_type").agg(n=ibis._.count()))
    young, unknown = people["young"] or 0, people["unknown"] or 0
    return GatherReport(
        people=people["people"],
        young_people=young,
        unknown_ages=unknown,
        concerns=_count(engine, "concern"),
        events=_count(engine, "event"),
        contexts={
            row["context_type"]: row["n"]
            for row in sorted(kinds.to_pylist(), key=lambda r: r["context_type"])
        },
        memberships=_count(engine, "membership"),
        school_names=school_names,
        place_names=place_names,
        peer_groups=peers,
        caveats=_caveats(unknown, school_names, place_names, peers),
    )


def _count(engine: Engine, name: str) -> int:
    rows = table_of(engine, name)
    return engine.fetch(rows.agg(n=rows.count()))["n"][0].as_py()


def _caveats(unknown: int, schools: SchoolNames, places: PlaceNames, peers: PeerGroups) -> tuple[str, ...]:
    """What the build cannot tell, in sentences."""
    ways = schools.matched + schools.unmatched
    of_schools = (
        f"{schools.unmatched:,} of {ways:,} ways of writing a school could not be matched to one school."
    )
    of_groups = (
        f"Young people share {peers.events_per_person:.1f} events each: too little information to name groups. "
        "Read peer groups as a first guess, and see the pairs behind them."
    )
    said = (
        (
            unknown,
            f"The age of {unknown:,} {'person' if unknown == 1 else 'people'} is not known: not counted as young.",
        ),
        (schools.unmatched, of_schools),
        (
            places.nowhere,
            f"{places.nowhere:,} of {places.said:,} ways of saying where do not say which place.",
        ),
        (peers.groups and peers.events_per_person < ENOUGH_EVENTS, of_groups),
    )
    return tuple(sentence for is_so, sentence in said if is_so)
