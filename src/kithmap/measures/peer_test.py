"""Was the harm done by peers, by adults, or by people whose age nobody knows?"""

from collections.abc import Sequence
from typing import Any

from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule, Sums
from kithmap.measures.measure import Options, Row, measure
from kithmap.measures.population import harms, in_words, number
from kithmap.model.tables import EVENT

ALL = "All"
ANY = "Any"


def say_peers(rows: Sequence[Row], _options: Options) -> str:
    """Put in words how much of the recorded harm peers did, and how much nobody can tell."""
    told = {str(row["harmed_by"]): row for row in rows if row["harm"] == ANY}
    if ALL not in told:
        return "No event of harm names anybody as harming."
    known = ("peer", "apart", "adult", "unknown")
    of_peers, of_apart, of_adults, unknown = (in_words(told.get(name), "events") for name in known)
    events = "event" if number(told[ALL], "events") == 1 else "events"
    return (
        f"Of {in_words(told[ALL], 'events')} {events} that name somebody as harming, {of_peers} were by peers, "
        f"{of_apart} by young people more than five years apart in age, {of_adults} by adults only; "
        f"for {unknown} an age is missing."
    )


@measure(
    question="Was the harm done by peers, by adults, or by people whose age nobody knows?",
    inputs=[EVENT],
    purposes={Purpose.PROFILING, Purpose.SHARING, Purpose.CASE},
    # That all events are by peers tells of no young person.
    rule=CountRule(counts=("events",), adds_up=Sums(columns=("harmed_by",), known=("harmed_by",))),
    chart="bar",
    sentence=say_peers,
)
def peer_test(events: Any, *, harm: str = "", authority: str = "") -> Any:
    """Count events of harm by the age, then, of those recorded as harming.

    Shape: one row per harm and answer; `Any` harm and `All` answers among them.
    Unit: events that name at least one person as harming, each once in a row; not young people.
    Columns: `harm` (Any: one or more of them; unless asked for, not the labels GANG and ASB),
        `harmed_by` (peer: somebody under 18 and at most five years from one harmed, or no age of one
        harmed is known; apart: under 18, and further than that; adult: all are 18 or over;
        unknown: nobody known to be under 18, and an age is missing; All), `events`.
    Source: requirement G14; requirements section 10, peer test. An age is never guessed.

    >>> peer_test.rule.counts
    ('events',)
    """
    import ibis

    named = events.filter(events.peer.notnull(), events.harm.notnull())
    named = named.filter(named.la_code == authority) if authority else named
    codes = named.select("event_id", harmed_by="peer", harm=named.harm.re_split("[|]").unnest())
    asked = codes.filter(harms(codes.harm, harm))
    by_harm = ibis.union(asked, asked.mutate(harm=ibis.literal(ANY)).distinct())
    both = ibis.union(by_harm, by_harm.mutate(harmed_by=ibis.literal(ALL)))
    counted = both.group_by("harm", "harmed_by").agg(events=both.event_id.nunique().cast("int64"))
    return counted.order_by("harm", "harmed_by")
