"""Which groups of young people turn up together, and which groups meet?"""

from collections.abc import Sequence
from typing import Any

from kithmap.governance.contexts import FEWEST_MEMBERS
from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule, Meetings
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
    rule=CountRule(
        counts=("young_people",),
        names=("events", "behind"),
        adds_up=Meetings(column="peer_group", other="linked_to", itself=ITSELF, behind="behind"),
    ),
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
        group live), `young_people` (in the group; in both); inside the partnership only `events` (with two or
        more of the group; with one of each) and `behind` (the young people who make two groups meet: who is in
        both, or was at those events).
    Source: requirement G07; groups as docs/explanation/contexts.md finds them.

    >>> peer_groups.rule.names
    ('events', 'behind')
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
        behind=ibis.null("int64"),
    )


def _pairs(members: Any, attended: Any) -> Any:
    """One row per pair of groups that share a member or an event: who is in both, and where both were."""
    import ibis

    also = members.select("person_id", linked_to="peer_group")
    in_both = members.inner_join(also, "person_id")
    there = attended.select("event_id", linked_to="peer_group", other_id="person_id")
    together = attended.inner_join(there, "event_id")
    together = together.filter(together.person_id != together.other_id)
    pair = ("peer_group", "linked_to")
    rows = ibis.union(
        in_both.select(*pair, "person_id", event_id=ibis.null("string"), is_in_both=True),
        together.select(*pair, "person_id", "event_id", is_in_both=False),
        together.select(*pair, "event_id", person_id="other_id", is_in_both=False).select(
            *pair, "person_id", "event_id", "is_in_both"
        ),
    )
    rows = rows.filter(rows.peer_group < rows.linked_to)
    is_in_both: Any = rows.is_in_both
    return rows.group_by(*pair).agg(
        authority=ibis.null("string"),
        young_people=rows.person_id.nunique(where=is_in_both).cast("int64"),
        events=rows.event_id.nunique().cast("int64"),
        behind=rows.person_id.nunique().cast("int64"),
    )
