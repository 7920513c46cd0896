"""How good an extract is, before it is received: what is filled, refused, repeated, and how flags go with codes."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kithmap.ingest.receive import Received

BOTH, FLAG_ONLY, CODE_ONLY = "both", "flag_only", "code_only"


def quality_of(received: "Received") -> dict[str, Any]:
    """What reading an extract gave, as plain values: counts, refusals by kind, filled shares; never a value."""
    receipt = received.receipt
    return {
        "rows_in": receipt.rows_in,
        "rows_kept": receipt.rows_kept,
        "rows_refused": receipt.rows_refused,
        "cells_refused": receipt.cells_refused,
        "mentions": receipt.mentions,
        "first_on": receipt.first_on.isoformat() if receipt.first_on else "",
        "last_on": receipt.last_on.isoformat() if receipt.last_on else "",
        "notes": list(receipt.notes),
        "not_read": list(receipt.not_read),
        "filled": dict(receipt.filled),
        "summary": [vars(each) for each in receipt.summary],
        "flags": flag_use(received),
    }


def flag_use(received: "Received") -> list[dict[str, Any]]:
    """How flags go with codes, by agency (the authority of the row) and harm: rows that have both, or one alone.

    A crime whose code tells of a harm and that bears no flag of it, or a flag without such a code, shows that flags
    are not used alike.
    """
    import polars as pl

    if "flag" not in received.tables or "event" not in received.tables:
        return []
    read: Any = pl.from_arrow  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    events, flags = read(received.tables["event"]), read(received.tables["flag"])
    if "harm" not in flags.columns or "harm" not in events.columns:
        return []
    # Which authority sent a row is the agency of its flag: one force flags by borough.
    agency = events.select("row_id", agency=pl.col("la_code").fill_null("not told"))
    coded = _each_harm(events.select("row_id", "harm")).with_columns(coded=True)
    flagged = _each_harm(flags.select("row_id", "harm")).with_columns(flagged=True)
    met = coded.join(flagged, on=["row_id", "harm"], how="full", coalesce=True).join(agency, on="row_id")
    counted = (
        met.group_by("agency", "harm")
        .agg(
            both=(pl.col("coded") & pl.col("flagged")).sum(),
            flag_only=pl.col("coded").is_null().sum(),
            code_only=pl.col("flagged").is_null().sum(),
        )
        .sort("agency", "harm")
    )
    return counted.to_dicts()


def _each_harm(rows: Any) -> Any:
    import polars as pl

    # Several harms of a row are parted by a bar.
    harms = rows.drop_nulls("harm").with_columns(pl.col("harm").str.split("|")).explode("harm")
    return harms.select(pl.col("row_id"), pl.col("harm")).unique()
