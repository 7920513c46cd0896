"""Which groups of young people turn up together, and which groups meet?"""

from collections.abc import Sequence
from typing import Any

from kithmap.governance.contexts import FEWEST_MEMBERS
from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule
from kithmap.measures.measure import Options, Row, measure
from kithmap.measures.population import Ages, number, young_people
from kithmap.model.tables import CONTEXT, EVENT, MEMBERSHIP, PARTY, PERSON

ITSELF = "itself"


def say_groups(rows: Sequence[Row], _options: Options) -> str:
    """Put in words how many groups there are, how large, and how many of them meet."""
    groups = [row for row in rows if row["linked_to"] == ITSELF]
    if not groups:
        return f"No group of {FEWEST_MEMBERS} or more young people turns up together in what is recorded."
    sizes = [size for row in groups if (size := number(row, "young_people")) is not None]
    links = len(rows) - len(groups)
    large = f", of {min(sizes):,} to {max(sizes):,} young people" if len(sizes) == len(groups) else ""
    one = len(groups) == 1
    return (
        f"{len(groups):,} {'group' if one else 'groups'} of {FEWEST_MEMBERS} or more young people"
        f" {'turns' if one else 'turn'} up together{large}; {links:,} {'pair of groups meets' if links == 1 else 'pairs of groups meet'}."
    )


@measure(
    question="Which groups of young people turn up together, and which groups meet?",
    inputs=[PERSON, MEMBERSHIP, CONTEXT, EVENT, PARTY],
    purposes={Purpose.PROFILING, Purpose.SHARING, Purpose.CASE},
    rule=CountRule(counts=("young_people",), names=("events",)),
    chart="network",
    sentence=say_groups,
)
def peer_groups(
    people: Any,
    memberships: Any,
    contexts: Any,
    events: Any,
    parties: Any,
    *,
    authority: str = "",
    ages: Ages = "under 18",
) -> Any:
    """Count the young people of each group, and of each two groups that share young people or events.

    Shape: one row per group of five young people or more, and one per pair of these that meet.
    Unit: young people, each once in a row; somebody may be in two groups. A smaller group is in no row: whoever
        knows such a group knows who is in it.
    Columns: `peer_group` (neutral code), `linked_to` (itself, or the other group), `authority` (where most of the
        group live), `young_people` (in the group; in both), `events` (with two or more of the group; with one of
        each), inside the partnership only.
    Source: requirement G07; groups as docs/explanation/contexts.md finds them.

    >>> peer_groups.rule.names
    ('events',)
    """
    import ibis

    group = contexts.filter(contexts.context_type == "peer_group")
    group = group.filter(group.la_code == authority) if authority else group
    named = group.select("context_id", peer_group="code", authority="la_code")
    young = young_people(people, ages=ages).select("person_id")
    members = memberships.filter(memberships.context_type == "peer_group", memberships.end_on.isnull())
    members = members.semi_join(young, "person_id").inner_join(named, "context_id")
    members = members.select("person_id", "peer_group", "authority").distinct()
    sizes = members.group_by("peer_group").agg(size=members.count())
    members = members.semi_join(sizes.filter(sizes.size >= FEWEST_MEMBERS), "peer_group")
    there = parties.semi_join(events, "event_id").select("event_id", "person_id").distinct()
    attended = members.inner_join(there, "person_id")
    own = _groups(members, attended)
    both = _pairs(members, attended)
    return ibis.union(own, both).order_by("peer_group", _first(), "linked_to")


def _first() -> Any:
    import ibis

    return ibis.cases((ibis._.linked_to == ITSELF, 0), else_=1)


def _groups(members: Any, attended: Any) -> Any:
    """One row per group: its members, and the events with two of them or more."""
    import ibis

    counted = members.group_by("peer_group", "authority").agg(young_people=members.count().cast("int64"))
    together = attended.group_by("peer_group", "event_id").agg(n=attended.person_id.nunique())
    together = together.filter(together.n > 1)
    met = together.group_by("peer_group").agg(events=together.count().cast("int64"))
    joined = counted.left_join(met, "peer_group").drop("peer_group_right")
    return joined.select(
        "peer_group",
        linked_to=ibis.literal(ITSELF),
        authority=joined.authority,
        young_people=joined.young_people,
        events=joined.events.fill_null(0),
    )


def _pairs(members: Any, attended: Any) -> Any:
    """One row per pair of groups that share a member or an event: who is in both, and where both were."""
    import ibis

    other = members.select("person_id", linked_to="peer_group")
    shared = members.inner_join(other, "person_id")
    shared = shared.filter(shared.peer_group < shared.linked_to)
    shared = shared.group_by("peer_group", "linked_to").agg(young_people=shared.count().cast("int64"))
    there = attended.select("event_id", linked_to="peer_group", other_id="person_id")
    met = attended.inner_join(there, "event_id")
    met = met.filter(met.peer_group < met.linked_to, met.person_id != met.other_id)
    met = met.group_by("peer_group", "linked_to").agg(events=met.event_id.nunique().cast("int64"))
    joined = shared.outer_join(met, ["peer_group", "linked_to"])
    return joined.select(
        peer_group=joined.peer_group.coalesce(joined.peer_group_right),
        linked_to=joined.linked_to.coalesce(joined.linked_to_right),
        authority=ibis.null("string"),
        young_people=joined.young_people.fill_null(0),
        events=joined.events.fill_null(0),
    )
