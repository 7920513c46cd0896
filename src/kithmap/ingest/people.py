"""The people named in each row: one mention each, numbered in the order of the row."""

from dataclasses import dataclass

import polars as pl

from kithmap.ingest.layout_sections import PERSON
from kithmap.ingest.layouts import Layout, Use, Value
from kithmap.ingest.names import parse_names, part_name_dob, without_title
from kithmap.ingest.reading import (
    ROW,
    CellFault,
    Reading,
    column_key,
    number_within_rows,
    split_texts,
    translate,
)
from kithmap.ingest.words import ethnic_group_of, role_of, sex_of
from kithmap.model.identifiers import (
    is_known_authority_of_upn,
    standardise_nhs_numbers,
    standardise_postcodes,
    standardise_upns,
)
from kithmap.model.keys import MAX_SLOT, RECEIPT_SHIFT, ROW_SHIFT
from kithmap.model.times import parse_dates

NOT_KEPT = "not kept"
_LEADS = ("name_dob", "name", "initials", "surname", "forename", "upn", "nhs_number", "id", "alias")
_IDENTITY = (
    "source_person_id",
    "forename",
    "surname",
    "full_raw",
    "alias",
    "initials",
    "dob",
    "upn",
    "nhs_number",
)
UPRN = r"^0*(\d{1,12})$"
_AGE = r"(?i)^(?:aged?\s*)?(\d{1,3})(?:\s*[/-]\s*\d{1,2})?\s*(?:y|yrs?|years?)?(?:\s*old)?$"


@dataclass(frozen=True)
class People:
    """Every person of every row: `row`, `slot`, `mention_id`, `who`, and the columns of mention and party."""

    frame: pl.DataFrame
    set_aside: int = 0

    def of(self, use: Use, layout: Layout) -> pl.DataFrame:
        """The people a section is of: those it names, else those of the first [person]."""
        names = use.of or (who_of(layout.all_of("person")[0], 0),)
        return self.frame.filter(pl.col("who").is_in(list(names)))


def who_of(use: Use, index: int) -> str:
    """What a [person] section is called, by name or by number."""
    return use.name or f"person {index + 1}"


def read_people(reading: Reading, receipt_no: int) -> People:
    """Read every person of every row.

    Someone in the role of reporter, caller or professional is not a person of concern: set aside, and counted.
    """
    drafts: list[pl.DataFrame] = []
    for index, use in enumerate(reading.layout.all_of("person")):
        inner = Reading(_cells_of(reading, use), reading.layout) if use.split else reading
        draft = _draft(inner, use).with_columns(who=pl.lit(who_of(use, index)), use=pl.lit(index))
        if inner is not reading:
            reading.faults.extend(inner.faults)
            for what, count in inner.mended.items():
                reading.mend(what, count)
        drafts.append(draft.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in _IDENTITY)))
    if not drafts:
        return People(_nobody(reading))
    every = pl.concat(drafts)
    kept = every.filter(pl.col("role") != NOT_KEPT)
    # Each section gives its people in the order of rows and cells: a stable sort keeps sections in theirs.
    numbered = number_within_rows(kept, "slot").with_columns(pl.col("slot").cast(pl.Int64))
    _note_crowded(reading, numbered)
    numbered = numbered.filter(pl.col("slot") <= MAX_SLOT)
    key = pl.lit(receipt_no << RECEIPT_SHIFT, pl.Int64) + pl.col("row") * (1 << ROW_SHIFT) + pl.col("slot")
    return People(numbered.with_columns(mention_id=key), every.height - kept.height)


def _nobody(reading: Reading) -> pl.DataFrame:
    empty = _draft(Reading(reading.cells.head(0), reading.layout), Use(PERSON, {}))
    return empty.with_columns(
        who=pl.lit(""), use=pl.lit(0), slot=pl.lit(0, pl.Int64), mention_id=pl.lit(0, pl.Int64)
    )


def _note_crowded(reading: Reading, numbered: pl.DataFrame) -> None:
    rows = numbered.filter(pl.col("slot") > MAX_SLOT)["row"].unique(maintain_order=True)
    if len(rows):
        reading.faults.append(
            CellFault(
                "",
                f"names more than {MAX_SLOT} people; the first {MAX_SLOT} are kept",
                f"At most {MAX_SLOT} people in a row.",
                "Ask the sender to part the row in two.",
                tuple(rows.to_list()),
            )
        )


