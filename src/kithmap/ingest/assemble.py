"""Every record table a layout feeds, from the rows that are kept."""

from collections.abc import Iterable

import polars as pl
import pyarrow as pa

from kithmap.ingest.coordinates import place_columns
from kithmap.ingest.layouts import Use, Value
from kithmap.ingest.people import UPRN, People
from kithmap.ingest.reading import ROW, Reading, number_within_rows, translate
from kithmap.ingest.sections import ONE_FOR_A_ROW, Rows, explode_codes, read_harms, read_party
from kithmap.ingest.words import place_type_in, place_type_of
from kithmap.model.columns import Table
from kithmap.model.identifiers import standardise_postcodes
from kithmap.model.keys import RECEIPT_SHIFT, ROW_SHIFT
from kithmap.model.records import RECORD_TABLES

_ARROW = {
    "string": pa.string(), "int16": pa.int16(), "int32": pa.int32(), "int64": pa.int64(),
    "float64": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(), "timestamp": pa.timestamp("us"),
}  # fmt: skip
_STOP = r"^\s*([0-9]{4,}[A-Z0-9]*|[A-Z]{1,2}[0-9]{2,}[A-Z0-9]*|[0-9]{5})\b[\s:,/\u{2013}-]*(.*)$"
_ROUTE = r"(?i)^(?:(?:bus\s+)?route\s+|bus\s+)?([A-Z]{0,2}\d{1,3}[A-Z]?)$"
_WITHHELD = r"(?i)^\s*(?:\*|c|\[c\]|x|<\s*\d+|suppressed|withheld)\s*$"


def assemble(reading: Reading, people: People, receipt_no: int, la_codes: pl.Series) -> dict[str, pa.Table]:
    """Every table the layout feeds, with its keys, exactly as `kithmap.model.records` has it."""
    rows = Rows(reading, people)
    authority = rows.draft({"la_code": la_codes})
    frames = {"mention": people.frame} if reading.layout.find("person") else {}
    if "event" in reading.layout.feeds and frames:
        frames["party"] = read_party(rows)
    for section, read in ONE_FOR_A_ROW.items():
        uses = reading.layout.all_of(section)
        if uses:
            frames[uses[0].section.table] = pl.concat(
                [read(rows, use) for use in uses], how="diagonal_relaxed"
            )
    frames |= _numbered_tables(rows)
    return {
        table.name: to_record_table(frames[table.name], table, receipt_no, authority)
        for table in RECORD_TABLES
        if table.name in frames
    }


def _numbered_tables(rows: Rows) -> dict[str, pl.DataFrame]:
    """The tables of which a row can give several: places, flags, strengths, attributes, counts."""
    made: dict[str, pl.DataFrame] = {}
    layout = rows.layout
    if places := layout.all_of("place"):
        made["place_mention"] = number_within_rows(
            pl.concat([_places(rows, use) for use in places]), "place_no"
        )
    if flags := layout.all_of("flag"):
        made["flag"] = number_within_rows(pl.concat([_flags(rows, use) for use in flags]), "flag_no")
    if factors := layout.all_of("protective"):
        factor_rows = pl.concat([_factors(rows, use) for use in factors])
        made["protective_factor"] = number_within_rows(factor_rows, "factor_no")
    if attributes := layout.all_of("attributes"):
        made["event_attr"] = pl.concat([_attributes(rows, use) for use in attributes])
    if counts := layout.all_of("count"):
        made["aggregate"] = pl.concat([_counts(rows, use) for use in counts])
    return made


