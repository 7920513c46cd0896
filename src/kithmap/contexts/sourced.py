"""Who each row names, which extract it stands in, and of which day it speaks."""

from functools import reduce
from typing import Any

import ibis

from kithmap.engines.engine import Engine
from kithmap.model.keys import RECEIPT_SHIFT, ROW_SHIFT

WHO = "gather_who"
ROW = "gather_row"
PERSON = "gather_person"
EXTRACT = "gather_extract"
YES: Any = ibis.literal(value=True)
# What most of a person's mentions say is theirs.
ATTRIBUTES = ("la_code", "dob", "dob_precision", "sex", "ethnicity_group5")


def table_of(engine: Engine, name: str) -> Any:
    """A table of the engine, without ibis's types: they know columns only by name."""
    return engine.table(name)


def who(engine: Engine) -> Any:
    """Who each mention is: mention_id, row_id, person_id, part_id."""
    return with_ids(engine, table_of(engine, WHO).select("mention_id", "row_id", "person_no", "part_id"))


def rows_of(engine: Engine) -> Any:
    """Each row with a mention or an event: the columns of `gather_row`, and layout, holder, extract_la."""
    extract = table_of(engine, EXTRACT).drop("layout_no")
    return table_of(engine, ROW).inner_join(extract, "receipt_no")


def hold_sources(engine: Engine) -> None:
    """Hold who each mention is and what it says, and the extract and day of each row with a mention or an event.

    `gather_who`: mention_id, row_id, person_no, part_id, receipt_no, layout_no and `ATTRIBUTES`.
    `gather_row`: row_id, receipt_no, la_code (the row's, else the extract's), row_on. `gather_extract`:
    receipt_no, layout, layout_no, holder, extract_la. `gather_person`: person_id, person_no.

    Millions of rows are joined and counted by the numbers, at half the cost of the texts they stand for.
    """
    extract = table_of(engine, "extract").select(
        "receipt_no", "layout", "holder", extract_la=ibis._.la_code.nullif("")
    )
    engine.hold(EXTRACT, numbered(extract, "layout_no", extract.layout))
    identity = table_of(engine, "identity")
    part = identity.part_id if "part_id" in identity.columns else ibis.null("int64")
    identity = identity.select("mention_id", "person_id", part_id=part)
    people = _people(engine, identity)
    engine.hold(PERSON, numbered(people, "person_no", people.person_id))
    engine.hold(WHO, _who(engine, identity))
    engine.hold(ROW, _rows(engine))


def numbered(rows: Any, name: str, value: Any) -> Any:
    """The same rows with the place of a value among all of them, from 1: equal values have one number."""
    return rows.mutate(**{name: (ibis.dense_rank().over(order_by=value) + 1).cast("int32")})


def with_ids(engine: Engine, rows: Any) -> Any:
    """The same rows with person_id, in place of the number it has while gathering."""
    return rows.inner_join(table_of(engine, PERSON), "person_no").drop("person_no")


def with_parts(rows: Any, said: Any, *keys: str) -> Any:
    """The same rows, one for each part of a person whose linkage is in doubt; part_id null for others.

    What a row says stays that of the whole person: only which parts of them it rests on is added.
    `said` has the keys and part_id.
    """
    parts = said.filter(said.part_id.notnull()).select(*keys, "part_id").distinct()
    joined = rows.left_join(parts, list(keys))
    return joined.drop(*(f"{key}_right" for key in keys))


def _who(engine: Engine, identity: Any) -> Any:
    mention = table_of(engine, "record_mention").select("mention_id", "row_id", *ATTRIBUTES)
    people = identity.inner_join(table_of(engine, PERSON), "person_id").drop("person_id")
    said = mention.inner_join(people, "mention_id")
    said = said.mutate(receipt_no=receipt_no(said.row_id))
    layouts = table_of(engine, EXTRACT).select("receipt_no", "layout_no")
    return said.left_join(layouts, "receipt_no").drop("receipt_no_right")


