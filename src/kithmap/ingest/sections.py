"""From the values of a layout's sections to record tables, column by column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from kithmap.ingest.coordinates import place_columns, setting_columns
from kithmap.ingest.layouts import Layout, Use, Value
from kithmap.ingest.people import People
from kithmap.ingest.reading import ROW, Reading, nothing, split_texts, translate
from kithmap.ingest.words import (
    find_mapped,
    harms_of,
    harms_text,
    relation_of,
    role_of,
    says_intimate,
    says_no,
)

_HOUR = 60


@dataclass(frozen=True)
class Rows:
    """What every section reads from: the cells, and the people found in them."""

    reading: Reading
    people: People

    @property
    def layout(self) -> Layout:
        return self.reading.layout

    def draft(self, columns: Mapping[str, pl.Series]) -> pl.DataFrame:
        """One row for each row of the extract."""
        return pl.DataFrame({ROW: self.reading.rows} | dict(columns))

    def for_people(self, use: Use, draft: pl.DataFrame) -> pl.DataFrame:
        """One row for each person the section is of, with the row's draft beside."""
        people = self.people.of(use, self.layout).select(ROW, "mention_id", person_role="role")
        return people.join(draft, on=ROW, how="inner", maintain_order="left")

    def texts(self, use: Use, names: Mapping[str, str]) -> dict[str, pl.Series]:
        """Plain text columns: column of the record table to key of the section."""
        return {column: self.reading.text(use.find(key)) for column, key in names.items()}

    def dates(self, use: Use, names: Mapping[str, str]) -> dict[str, pl.Series]:
        return {column: self.reading.date(use.find(key)) for column, key in names.items()}


def read_harms(reading: Reading, values: tuple[Value, ...], own: pl.Series | None = None) -> pl.Series:
    """Every harm that any of the values tells, parted by `|`; `own` is the text where a value has no column."""
    found: list[pl.Series] = []
    for value in values:
        has_column = bool(value.columns) or value.constant is not None
        text = reading.raw(value) if has_column or own is None else own
        found.append(_harms_of(value, text, _partners(reading, value)))
    if not found:
        return reading.nothing() if own is None else nothing(len(own))
    return join_harms(found)


def join_harms(found: list[pl.Series]) -> pl.Series:
    """Several columns of harms as one, each harm once, in the order of our list."""
    if len(found) == 1:
        return found[0]
    joined = pl.DataFrame({str(index): series for index, series in enumerate(found)}).select(
        pl.concat_str(pl.all(), separator="|", ignore_nulls=True).alias("harm")
    )["harm"]
    return translate(joined, lambda text: harms_text(text.split("|")))


def _partners(reading: Reading, value: Value) -> pl.Series | None:
    """Whether any row of the same event says that the two are or were partners; None where nothing may say it."""
    if value.relationship is None:
        return None
    said = translate(reading.raw(Value(columns=(value.relationship,))), says_intimate, pl.Boolean)
    event = reading.layout.find("event")
    number = reading.raw(event.find("id") if event else None)
    frame = pl.DataFrame({"said": said.fill_null(value=False), "number": number})
    anywhere = (
        pl.when(pl.col("number").is_not_null()).then(pl.col("said").any().over("number")).otherwise("said")
    )
    return frame.select(anywhere).to_series()


def _harms_of(value: Value, text: pl.Series, partners: pl.Series | None) -> pl.Series:
    told = translate(text, lambda cell: harms_text(harms_of(value, cell)))
    if partners is not None and partners.any():
        between = translate(text, lambda cell: harms_text(harms_of(value, cell, is_intimate=True)))
        told = between.zip_with(partners, told)
    empty = harms_text(harms_of(value, None))
    return told.set(text.is_null(), empty) if empty else told


def read_event(rows: Rows, use: Use) -> pl.DataFrame:
    """EVENT: one row per row."""
    reading = rows.reading
    start = reading.moment(use.find("start"), use.find("start_time"))
    end = reading.moment(use.find("end"), use.find("end_time"))["value"]
    window_end = reading.moment(use.find("window_end"))["value"]
    frame = pl.DataFrame(
        {"start": start["value"], "precision": start["precision"], "window": window_end, "end": end}
    )
    length = (pl.col("window") - pl.col("start")).dt.total_minutes()
    precision = (
        pl.when(length > _HOUR)
        .then(pl.lit("window"))
        .when((length > 0) & (pl.col("precision") == "minute"))
        .then(pl.lit("hour"))
        .otherwise("precision")
    )
    columns = {
        "kind": reading.word(use.find("kind")),
        "start_at": start["value"],
        "end_at": frame.select(pl.coalesce("window", "end")).to_series(),
        "recorded_at": reading.moment(use.find("recorded"))["value"],
        "precision": frame.select(precision).to_series(),
        "harm": read_harms(reading, use.values.get("harm", ())),
    }
    names = {"source_event_id": "id", "category_raw": "category", "offence_code": "offence",
             "outcome_code": "outcome", "source_code": "source", "grade_raw": "grade"}  # fmt: skip
    return rows.draft(columns | rows.texts(use, names))


