"""Peer groups: young people who turn up in the same events, again and again."""

from typing import Any, NamedTuple

import ibis
import numpy as np
import polars as pl

from kithmap.contexts.people import ADULT
from kithmap.contexts.sourced import table_of, text, who
from kithmap.engines.engine import Engine
from kithmap.stats.groups import find_groups, second_homes

# A larger event, such as a whole school's fight, says little of who knows whom.
LARGEST_EVENT = 12
SMALLEST_GROUP = 3
# A child in a household where there is violence is there as family, not among peers.
NOT_AMONG_PEERS = ("exposed",)
CO_INCIDENT = "co-incident"
# How much of a shared event's tie counts towards a group. Those who harm together, or are harmed
# together, mostly know each other; who harms and who is harmed often do not; a witness may be anybody.
# Declared here, not fitted: see docs/explanation/contexts.md. In quarters.
SAME_SIDE, ACROSS_SIDES, WITNESS = 4, 1, 0
# Least common multiple of 1 to 11: 1/(n-1) is a whole number of these parts for every n to 12, so
# that sums are exact, and the same in whatever order an engine adds.
PARTS = 27_720
SIDES = ("harmed", "harming")
# Below this groups found again from known ones agree too little to be named (notes, Newman 2001).
ENOUGH_EVENTS = 3.0


class PeerGroups(NamedTuple):
    """How many groups were found, and from how many shared events a person."""

    groups: int
    in_two: int
    events_per_person: float


def hold_peers(engine: Engine, seed: int = 1) -> PeerGroups:
    """Save `person_association`; hold `gather_peer_context` and `gather_peer_membership`."""
    parties = engine.hold("gather_peer_party", _young_parties(engine))
    co_incident: Any = engine.hold("gather_tie", _ties(parties))
    engine.save("person_association", ibis.union(co_incident.drop("closeness"), _stated(engine)))
    close = co_incident.filter(co_incident.closeness > 0)
    ties = _fetched(engine, close.select("person_id", "other_person_id", "closeness", "first_on"))
    members, in_two = _members(ties, seed)
    engine.hold("gather_peer_membership", members.to_arrow())
    engine.hold("gather_peer_context", members.select("context_id").unique(maintain_order=True).to_arrow())
    shared = _fetched(engine, parties.agg(rows=parties.count(), people=parties.person_id.nunique()))
    rows, people = shared.row(0)
    return PeerGroups(members["context_id"].n_unique(), in_two, rows / people if people else 0.0)


def _fetched(engine: Engine, rows: Any) -> pl.DataFrame:
    frame = pl.from_arrow(engine.fetch(rows))
    assert isinstance(frame, pl.DataFrame)
    return frame


def _young_parties(engine: Engine) -> Any:
    """Young people in events of 2 to 12 of them: young then, or young now where no age is known."""
    party = table_of(engine, "event_party")
    person = table_of(engine, "person").select("person_id", "is_young")
    known = party.filter(party.role.notin(NOT_AMONG_PEERS)).inner_join(person, "person_id")
    young = ibis.coalesce(known.age_at_event < ADULT, known.is_young, ibis.literal(False))
    # Once each, however many parts of them linkage leaves in doubt.
    known = known.filter(young).select("event_id", "person_id", "role").distinct()
    sizes = known.group_by("event_id").agg(n=known.count())
    sizes = sizes.filter(sizes.n.between(2, LARGEST_EVENT))
    when = table_of(engine, "event").select("event_id", day=ibis._.start_at.cast("date"))
    return known.inner_join(sizes, "event_id").inner_join(when, "event_id")