def _places(rows: Rows, use: Use) -> pl.DataFrame:
    reading = rows.reading
    columns = place_columns(reading, use) | _place_names(reading, use)
    type_value, postcode = use.find("type"), use.find("postcode")
    type_raw = reading.raw(type_value)
    columns |= {
        "kind": reading.word(use.find("kind") or Value(constant="happened")),
        "type_raw": type_raw,
        "type_code": translate(type_raw, lambda text: place_type_of(type_value, text)),
        "postcode": standardise_postcodes(reading.text(postcode)),
        "uprn": reading.text(use.find("uprn")).str.extract(UPRN),
        "ward_raw": reading.text(use.find("ward")),
        "is_disused": reading.yes(use.find("disused")),
        "precision_metres": reading.number(use.find("precision_metres")),
    }
    draft = rows.draft(columns)
    for column, key in (("name_raw", "name"), ("route_no", "route")):
        value = use.find(key)
        if value is not None and value.split and value.part is None:
            # Explode by hand the one column that holds several: the row's other facts are each place's.
            parts = explode_codes(rows, value).select(ROW, pl.col("raw").alias(column))
            draft = draft.drop(column).join(parts, on=ROW, how="left", maintain_order="left_right")
    draft = draft.with_columns(_type_from_name(draft, type_value))
    named = ["name_raw", "easting", "longitude", "postcode", "uprn", "stop_code", "route_no"]
    if type_value is not None and type_value.columns:
        named.append("type_code")  # a kind that the row itself states is a place; one for every row is none
    return draft.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in named)).select(
        sorted(draft.columns)
    )


def _type_from_name(draft: pl.DataFrame, type_value: Value | None) -> pl.Series:
    """Where the source has no kind of place, its name may tell: `stairwell, Block C`."""
    if type_value is not None:
        return draft["type_code"]
    return translate(draft["name_raw"], place_type_in).alias("type_code")


def _place_names(reading: Reading, use: Use) -> dict[str, pl.Series]:
    name, route = reading.text(use.find("name")), reading.text(use.find("route"))
    code = reading.text(use.find("stop_code"))
    stop = reading.text(use.find("stop"))
    either = reading.text(use.find("route_or_place"))
    frame = pl.DataFrame({"name": name, "route": route, "code": code, "stop": stop, "either": either})
    stop_code, stop_name = pl.col("stop").str.extract(_STOP, 1), pl.col("stop").str.extract(_STOP, 2)
    stop_name = pl.when(stop_code.is_null()).then("stop").when(stop_name != "").then(stop_name)
    as_route = pl.col("either").str.extract(_ROUTE, 1).str.to_uppercase()
    frame = frame.select(
        name_raw=pl.coalesce("name", stop_name, pl.when(as_route.is_null()).then("either")),
        route_no=pl.coalesce(
            pl.col("route").str.to_uppercase().str.replace(r"^(?:BUS\s+)?ROUTE\s+", ""), as_route
        ),
        stop_code=pl.coalesce("code", stop_code),
    )
    return {column: frame[column] for column in frame.columns}


def _flags(rows: Rows, use: Use) -> pl.DataFrame:
    reading, value = rows.reading, use.find("flag") or Value()
    dates = {"asserted_on": "asserted", "review_on": "review", "retracted_on": "retracted"}
    extra = rows.dates(use, dates) | rows.texts(use, {"evidence_ref": "evidence"})
    harm_values = use.values.get("harm", ())
    beside = any(one.columns for one in harm_values)
    if beside:
        extra |= {"harm": read_harms(reading, harm_values)}
    draft = explode_codes(rows, value, extra).rename({"raw": "code_raw"})
    if not beside:
        draft = draft.with_columns(harm=_harm_of_flags(rows, harm_values, draft["code_raw"]))
    if use.of == ("row",) or not rows.layout.all_of("person"):
        draft = draft.with_columns(mention_id=pl.lit(None, pl.Int64))
    else:
        draft = rows.for_people(use, draft).drop("person_role")
    return draft.select(sorted(draft.columns))


def _harm_of_flags(rows: Rows, values: tuple[Value, ...], flags: pl.Series) -> pl.Series:
    if not values:
        return pl.Series(values=[None], dtype=pl.String).new_from_index(0, len(flags))
    held = Reading(pl.DataFrame({ROW: pl.Series(range(len(flags)), dtype=pl.Int64)}), rows.layout)
    return read_harms(held, values, own=flags)