def _people(engine: Engine, identity: Any) -> Any:
    """Those some source speaks of in their own right.

    A name jotted down beside another's ("with whom", "associates"), without a birth date or a
    number, that linking found nowhere else, is a candidate and not yet a person.
    """
    mention, party = table_of(engine, "record_mention"), table_of(engine, "record_party")
    jotted = table_of(engine, "record_association").select(mention_id="other_mention_id").distinct()
    bare = mention.filter(mention.dob.isnull(), mention.upn.isnull(), mention.nhs_number.isnull())
    own_role = party.filter(party.role != "associated")
    candidates = bare.semi_join(jotted, "mention_id").anti_join(own_role, "mention_id")
    return identity.anti_join(candidates, "mention_id").select("person_id").distinct()


def _rows(engine: Engine) -> Any:
    no_text, no_day, no = ibis.null("string"), ibis.null("date"), ibis.literal(value=False)
    event = table_of(engine, "record_event")
    placed = [
        table_of(engine, "record_mention").select("row_id", "la_code", day=no_day, is_told=YES),
        event.select(
            "row_id",
            "la_code",
            day=ibis.coalesce(event.start_at, event.recorded_at).cast("date"),
            is_told=YES,
        ),
    ]
    dated = [rows.select("row_id", la_code=no_text, day=rows.day, is_told=no) for rows in _days(engine)]
    # Once over all that is said of a row: where it is, and the earliest day that it tells of.
    rows: Any = reduce(ibis.union, [*placed, *dated])
    rows = rows.group_by("row_id").agg(
        la=rows.la_code.nullif("").min(), row_on=rows.day.min(), is_told=rows.is_told.max()
    )
    told = rows.filter(rows.is_told).mutate(receipt_no=receipt_no(rows.row_id))
    extract = table_of(engine, EXTRACT).select("receipt_no", "extract_la")
    joined = told.inner_join(extract, "receipt_no")
    return joined.select(
        "row_id", "receipt_no", "row_on", la_code=ibis.coalesce(joined.la, joined.extract_la)
    )


def _days(engine: Engine) -> list[Any]:
    """The days that rows speak of besides those of events, each table with row_id and day."""
    missing = table_of(engine, "record_missing_episode")
    enrolment = table_of(engine, "record_enrolment")
    return [
        missing.select("row_id", day=missing.start_at.cast("date")),
        # A census row is of the census day, whenever the pupil joined.
        enrolment.select("row_id", day=ibis.coalesce(enrolment.as_at, enrolment.start_on)),
        table_of(engine, "record_listing").select("row_id", day="start_on"),
        table_of(engine, "record_exclusion").select("row_id", day="start_on"),
        table_of(engine, "record_panel_item").select("row_id", day="meeting_on"),
        table_of(engine, "record_flag").select("row_id", day="asserted_on"),
    ]


def receipt_no(key: Any) -> Any:
    """The receipt of a row or mention, as `model.keys.receipt_no_of`, for a column."""
    return (key >> RECEIPT_SHIFT).cast("int64")


def row_no(key: Any) -> Any:
    """The data row of a row or mention within its extract, for a column."""
    return ((key - (receipt_no(key) << RECEIPT_SHIFT)) >> ROW_SHIFT).cast("int64")


def hashed(letter: str, *parts: Any) -> Any:
    """An opaque id that the same parts always give, on every engine and in every build."""
    filled = [part.cast("string").fill_null("") for part in parts]
    joined = reduce(lambda left, right: left.concat("\x1f").concat(right), filled)
    opaque = joined.hexdigest("md5").upper().substr(0, 20)
    return text(letter).concat(opaque)


def text(words: str) -> Any:
    """Words as a column."""
    return ibis.literal(words)


def exploded(rows: Any, column: str) -> Any:
    """One row for each code of a column that holds several parted by |; none where it is null."""
    kept = rows.filter(rows[column].notnull())
    split = kept.mutate(**{column: kept[column].re_split("[|]").unnest()})
    split = split.mutate(**{column: split[column].strip()})
    return split.filter(split[column] != "")
