"""What rests on what: which record tables a question's tables are made of, and so which agreements it used."""

from collections.abc import Iterable, Mapping
from typing import Any

from kithmap.errors import KithmapError
from kithmap.ingest.layouts import load_layout
from kithmap.measures.measure import Measure

# What gathering makes each table that measures read of.
RESTS_ON: Mapping[str, frozenset[str]] = {
    "person": frozenset({"mention"}),
    "person_source": frozenset({"mention"}),
    "concern": frozenset({"listing", "flag", "event", "party", "exclusion", "assessment", "panel_item", "missing_episode"}),
    "event": frozenset({"event", "exclusion", "missing_episode", "panel_item"}),
    "event_party": frozenset({"party", "event"}),
    "context": frozenset({"setting", "place_mention", "enrolment", "event"}),
    "membership": frozenset({"enrolment", "mention", "place_mention", "association", "event", "party"}),
    "event_context": frozenset({"place_mention", "event"}),
    "kin": frozenset({"association", "mention"}),
    "strength": frozenset({"protective_factor"}),
    "person_association": frozenset({"party", "association"}),
}  # fmt: skip


def records_of(measure: Measure) -> frozenset[str]:
    """The record tables that a measure's tables are made of."""
    return frozenset(record for table in measure.inputs for record in RESTS_ON.get(table.name, ()))


def agreements_used(
    measure: Measure, extracts: Iterable[Mapping[str, Any]], receipts: Iterable[int]
) -> tuple[str, ...]:
    """The agreements of those extracts used whose layouts fill what a measure's tables are made of."""
    used, needed = frozenset(receipts), records_of(measure)
    layouts: dict[str, set[str]] = {}
    for extract in extracts:
        if int(extract["receipt_no"]) in used:
            layouts.setdefault(extract["layout"], set()).add(extract["agreement"])
    return tuple(sorted({each for name, under in layouts.items() if _feeds(name) & needed for each in under}))


def _feeds(layout: str) -> frozenset[str]:
    try:
        return frozenset(load_layout(layout).feeds)
    except KithmapError:
        # A layout of the user's own is a file, which may be anywhere: it may feed any of them.
        return frozenset(record for records in RESTS_ON.values() for record in records)