def read_party(rows: Rows) -> pl.DataFrame:
    """PARTY: one row per person of an event row."""
    return rows.people.frame.select(ROW, "mention_id", "role", "role_raw", "age_at_event", "relationship_raw")


def read_list(rows: Rows, use: Use) -> pl.DataFrame:
    """LISTING: one row per person on the list."""
    reading = rows.reading
    both = reading.pair(use.find("start_end"))
    start, end = reading.date(use.find("start")), reading.date(use.find("end"))
    role = use.find("role")
    stated = translate(reading.raw(role), lambda text: role_of(role or Value(), text))
    columns = {
        "list": reading.word(use.find("name")),
        "harm": read_harms(reading, use.values.get("harm", ())),
        "stated": stated if role else reading.nothing(),
        "start_on": start.zip_with(start.is_not_null(), both["start"]),
        "end_on": end.zip_with(end.is_not_null(), both["end"]),
        "review_on": reading.date(use.find("review")),
    }
    draft = rows.draft(
        columns | rows.texts(use, {"level_raw": "level", "status_raw": "status", "basis": "basis"})
    )
    if use.find("if_filled"):
        draft = draft.filter(reading.text(use.find("if_filled")).is_not_null())
    return rows.for_people(use, draft).with_columns(role=pl.coalesce("stated", "person_role"))


def read_school(rows: Rows, use: Use) -> pl.DataFrame:
    """ENROLMENT: one row per person whose school the row names."""
    reading = rows.reading
    both = reading.pair(use.find("start_end"))
    start, end = reading.date(use.find("start")), reading.date(use.find("end"))
    columns = setting_columns(reading, use) | {
        "start_on": start.zip_with(start.is_not_null(), both["start"]),
        "end_on": end.zip_with(end.is_not_null(), both["end"]),
        "as_at": reading.date(use.find("as_at")),
        "is_ap": reading.yes(use.find("is_ap")),
    }
    draft = rows.draft(
        columns | rows.texts(use, {"school_raw": "name", "status_code": "status", "year_group": "year_group"})
    )
    named = pl.any_horizontal(pl.col(name).is_not_null() for name in ("school_raw", "urn", "la_estab"))
    return rows.for_people(use, draft.filter(named))


def read_setting(rows: Rows, use: Use) -> pl.DataFrame:
    """SETTING: one row per row of a register of schools."""
    reading = rows.reading
    columns = setting_columns(reading, use) | place_columns(reading, use)
    columns |= {"roll": reading.whole(use.find("roll"))}
    columns |= rows.texts(use, {"name": "name", "phase": "phase", "type": "type"})
    return rows.draft(columns | rows.dates(use, {"open_on": "opened", "close_on": "closed"}))


def read_exclusion(rows: Rows, use: Use) -> pl.DataFrame:
    """EXCLUSION: one row per person the exclusion is of."""
    reading = rows.reading
    first = use.find("reason") or Value()
    reasons = _reasons(reading, first)
    for number, key in ((1, "reason_2"), (2, "reason_3")):
        stated = reading.text(use.find(key))
        reasons[number] = stated.zip_with(stated.is_not_null(), reasons[number])
    told = [read_harms(reading, use.values.get("harm", ()), own=reason) for reason in reasons]
    columns = {
        "type_code": reading.text(use.find("type")),
        "reason_code": reasons[0],
        "reason_code_2": reasons[1],
        "reason_code_3": reasons[2],
        "harm": join_harms(told),
        "sessions": reading.whole(use.find("sessions"), pl.Int16),
        "term": reading.text(use.find("term")),
    }
    draft = rows.draft(columns | rows.dates(use, {"start_on": "start", "end_on": "end"}))
    named = pl.any_horizontal(pl.col(name).is_not_null() for name in ("type_code", "reason_code", "start_on"))
    return rows.for_people(use, draft.filter(named))


def _reasons(reading: Reading, value: Value) -> list[pl.Series]:
    text = reading.text(value)
    if not value.split or value.part is not None:
        return [text, reading.nothing(), reading.nothing()]
    parts = split_texts(text, value.split)
    return [parts.list.get(place, null_on_oob=True) for place in range(3)]