def _ties(parties: Any) -> Any:
    """Each pair who share events: 1/(n-1) for each, so that a large event ties nobody closely.

    `weight` is that sum; `closeness` is the sum of what of it counts towards a group.
    """
    other = parties.select("event_id", other_person_id="person_id", other_role="role")
    pairs = parties.inner_join(other, "event_id")
    pairs = pairs.filter(pairs.person_id < pairs.other_person_id)
    sides = pairs.role.isin(SIDES) & pairs.other_role.isin(SIDES)
    share: Any = ibis.cases(
        ((pairs.role == "witness") | (pairs.other_role == "witness"), WITNESS),
        (sides & (pairs.role != pairs.other_role), ACROSS_SIDES),
        else_=SAME_SIDE,
    )
    pairs = pairs.mutate(tie=(PARTS / (pairs.n - 1)).round().cast("int64"), share=share)
    return (
        pairs.group_by("person_id", "other_person_id")
        .agg(
            weight=pairs.tie.sum().cast("float64") / PARTS,
            events=pairs.count(),
            first_on=pairs.day.min(),
            last_on=pairs.day.max(),
            closeness=(pairs.tie * pairs.share).sum().cast("float64") / (PARTS * SAME_SIDE),
        )
        .mutate(kind=text(CO_INCIDENT))
        .relocate("kind", after="other_person_id")
    )


def _stated(engine: Engine) -> Any:
    """Each pair a source states a relation of, in the source's kind, one weight a row."""
    association = table_of(engine, "record_association")
    named = who(engine).select("mention_id", "person_id")
    other = named.rename(other_mention_id="mention_id", other="person_id")
    pairs = association.inner_join(named, "mention_id").inner_join(other, "other_mention_id")
    pairs = pairs.filter(pairs.person_id != pairs.other)
    dated = pairs.left_join(table_of(engine, "gather_row").select("row_id", "row_on"), "row_id")
    ordered = dated.select(
        "kind",
        "row_on",
        person_id=ibis.least(dated.person_id, dated.other),
        other_person_id=ibis.greatest(dated.person_id, dated.other),
    )
    return ordered.group_by("person_id", "other_person_id", "kind").agg(
        weight=ordered.count().cast("float64"),
        events=ordered.count(),
        first_on=ordered.row_on.min(),
        last_on=ordered.row_on.max(),
    )


def _members(ties: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, int]:
    """Who is in which group, from their first shared event in it; how many are in two."""
    people = pl.concat([ties["person_id"], ties["other_person_id"]]).unique().sort()
    # Sorted pseudonyms and sorted ties: the same groups whatever order the engine gives rows in.
    numbered = ties.sort("person_id", "other_person_id")
    ends = people.search_sorted(numbered["person_id"]).to_numpy().astype(np.int64)
    others = people.search_sorted(numbered["other_person_id"]).to_numpy().astype(np.int64)
    labels = find_groups(
        ends, others, numbered["closeness"].to_numpy(), len(people), smallest=SMALLEST_GROUP, seed=seed
    )
    home = np.flatnonzero(labels >= 0)
    second, elsewhere = second_homes(ends, others, labels)
    belongs = pl.DataFrame(
        {"person": np.concatenate((home, second)), "label": np.concatenate((labels[home], elsewhere))},
        schema={"person": pl.Int64, "label": pl.Int64},
    )
    named = belongs.with_columns(people.gather(belongs["person"]).alias("person_id"))
    # A group's id is its first member's: groups have no name, and ours must be opaque.
    key = named.group_by("label").agg(pl.col("person_id").min().alias("first"))
    key = key.with_columns(_opaque(key["first"]).alias("context_id"))
    dated = named.join(_spans(numbered, ends, others, labels), on=["person", "label"], how="left")
    members = (
        dated.join(key, on="label")
        .sort("context_id", "person_id")
        .select("person_id", "context_id", "start_on")
    )
    return members, len(second)


def _opaque(first: pl.Series) -> pl.Series:
    from hashlib import md5

    return first.map_elements(
        lambda person: (
            "C" + md5(f"peer_group\x1f{person}".encode(), usedforsecurity=False).hexdigest().upper()[:20]
        ),
        return_dtype=pl.String,
    )


def _spans(ties: pl.DataFrame, ends: Any, others: Any, labels: Any) -> pl.DataFrame:
    """The first day each person shared an event with somebody of a group."""
    days = ties["first_on"]
    both = pl.DataFrame(
        {
            "person": np.concatenate((ends, others)),
            "label": labels[np.concatenate((others, ends))],
            "start_on": pl.concat([days, days]),
        }
    )
    return both.group_by("person", "label").agg(pl.col("start_on").min())