def _cells_of(reading: Reading, use: Use) -> pl.DataFrame:
    """One row for each person of a cell that names several; other cells are repeated beside them."""
    lead = next((use.find(key) for key in _LEADS if use.find(key)), None) or Value()
    leads = [column_key(column) for column in lead.columns]
    aligned = [
        column_key(column)
        for given in use.values.values()
        for value in given
        if value.split and value.part is None and value is not lead
        for column in value.columns
    ]
    cells = reading.cells.with_columns(
        split_texts(reading.cells[name], use.split).alias(name)
        for name in dict.fromkeys([*leads, *aligned])
        if name in reading.cells.columns
    )
    present = [name for name in leads if name in cells.columns]
    if not present:
        return cells.with_columns(k=pl.lit(0, pl.Int64))
    cells = cells.with_columns(k=pl.int_ranges(0, pl.col(present[0]).list.len().fill_null(0)))
    cells = cells.explode("k").filter(pl.col("k").is_not_null())
    parts = [*present, *(name for name in aligned if name in cells.columns)]
    return cells.with_columns(_part_at(name) for name in dict.fromkeys(parts)).with_columns(
        pl.col("k").cast(pl.Int64)
    )


def _part_at(name: str) -> pl.Expr:
    """The part that belongs to the person; where the cell has one part, it is everyone's."""
    place = pl.when(pl.col(name).list.len() == 1).then(0).otherwise("k")
    return pl.col(name).list.get(place, null_on_oob=True).alias(name)


def _draft(reading: Reading, use: Use) -> pl.DataFrame:
    """Every column of mention and party, one row for each row of the reading's cells."""
    columns = _name_columns(reading, use)
    columns |= _birth_columns(reading, use, columns)
    columns |= _identifier_columns(reading, use)
    columns |= _plain_columns(reading, use)
    role = use.find("role")
    role_raw = reading.raw(role) if role and role.constant is None else reading.nothing()
    said = translate(role_raw, lambda text: role_of(role or Value(), text))
    columns["role"] = said.fill_null(role_of(role, None) if role else "unknown")
    columns["role_raw"] = role_raw
    columns["age_at_event"] = _ages(reading, use.find("age_at_event"))
    k = (
        reading.cells["k"]
        if "k" in reading.cells.columns
        else pl.Series([0]).new_from_index(0, reading.height)
    )
    kept = {name: series for name, series in columns.items() if not name.startswith("_")}
    return pl.DataFrame({ROW: reading.rows, "k": k} | kept)


def _name_columns(reading: Reading, use: Use) -> dict[str, pl.Series]:
    whole_value, dated_value = use.find("name"), use.find("name_dob")
    if whole_value is None and dated_value is None:
        return _names_in_columns(reading, use) | {
            "_dob_text": reading.nothing(),
            "_age_text": reading.nothing(),
        }
    whole = reading.text(whole_value, is_name=True)
    parted = part_name_dob(reading.text(dated_value, is_name=True))
    dated = _without_unknown(reading, parted["name"])
    text = whole.zip_with(whole.is_not_null(), dated)
    order = next((value.order for value in (whole_value, dated_value) if value), "auto")
    parsed = parse_names(text, order)
    stated = _names_in_columns(reading, use)
    return stated | {
        "forename": stated["forename"].zip_with(stated["forename"].is_not_null(), parsed["forename"]),
        "surname": stated["surname"].zip_with(stated["surname"].is_not_null(), parsed["surname"]),
        "full_raw": text,
        "alias": _aliases(stated["alias"], parsed["alias"]),
        "_dob_text": parted["dob"],
        "_age_text": parted["age"],
    }


def _names_in_columns(reading: Reading, use: Use) -> dict[str, pl.Series]:
    stated = {
        key: reading.text(use.find(key), is_name=True) for key in ("forename", "surname", "alias", "initials")
    }
    forename = stated["forename"]
    if use.find("forename"):
        forename = pl.DataFrame({"n": forename}).select(without_title(pl.col("n"))).to_series()
    return stated | {
        "forename": forename,
        "alias": _aliases(stated["alias"], reading.nothing()),
        "full_raw": reading.nothing(),
    }


def _without_unknown(reading: Reading, names: pl.Series) -> pl.Series:
    held = Reading(pl.DataFrame({ROW: reading.rows, column_key("name"): names}), reading.layout)
    return held.raw(Value(columns=("name",)), is_name=True).set(names.fill_null("") == "", None)


def _aliases(stated: pl.Series, found: pl.Series) -> pl.Series:
    if stated.null_count() == len(stated):
        return found
    parted = stated.str.replace_all(r"\s*[/,;|]\s*", "|").str.strip_chars("| ")
    frame = pl.DataFrame({"stated": parted, "found": found})
    joined = pl.concat_str("stated", "found", separator="|", ignore_nulls=True)
    return frame.select(pl.when(joined != "").then(joined)).to_series()


