"""Mentions that cannot be told apart are one signature, so that a termly census is compared once.

This runs in the engine, on every mention; all that follows works on the signatures, of which
there are far fewer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.model.keys import RECEIPT_SHIFT

# What a mention says of a person. Mentions alike in all of it give no reason to part them.
SAYS = (
    "forename",
    "surname",
    "full_raw",
    "alias",
    "initials",
    "dob",
    "dob_precision",
    "birth_year",
    "sex",
    "upn",
    "nhs_number",
    "number",
    "register_number",
    "holder",
    "la_code",
    "postcode",
    "urn",
    "school",
)


@dataclass(frozen=True)
class Signatures:
    """The different signatures, and which of them each mention bears."""

    signatures: pa.Table
    bearers: pa.Table


def read_signatures(
    engine: Engine, receipts: Sequence[int] | None = None, judgements: pa.Table | None = None
) -> Signatures:
    """Read what every mention says of a person, and join those that say enough and say the same.

    receipts: the extracts to read; all without it. judgements: what reviewers decided of two mentions;
        those judged different bear signatures of their own, however alike they are.

    Shape: `signatures`, one row per signature; `bearers`, one row per mention.
    Columns: `signature` (the least mention_id that bears it), and for `signatures` those of SAYS.
    """
    says = _says(engine, receipts)
    borne = engine.hold("linkage_borne", _borne(says, ibis.literal(value=False)))
    alone = _judged_alike_yet_different(engine, borne, judgements)
    if alone:
        borne = engine.hold("linkage_borne", _borne(says, says.mention_id.isin(alone)))
    read = Signatures(
        signatures=engine.fetch(borne.select("signature", *SAYS)), bearers=engine.fetch(_bearers(borne))
    )
    engine.let_go("linkage_borne")
    return read


def _borne(says: Any, alone: Any) -> Any:
    """One row a signature, with the mentions that bear it: one alone where it is `alone` or says too little."""
    shared = _says_enough(says) & ~alone
    # Null is a value here: two mentions without a postcode are alike in that.
    own = ibis.ifelse(shared, ibis.null("int64"), says.mention_id)
    return says.group_by(*SAYS, own=own).agg(
        signature=says.mention_id.min(), mentions=says.mention_id.collect()
    )


def _bearers(borne: Any) -> Any:
    return borne.select("signature", mention_id=borne.mentions.unnest()).select("mention_id", "signature")


def _judged_alike_yet_different(engine: Engine, borne: Any, judgements: pa.Table | None) -> list[Any]:
    """The mentions that a reviewer parted from another with the same signature."""
    if judgements is None or not judgements.num_rows:
        return []
    judged: Any = engine.hold(
        "linkage_judged", judgements.select(["mention_id", "other_mention_id", "decision"])
    )
    bears = _bearers(borne)
    both = (
        judged.filter(judged.decision == "different")
        .join(bears, "mention_id")
        .join(bears.rename(other_mention_id="mention_id", other_signature="signature"), "other_mention_id")
    )
    found = engine.fetch(
        both.filter(both.signature == both.other_signature).select("mention_id", "other_mention_id")
    )
    return sorted({int(mention) for row in found.to_pylist() for mention in row.values()})


def _says_enough(says: Any) -> Any:
    named = says.surname.notnull() & says.forename.notnull() & says.dob.notnull()
    placed = says.postcode.notnull() | says.upn.notnull() | says.nhs_number.notnull()
    # The holder's own number is the holder's own judgement that these are one person.
    return (named & placed) | says.number.notnull()


def _says(engine: Engine, receipts: Sequence[int] | None) -> Any:
    mention: Any = engine.table("record_mention")
    if receipts is not None:
        mention = mention.filter(is_of(mention.mention_id, receipts))
    extract = engine.table("extract").select("receipt_no", "holder", extract_la="la_code", last_on="last_on")
    joined: Any = mention.mutate(receipt_no=mention.mention_id >> RECEIPT_SHIFT).left_join(
        extract, "receipt_no"
    )
    joined = joined.left_join(_schools(engine), [("mention_id", "school_mention_id")])
    joined = joined.left_join(_when(engine), [("row_id", "when_row_id")])
    _ = ibis._
    return joined.select(
        "mention_id",
        forename=_text(_.forename),
        surname=_text(_.surname),
        full_raw=ibis.ifelse(
            _.forename.isnull() & _.surname.isnull(), _text(_.full_raw), ibis.null("string")
        ),
        alias=_text(_["alias"]),
        initials=_text(_.initials),
        dob=_.dob,
        dob_precision=ibis.coalesce(_.dob_precision, "day"),
        birth_year=_birth_year(),
        sex=ibis.ifelse(_.sex.isin(["F", "M"]), _.sex, ibis.null("string")),
        upn=ibis.ifelse(_.upn_status == "valid", _text(_.upn), ibis.null("string")),
        nhs_number=ibis.ifelse(_.nhs_status == "valid", _.nhs_number, ibis.null("string")),
        number=_text(_.source_person_id),
        register_number=ibis.ifelse(
            ibis.coalesce(_.one_row_each, ibis.literal(value=False)),
            _text(_.source_person_id),
            ibis.null("string"),
        ),
        holder=_.holder,
        la_code=ibis.coalesce(_.la_code, _.extract_la),
        postcode=_text(_.postcode),
        urn=_.urn,
        school=_.school,
    )


def is_of(key: Any, receipts: Sequence[int]) -> Any:
    """Whether a key is of one of some receipts, said so that an engine skips the rows of others unread."""
    bounds = [min(receipts, default=0) << RECEIPT_SHIFT, (max(receipts, default=-1) + 1) << RECEIPT_SHIFT]
    return (key >= bounds[0]) & (key < bounds[1]) & (key >> RECEIPT_SHIFT).isin(list(receipts))


def _text(column: Any) -> Any:
    return column.upper().strip().nullif("")


def _birth_year() -> Any:
    """Where only an age is stated: the later of the two years it allows."""
    _ = ibis._
    seen = _.happened_on.fill_null(_.last_on).year()
    return ibis.ifelse(_.dob.isnull(), (seen - _.age).cast("int32"), ibis.null("int32"))


def _schools(engine: Engine) -> Any:
    enrolment: Any = engine.table("record_enrolment")
    return enrolment.group_by(school_mention_id=enrolment.mention_id).aggregate(
        urn=_text(ibis.coalesce(enrolment.urn, enrolment.la_estab)).max(),
        school=_text(enrolment.school_raw).max(),
    )


def _when(engine: Engine) -> Any:
    event: Any = engine.table("record_event")
    when = event.start_at.fill_null(event.recorded_at).date()
    return event.group_by(when_row_id=event.row_id).aggregate(happened_on=when.max())
