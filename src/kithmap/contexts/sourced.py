"""Who each row names, which extract it stands in, and of which day it speaks."""

from functools import reduce
from typing import Any

import ibis

from kithmap.engines.engine import Engine
from kithmap.model.keys import RECEIPT_SHIFT, ROW_SHIFT

WHO = "gather_who"
ROW = "gather_row"
YES: Any = ibis.literal(value=True)


def table_of(engine: Engine, name: str) -> Any:
    """A table of the engine, without ibis's types: they know columns only by name."""
    return engine.table(name)


def hold_sources(engine: Engine) -> None:
    """Hold who each mention is, and the extract and day of each row with a mention or an event.

    `gather_who`: mention_id, row_id, person_id, part_id. `gather_row`: row_id, receipt_no, layout, holder,
    la_code (the row's, else the extract's), extract_la, row_on.
    """
    mentions = table_of(engine, "record_mention").select("mention_id", "row_id")
    identity = table_of(engine, "identity")
    part = identity.part_id if "part_id" in identity.columns else ibis.null("int64")
    identity = identity.select("mention_id", "person_id", part_id=part)
    who = mentions.inner_join(identity, "mention_id")
    engine.hold(WHO, who.semi_join(_people(engine, identity), "person_id"))
    engine.hold(ROW, _rows(engine))


def with_parts(rows: Any, said: Any, *keys: str) -> Any:
    """The same rows, one for each part of a person whose linkage is in doubt; part_id null for others.

    What a row says stays that of the whole person: only which parts of them it rests on is added.
    `said` has the keys and part_id.
    """
    parts = said.filter(said.part_id.notnull()).select(*keys, "part_id").distinct()
    joined = rows.left_join(parts, list(keys))
    return joined.drop(*(f"{key}_right" for key in keys))


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
    placed = [table_of(engine, f"record_{name}").select("row_id", "la_code") for name in ("mention", "event")]
    rows = reduce(ibis.union, placed).group_by("row_id").agg(la_code=ibis._.la_code.nullif("").min())
    rows = rows.mutate(receipt_no=receipt_no(rows.row_id))
    extract = table_of(engine, "extract").select(
        "receipt_no", "layout", "holder", extract_la=ibis._.la_code.nullif("")
    )
    dated = _row_days(engine)
    joined = rows.inner_join(extract, "receipt_no").left_join(dated, "row_id")
    return joined.select(
        "row_id",
        "receipt_no",
        "layout",
        "holder",
        "extract_la",
        "row_on",
        la_code=ibis.coalesce(joined.la_code, joined.extract_la),
    )


def _row_days(engine: Engine) -> Any:
    """The day a row speaks of: the earliest of what it tells."""
    event = table_of(engine, "record_event")
    missing = table_of(engine, "record_missing_episode")
    enrolment = table_of(engine, "record_enrolment")
    days = [
        event.select("row_id", day=ibis.coalesce(event.start_at, event.recorded_at).cast("date")),
        missing.select("row_id", day=missing.start_at.cast("date")),
        # A census row is of the census day, whenever the pupil joined.
        enrolment.select("row_id", day=ibis.coalesce(enrolment.as_at, enrolment.start_on)),
        table_of(engine, "record_listing").select("row_id", day="start_on"),
        table_of(engine, "record_exclusion").select("row_id", day="start_on"),
        table_of(engine, "record_panel_item").select("row_id", day="meeting_on"),
        table_of(engine, "record_flag").select("row_id", day="asserted_on"),
    ]
    told = reduce(ibis.union, days)
    told = told.filter(told.day.notnull())
    return told.group_by("row_id").agg(row_on=told.day.min())


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