def _birth_columns(reading: Reading, use: Use, names: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """Date of birth and age: from their own columns, from either in one, or from beside the name."""
    value = use.find("dob") or use.find("dob_or_age") or use.find("name_dob")
    text = reading.text(value) if value and not use.find("name_dob") else names["_dob_text"]
    either = use.find("dob_or_age")
    formats = (value.dates if value else ()) or reading.layout.format.dates
    parsed = parse_dates(text, formats)
    ages = _age_numbers(text) if either else names["_age_text"].cast(pl.Int16, strict=False)
    unread = text.is_not_null() & parsed["value"].is_null() & ages.is_null()
    if value:
        reading.note(value, unread, (
            "is not a date of birth that can be read", "A date, day first, such as 03/09/2009.",
            "Ask the sender to correct it, or say in the layout how dates are written."))  # fmt: skip
    age = _ages(reading, use.find("age"))
    frame = pl.DataFrame(
        {"dob": parsed["value"], "precision": parsed["precision"], "age": age, "beside": ages}
    )
    frame = frame.with_columns(age=pl.coalesce("age", "beside"))
    precision = (
        pl.when(pl.col("dob").is_not_null())
        .then("precision")
        .when(pl.col("age").is_not_null())
        .then(pl.lit("age"))
    )
    frame = frame.with_columns(dob_precision=precision)
    return {"dob": frame["dob"], "dob_precision": frame["dob_precision"], "age": frame["age"]}


def _age_numbers(texts: pl.Series) -> pl.Series:
    """Ages in years; of `12/13` the lower."""
    ages = texts.str.extract(_AGE).cast(pl.Int16, strict=False)
    return ages.set(ages > 120, None)


def _ages(reading: Reading, value: Value | None) -> pl.Series:
    if value is None:
        return reading.nothing(pl.Int16)
    raw = reading.text(value)
    ages = _age_numbers(raw)
    reading.note(value, raw.is_not_null() & ages.is_null(),
                     ("is not an age", "An age in whole years.", "Ask the sender to correct it."))  # fmt: skip
    return ages


def _identifier_columns(reading: Reading, use: Use) -> dict[str, pl.Series]:
    upns = standardise_upns(reading.text(use.find("upn")))
    numbers = standardise_nhs_numbers(reading.text(use.find("nhs_number")))
    postcode = use.find("postcode")
    raw = reading.text(postcode)
    tidy = standardise_postcodes(raw) if postcode is not None else raw
    if postcode is not None:
        reading.note(postcode, raw.is_not_null() & tidy.is_null(),
                     ("is not a whole postcode", "A postcode such as ZZ1 1AA.", "Ask the sender to correct it."))  # fmt: skip
    reading.mend("UPNs had lost their check letter, which was worked out again", int(upns["mended"].sum()))
    reading.mend("UPNs fail their check letter", int((upns["upn_status"] == "faulty").sum()))
    if use.find("upn"):
        reading.mend("UPNs name an authority whose number is not known", _of_unknown_authority(upns))
    reading.mend("NHS numbers fail their check digit", int((numbers["nhs_status"] == "faulty").sum()))
    return {
        "upn": upns["upn"],
        "upn_status": upns["upn_status"],
        "nhs_number": numbers["nhs_number"],
        "nhs_status": numbers["nhs_status"],
        "postcode": tidy,
    }


def _one_row_each(reading: Reading, use: Use) -> pl.Series:
    if not use.one_row_each:
        return reading.nothing(pl.Boolean)
    return pl.Series([True]).new_from_index(0, reading.height)


def _of_unknown_authority(upns: pl.DataFrame) -> int:
    right = pl.col("upn_status").is_in(["valid", "temporary"])
    # A few characters name the authority: few are distinct.
    counts = upns.filter(right).select(pl.col("upn").str.slice(0, 4)).to_series().value_counts()
    known = translate(counts["upn"], is_known_authority_of_upn, pl.Boolean)
    return int(counts.filter(~known)["count"].sum())


def _plain_columns(reading: Reading, use: Use) -> dict[str, pl.Series]:
    sex_value, ethnicity = use.find("sex"), reading.text(use.find("ethnicity"))
    sex_text = reading.raw(sex_value)
    if sex_value and sex_value.map:
        sex_text = reading.text(sex_value)
    sex = translate(sex_text, sex_of)
    if sex_value is not None:
        reading.note(sex_value, sex_text.is_not_null() & sex.is_null(),
                     ("is not a word or code for sex", "F, M or U, or 1, 2, 0, 9.", "Map its words in the layout."))  # fmt: skip
    return {
        "source_person_id": reading.text(use.find("id")),
        "one_row_each": _one_row_each(reading, use),
        "sex": sex,
        "gender_identity": reading.text(use.find("gender_identity")),
        "ethnicity_code": ethnicity,
        "ethnicity_group5": translate(ethnicity, ethnic_group_of),
        "address_raw": reading.text(use.find("address")),
        "uprn": reading.text(use.find("uprn")).str.extract(UPRN),
        "source_household_id": reading.text(use.find("household")),
        "relationship_raw": reading.text(use.find("relationship")),
    }