def _factors(rows: Rows, use: Use) -> pl.DataFrame:
    value = use.find("factor") or Value()
    draft = explode_codes(rows, value, {"observed_on": rows.reading.date(use.find("on"))})
    draft = draft.with_columns(code=pl.coalesce("code", "raw")).drop("raw")
    return rows.for_people(use, draft).drop("person_role")


def _attributes(rows: Rows, use: Use) -> pl.DataFrame:
    made: list[pl.DataFrame] = []
    for key, given in use.values.items():
        value = given[0]
        if value.split and value.part is None:
            draft = explode_codes(rows, value).select(ROW, value=pl.coalesce("code", "raw"))
        else:
            draft = rows.draft({"value": rows.reading.text(value)}).filter(pl.col("value").is_not_null())
        made.append(draft.with_columns(key=pl.lit(key)))
    return pl.concat(made)


def _counts(rows: Rows, use: Use) -> pl.DataFrame:
    reading, value = rows.reading, use.find("count") or Value()
    raw = reading.raw(value)
    withheld = raw.str.contains(_WITHHELD).fill_null(value=False)
    number = raw.set(withheld, None).str.replace_all(r"[,\s]", "").cast(pl.Int64, strict=False)
    reading.note(value, raw.is_not_null() & ~withheld & number.is_null(),
                 ("is not a count", "A whole number, or * where it is withheld.", "Ask the sender to correct it."))  # fmt: skip
    columns = {"measure": reading.word(use.find("measure")), "count": number, "suppressed": withheld}
    columns |= rows.texts(use, {"setting_raw": "setting", "period": "period", "group": "group"})
    return rows.draft(columns).filter(pl.col("count").is_not_null() | pl.col("suppressed"))


def to_record_table(frame: pl.DataFrame, table: Table, receipt_no: int, authority: pl.DataFrame) -> pa.Table:
    """A frame as one record table: its columns in order, its types, its keys."""
    base = pl.lit(receipt_no << RECEIPT_SHIFT, pl.Int64)
    frame = frame.with_columns(row_id=base + pl.col(ROW).cast(pl.Int64) * (1 << ROW_SHIFT))
    if "la_code" in table.names:
        frame = frame.join(authority, on=ROW, how="left", maintain_order="left")
    if not frame["row_id"].is_sorted():
        frame = frame.sort("row_id", maintain_order=True)
    held = frame.select(name for name in table.names if name in frame.columns)
    columns = held.to_arrow(compat_level=pl.CompatLevel.oldest())
    schema = arrow_schema(table)
    return pa.table(
        [
            columns[field.name].cast(field.type)
            if field.name in held.columns
            else pa.nulls(held.height, field.type)
            for field in schema
        ],
        schema=schema,
    )


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a record table."""
    return pa.schema([pa.field(column.name, _ARROW[column.type]) for column in table.columns])


def first_and_last(tables: Iterable[pa.Table]) -> tuple[object, object]:
    """The earliest and latest date that anything in the extract happened; births are not looked at.

    Of enrolments only the latest day counts: a pupil's first day at the school is long before it.
    """
    import pyarrow.compute as pc

    found: list[object] = []
    for table in tables:
        is_roll = "year_group" in table.column_names
        for name in ("start_at", "end_at", "recorded_at", "start_on", "end_on", "meeting_on", "as_at"):
            if name in table.column_names and table[name].null_count < table.num_rows:
                extent = pc.min_max(pc.cast(table[name], pa.date32(), safe=False))
                found += (
                    [extent["max"].as_py()] if is_roll else [extent["min"].as_py(), extent["max"].as_py()]
                )
    return (min(found), max(found)) if found else (None, None)  # type: ignore[type-var]