def read_missing(rows: Rows, use: Use) -> pl.DataFrame:
    """MISSING_EPISODE: one row per person missing."""
    reading = rows.reading
    start = reading.moment(use.find("start"), use.find("start_time"))
    end = reading.moment(use.find("end"), use.find("end_time"))["value"]
    if use.find("end_time"):
        # The date stands in one column for both times: without a time of return, nobody has returned.
        end = end.set(reading.text(use.find("end_time")).is_null(), None)
    precision = start["precision"]
    columns = {
        "source_kind": reading.word(use.find("source_kind")),
        "kind": reading.word(use.find("kind") or Value(constant="missing")),
        "start_at": start["value"],
        "end_at": end,
        "precision": precision.set(precision == "month", "day"),
        "rhi_offered": reading.yes(use.find("rhi_offered")),
        "rhi_accepted": reading.yes(use.find("rhi_accepted")),
        "rhi_at": reading.moment(use.find("rhi_at"))["value"],
    }
    draft = rows.draft(columns | rows.texts(use, {"risk_raw": "risk", "found_place_raw": "found_place"}))
    return rows.for_people(
        use, draft.filter(pl.col("start_at").is_not_null() | pl.col("end_at").is_not_null())
    )


def read_panel(rows: Rows, use: Use) -> pl.DataFrame:
    """PANEL_ITEM: one row per person discussed."""
    reading = rows.reading
    role = use.find("pop_role")
    columns = {
        "panel": reading.word(use.find("panel")),
        "meeting_on": reading.date(use.find("meeting")),
        "pop_considered": reading.yes(use.find("pop_considered")),
        "pop_role": translate(reading.raw(role), lambda text: role_of(role or Value(), text)),
        "pop_harm": read_harms(reading, use.values.get("pop_harm", ())),
    }
    names = {"reason_raw": "reason", "decision_raw": "decision", "from_setting_raw": "from_setting",
             "to_setting_raw": "to_setting"}  # fmt: skip
    return rows.for_people(use, rows.draft(columns | rows.texts(use, names)))


def read_assessment(rows: Rows, use: Use) -> pl.DataFrame:
    """ASSESSMENT: one row per person with a level."""
    reading = rows.reading
    columns = {
        "tool": reading.word(use.find("tool")),
        "level_raw": reading.text(use.find("level")),
        "assessed_on": reading.date(use.find("on")),
    }
    return rows.for_people(use, rows.draft(columns).filter(pl.col("level_raw").is_not_null()))


def read_association(rows: Rows, use: Use) -> pl.DataFrame:
    """ASSOCIATION: everyone of the first kind of person with everyone of the second, within a row."""
    reading, kind = rows.reading, use.find("kind") or Value()
    raw = reading.raw(kind)
    said = reading.word(kind) if kind.constant or kind.map else translate(raw, relation_of)
    draft = rows.draft({"kind": said, "kind_raw": raw if kind.constant is None else reading.nothing()})
    people = rows.people.frame
    one = people.filter(pl.col("who") == use.between[0]).select(ROW, "mention_id")
    other = people.filter(pl.col("who") == use.between[1]).select(ROW, other_mention_id="mention_id")
    pairs = one.join(other, on=ROW, how="inner", maintain_order="left_right")
    pairs = pairs.filter(pl.col("mention_id") != pl.col("other_mention_id"))
    return pairs.join(draft, on=ROW, how="inner", maintain_order="left").filter(pl.col("kind").is_not_null())


def read_text(rows: Rows, use: Use) -> pl.DataFrame:
    """EVENT_TEXT: one row per narrative."""
    return rows.draft({"body": rows.reading.text(use.find("body"))}).filter(pl.col("body").is_not_null())


def explode_codes(rows: Rows, value: Value, extra: Mapping[str, pl.Series] | None = None) -> pl.DataFrame:
    """One row for each code of a cell: `raw`, and `code` where the map has it; words for no are no code."""
    raw = rows.reading.raw(value)
    if value.split and value.part is None:
        parts = split_texts(raw, value.split)
        draft = rows.draft({"raw": parts} | dict(extra or {})).explode("raw")
    else:
        draft = rows.draft({"raw": raw} | dict(extra or {}))
    code = translate(draft["raw"], lambda cell: find_mapped(value, cell) or None)
    no = translate(draft["raw"], lambda cell: says_no(cell) or find_mapped(value, cell) == "", pl.Boolean)
    draft = draft.with_columns(code=code, no=no)
    return draft.filter(pl.col("raw").is_not_null() & ~pl.col("no").fill_null(value=False)).drop("no")


ONE_FOR_A_ROW: Mapping[str, Callable[[Rows, Use], pl.DataFrame]] = {
    "event": read_event,
    "list": read_list,
    "school": read_school,
    "setting": read_setting,
    "exclusion": read_exclusion,
    "missing": read_missing,
    "panel": read_panel,
    "assessment": read_assessment,
    "association": read_association,
    "text": read_text,
}
