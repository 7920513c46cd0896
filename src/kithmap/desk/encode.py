"""Encode a list, at the holder's: the file in, filters out that tell nothing without the key.

It needs no workspace: it runs on the holder's own machine, and keeps nothing.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kithmap.desk import clock
from kithmap.desk.project_keys import read_project_key
from kithmap.errors import NothingToLink
from kithmap.model.records import RECORD_TABLES

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from kithmap.engines.engine import Engine
    from kithmap.ingest.receipts import Receipt

# Made-up people among the real ones: a share of them, and so many more by chance.
MADE_UP_SHARE, MADE_UP_MORE = 0.1, 10
ROUNDED = 10
CONSENT, YES = "consent", ("y", "yes", "true", "1")
# Which of a person's mentions stands for them: the one that says most of these.
TELLING = ("f_name", "s_name", "d_day", "home", "nhs", "upn", "sex", "birth_year")


@dataclass(frozen=True)
class EncodeReport:
    """What encoding did; it stays with the holder."""

    project: str
    rows: int
    refused_rows: int
    without_consent: int
    people: int
    too_little_known: int
    file: str

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return dict(vars(self))


def encode_file(
    file: Path, out: Path, *, layout: str, key_file: Path, made_up_share: float = MADE_UP_SHARE
) -> EncodeReport:
    """Encode the people of one extract into a file that may be compared, and never read.

    Raises: KeyMissing; DataProblem for a file that cannot be read; NothingToLink when it names nobody.
    """
    import numpy as np

    from kithmap.linkage.clean import cleaning_version
    from kithmap.linkage.compare_encodings import too_little_known
    from kithmap.linkage.encode import encode_identities, known_of
    from kithmap.linkage.encodings import Manifest, write_encodings
    from kithmap.linkage.private import Parameters, tokens_of

    key = read_project_key(key_file)
    people, report = read_people_of(file, layout)
    parameters = Parameters()
    generator = np.random.default_rng(secrets.randbits(256))
    made_up = (
        round(made_up_share * people.height) + int(generator.integers(MADE_UP_MORE)) if made_up_share else 0
    )
    encoded = encode_identities(people, key.key, parameters, made_up=made_up, generator=generator)
    manifest = Manifest(
        project=key.project,
        key_mark=key.mark,
        people=-(-people.height // ROUNDED) * ROUNDED,
        parameters=parameters.to_dict(),
        cleaning=cleaning_version(),
        kithmap=version("kithmap"),
        made_on=clock.today().isoformat(),
    )
    write_encodings(out, encoded, manifest)
    beyond = int(too_little_known(known_of(tokens_of(people), people.height), parameters).sum())
    return EncodeReport(
        project=key.project, people=people.height, too_little_known=beyond, file=out.name, **report
    )


def read_people_of(file: Path, layout: str) -> "tuple[pl.DataFrame, dict[str, int]]":
    """The people named in one extract, linked within it, each once; and how many rows were left out.

    Shape: one row per person. Columns: those of `linkage.clean.read_identities`; what a person's
        most telling mention lacks is from their others.
    Raises: DataProblem for a file that cannot be read, NothingToLink when nobody is left.

    Rows that say that consent was not given are left out before anything else.
    """
    import polars as pl

    from kithmap.engines.duckdb import memory
    from kithmap.ingest.receive import read_extract
    from kithmap.linkage.clean import read_identities
    from kithmap.linkage.link import link
    from kithmap.linkage.signatures import read_signatures

    received = read_extract(file, layout, receipt_no=1)
    tables, refused = _with_consent(received.tables)
    if "mention" not in tables or not tables["mention"].num_rows:
        raise NothingToLink(
            f"{file.name} names nobody who may be encoded.",
            "A layout with a [person], and rows whose consent, where the file states it, is yes.",
            "Check that it is the right file and layout.",
        )
    with memory() as engine:
        _hold(engine, tables, received.receipt)
        link(engine, secret=secrets.token_bytes(32))
        read = read_signatures(engine)
        who = _frame(engine.fetch(engine.table("identity").select("mention_id", "person_id")))
    bearers = _frame(read.bearers).join(who, on="mention_id").select("signature", "person_id").unique()
    identities = read_identities(read.signatures).join(bearers, on="signature")
    receipt = received.receipt
    counts = {"rows": receipt.rows_in, "refused_rows": receipt.rows_refused, "without_consent": refused}
    said = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int32) for name in TELLING)
    return _each_once(identities.with_columns(said=said)), counts


def _frame(rows: "pa.Table") -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame(rows)


def _each_once(identities: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    lists = {name for name, kind in identities.schema.items() if isinstance(kind, pl.List)}
    first = [
        pl.col(name).first() if name in lists else pl.col(name).drop_nulls().first()
        for name in identities.columns
        if name != "person_id"
    ]
    ordered = identities.sort("said", "signature", descending=[True, False])
    return ordered.group_by("person_id", maintain_order=True).agg(first).sort("signature")


def _with_consent(tables: "Mapping[str, pa.Table]") -> "tuple[Mapping[str, pa.Table], int]":
    """The tables without the people of rows that say consent was not given, and how many rows those are."""
    import polars as pl

    if "event_attr" not in tables or "mention" not in tables:
        return tables, 0
    said = _frame(tables["event_attr"]).filter(pl.col("key") == CONSENT)
    if said.is_empty():
        return tables, 0
    given = pl.col("value").str.strip_chars().str.to_lowercase().is_in(YES).fill_null(value=False)
    yes = said.group_by("row_id").agg(given.all()).filter("value")["row_id"]
    mentions = _frame(tables["mention"])
    kept = mentions.filter(pl.col("row_id").is_in(yes.implode()))
    left_out = mentions["row_id"].n_unique() - kept["row_id"].n_unique()
    return {**tables, "mention": kept.to_arrow(compat_level=pl.CompatLevel.oldest())}, left_out


def _hold(engine: "Engine", tables: "Mapping[str, pa.Table]", receipt: "Receipt") -> None:
    import pyarrow as pa

    from kithmap.ingest.assemble import arrow_schema
    from kithmap.model.tables import EXTRACT

    for table in RECORD_TABLES:
        engine.hold(f"record_{table.name}", tables.get(table.name, arrow_schema(table).empty_table()))
    said = {"receipt_no": receipt.receipt_no, "holder": receipt.holder, "last_on": receipt.last_on}
    schema: Any = arrow_schema(EXTRACT)
    columns: dict[str, Any] = {
        name: pa.array([said.get(name)], schema.field(name).type) for name in EXTRACT.names
    }
    engine.hold("extract", pa.table(columns, schema=schema))
    number = pa.array([receipt.receipt_no], pa.int64())
    engine.hold("receipt", pa.table({"receipt_no": number, "sha256": pa.array([receipt.sha256])}))
