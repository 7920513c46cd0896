"""Do kinds of harm share contexts, or has each its own?"""

from collections.abc import Sequence
from typing import Any, Literal

from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule
from kithmap.measures.measure import Options, Row, measure
from kithmap.measures.population import (
    Ages,
    counted,
    draw_of,
    harms,
    in_words,
    standing_concerns,
    young_people,
)
from kithmap.model.tables import CONCERN, EVENT, EVENT_CONTEXT, MEMBERSHIP, PARTY, PERSON

ANY = "Any"
ContextType = Literal["", "family", "peer_group", "school", "public_space", "premises", "route", "online"]
PLURALS = {
    "family": "families", "peer_group": "peer groups", "school": "schools", "public_space": "public spaces",
    "premises": "premises", "route": "bus routes", "online": "online spaces",
}  # fmt: skip


def say_shared(rows: Sequence[Row], _options: Options) -> str:
    """Put in words how many contexts of each type hold two harms or more."""
    parts = [
        f"of {in_words(row, 'contexts')} {PLURALS.get(str(row['context_type']), row['context_type'])} "
        f"{in_words(row, 'shared_contexts')} {'holds' if in_words(row, 'shared_contexts') == '1' else 'hold'}"
        for row in rows
        if row["harm"] == ANY
    ]
    if not parts:
        return "No context holds a young person with a recorded concern."
    first, *rest = parts
    said = "; ".join([f"{first} two or more kinds of harm", *(f"{part} them" for part in rest)])
    return said[0].upper() + said[1:] + "."


@measure(
    question="Do these kinds of harm happen in the same families, groups, schools and places?",
    inputs=[CONCERN, PERSON, MEMBERSHIP, EVENT, PARTY, EVENT_CONTEXT],
    purposes={Purpose.PROFILING, Purpose.SHARING},
    rule=CountRule(
        counts=("young_people",),
        derived=(("contexts", ("young_people",)), ("shared_contexts", ("young_people",))),
        people=("young_people",),
        seen_in=("concern", "event_party"),
    ),
    chart="matrix",
    sentence=say_shared,
)
def shared_contexts(  # noqa: PLR0913  its options are its keyword arguments
    concerns: Any,
    people: Any,
    memberships: Any,
    events: Any,
    parties: Any,
    event_contexts: Any,
    *,
    context_type: ContextType = "",
    harm: str = "",
    authority: str = "",
    role: str = "",
    ages: Ages = "under 18",
) -> Any:
    """Count the contexts that hold each kind of harm, and those that hold another too.

    Shape: one row per harm and context type; `Any` harm among them.
    Unit: contexts, and the young people in them; each once in a row.
    Columns: `harm` (Any: one or more of them; unless asked for, not the labels GANG and ASB), `context_type`, `young_people` (with the harm, in
        a context of the type), `contexts` (holding at least one of them), `shared_contexts` (of
        those, holding a second kind of harm as well, by the same young people or others).
        A family, group or school holds the harm of its members; a place, route or online space
        holds the harm of what happened there, not all that is known of whoever was there.
    Source: requirements G06 and G09.

    >>> "contexts" in shared_contexts.rule.counts
    False
    """
    young = young_people(people, authority=authority, ages=ages)
    draw = draw_of(concerns)
    # Of draws young people are counted, and no contexts.
    context = ["context_type"] if draw else ["context_id", "context_type"]
    known = _by_members(standing_concerns(concerns, role=role), memberships, context)
    happened = _by_events(events, parties, event_contexts, role).select(known.columns)
    held = known.union(happened).semi_join(young, [*draw, "person_id"]).distinct()
    held = held.filter(harms(held.harm, harm), held.context_type.notnull())
    held = held.filter(held.context_type == context_type) if context_type else held
    if draw:
        return _count_drawn(held)
    in_context = held.group_by("context_id").agg(harms=held.harm.nunique())
    held = held.inner_join(in_context, "context_id")
    each = _count(held, "harm")
    whole = _count(held.mutate(harm=held.harm.nullif(held.harm).fill_null(ANY)), "harm")
    return each.union(whole).order_by("context_type", "harm")


def _by_members(concerns: Any, memberships: Any, context: list[str]) -> Any:
    """Person, context and harm, for contexts people belong to."""
    # Whoever was once at a place does not bring all their other concerns to it: only membership
    # by event is left out here, and the event's own harm is counted instead.
    belong = memberships.filter(memberships.basis != "event", memberships.end_on.isnull())
    person = [*draw_of(concerns), "person_id"]
    pairs = concerns.filter(concerns.harm.notnull()).select(*person, "harm").distinct()
    if "context_id" not in context:
        belong = belong.select(*person, *context).distinct()
    return belong.inner_join(pairs, person).select(*person, *context, "harm")


def _by_events(events: Any, parties: Any, event_contexts: Any, role: str) -> Any:
    """Person, context and harm, for what happened in a context."""
    tagged = events.filter(events.harm.notnull()).select("event_id", "harm")
    tagged = tagged.select("event_id", harm=tagged.harm.re_split("[|]").unnest())
    taking_part = parties.filter(parties.role == role) if role else parties
    person = [*draw_of(parties), "person_id"]
    where = event_contexts.inner_join(tagged, "event_id").inner_join(
        taking_part.select("event_id", *person), "event_id"
    )
    return where.select(*person, "context_id", "context_type", "harm")


def _count(held: Any, harm: str) -> Any:
    """Count people and contexts by harm and type."""
    return counted(
        held,
        [harm, "context_type"],
        young_people=held.person_id.nunique().cast("int64"),
        contexts=held.context_id.nunique().cast("int64"),
        shared_contexts=held.context_id.nunique(where=held.harms > 1).cast("int64"),
    )


def _count_drawn(held: Any) -> Any:
    """Count people by draw, harm and type, each of whom has one row for every harm and type."""
    import ibis

    every = held.select("draw", "person_id", "context_type", harm=ibis.literal(ANY)).distinct()
    keys = ["draw", "harm", "context_type"]
    one, other = (counted(rows, keys, young_people=rows.count().cast("int64")) for rows in (held, every))
    return one.union(other.select(one.columns))
