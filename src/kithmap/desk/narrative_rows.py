"""One narrative and the rows of its event: what it says, who they name, and what of it is coded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kithmap.desk.sitting import Sitting
from kithmap.errors import NotFound, PurposeNotAgreed
from kithmap.model.keys import receipt_no_of, row_id, row_of

PARTS_OF_WEEK = ("school day", "weekend")
# What a facet of an event is called, and the attribute of the records it comes from.
ATTRIBUTES = ("weapon", "injury", "platform", "body_site", "group_size")
PLACE_KINDS = ("type_code", "type_raw")


@dataclass(frozen=True, repr=False)
class Narrative:
    """One narrative of an extract, where it stands, and every row that tells of the same event."""

    reference: str
    receipt_no: int
    body: str
    rows: tuple[int, ...]

    def __repr__(self) -> str:
        return f"<Narrative {self.reference}>"


@dataclass(frozen=True)
class Facet:
    """One coded thing of an event: what it is, and what the records say, in codes."""

    name: str
    value: str


def find_narrative(sitting: Sitting, reference: str) -> Narrative:
    """The narrative of a row, named FILE:ROW.

    Raises: NotFound, WrongUse, PurposeNotAgreed.
    """
    mention_id = sitting.extracts.mention_of(reference)
    receipt_no = receipt_no_of(mention_id)
    if receipt_no not in sitting.scope.receipts:
        raise PurposeNotAgreed(
            f"The extract of '{reference}' may not be used for this purpose today.",
            "An extract under an agreement in force that allows this kind of purpose.",
            "See `kithmap agreement list` for what is agreed.",
        )
    here = row_id(receipt_no, row_of(mention_id))
    said = _lookup(sitting, "event_text", "row_id", [here], receipt_no)
    if not said:
        raise NotFound(
            f"There is no narrative at '{reference}'.",
            "The file and row of an extract whose layout reads a narrative, such as police.csv:14.",
            "See `kithmap layouts` for the layouts with a [text] section.",
        )
    body = "\n".join(str(row["body"]) for row in said)
    return Narrative(reference, receipt_no, body, _rows_of_event(sitting, here, receipt_no))


def _rows_of_event(sitting: Sitting, here: int, receipt_no: int) -> tuple[int, ...]:
    numbers = [
        row["source_event_id"]
        for row in _lookup(sitting, "event", "row_id", [here], receipt_no)
        if row["source_event_id"]
    ]
    others = _lookup(sitting, "event", "source_event_id", numbers, receipt_no) if numbers else []
    return tuple(sorted({here, *(int(row["row_id"]) for row in others)}))


def named_in(sitting: Sitting, narrative: Narrative) -> list[int]:
    """The mentions in the rows of a narrative's event."""
    rows = _lookup(sitting, "mention", "row_id", narrative.rows, narrative.receipt_no)
    return [int(row["mention_id"]) for row in rows]


def facets_of(sitting: Sitting, narrative: Narrative) -> tuple[Facet, ...]:
    """What of a narrative's event is coded: harm, roles, kind of place, part of day and week, weapon and the like.

    Shape: one facet per thing the data says, in a fixed order; nothing where it says nothing. No words of the
        narrative are among them, and none that is not a code of the records.
    """

    def rows(table: str) -> list[dict[str, Any]]:
        return _lookup(sitting, table, "row_id", narrative.rows, narrative.receipt_no)

    events, attributes = rows("event"), rows("event_attr")
    harms = {harm for row in (*events, *rows("flag")) for harm in (row["harm"] or "").split("|") if harm}
    roles: dict[str, int] = {}
    for row in rows("party"):
        roles[row["role"]] = roles.get(row["role"], 0) + 1
    found = [Facet("harm", harm) for harm in sorted(harms)]
    found += [Facet("role", f"{roles[role]} {role}") for role in sorted(roles)]
    found += [Facet("place", kind) for kind in _kinds_of_place(rows("place_mention"))]
    found += [Facet("time", said) for said in _times(events)]
    found += _attributes(attributes)
    return tuple(found)


def _kinds_of_place(places: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted({str(row["type_code"]) for row in places if row["type_code"]})


def _times(events: Sequence[Mapping[str, Any]]) -> list[str]:
    from kithmap.governance.redaction_patterns import PARTS_OF_DAY

    starts: list[datetime] = [row["start_at"] for row in events if row["start_at"] is not None]
    exact = {row["precision"] for row in events} & {"minute", "hour"}
    if not starts:
        return []
    first = min(starts)
    said = [PARTS_OF_WEEK[first.weekday() > 4]]
    if exact:
        said.append(next(part for hour, part in reversed(PARTS_OF_DAY) if first.hour >= hour))
    return said


def _attributes(rows: Sequence[Mapping[str, Any]]) -> list[Facet]:
    """Attributes whose words are ordinary ones; of any other only that it is recorded."""
    from kithmap.governance.gazetteer import Gazetteer
    from kithmap.governance.redaction import is_redacted

    said = {(row["key"], str(row["value"]).strip()) for row in rows if row["key"] in ATTRIBUTES}
    nobody = Gazetteer()
    return [
        Facet(key.replace("_", " "), value.lower() if is_redacted(value.lower(), nobody) else "recorded")
        for key, value in sorted(said)
    ]


def _lookup(
    sitting: Sitting, table: str, column: str, values: Sequence[object], receipt_no: int
) -> list[dict[str, Any]]:
    return sitting.workspace.records.lookup(table, column, list(values), [receipt_no]).to_pylist()
