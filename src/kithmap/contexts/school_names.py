"""Which school a way of writing one means: by number, by name, by a name near enough."""

from dataclasses import dataclass
from hashlib import md5
from typing import Any

import polars as pl

from kithmap.contexts.names import KINDS_OF_SCHOOL, fold, nearest, without

AT_LEAST, MARGIN = 0.62, 0.08
AT_LEAST_ELSEWHERE = 0.8
PRIMARY = r"\b(?:primary|junior|infants?|nursery)\b"
ALTERNATIVE = r"(?i)pupil referral|alternative provision|\bpru\b"
COLUMNS = {
    "urn": pl.String, "la_estab": pl.String, "name": pl.String, "la_code": pl.String, "phase": pl.String,
    "type": pl.String, "roll": pl.Int64, "h3_r9": pl.String, "close_on": pl.Date,
}  # fmt: skip


def school_id(key: str) -> str:
    """Our id of the school with this number, or, without one, this authority and name."""
    return "C" + md5(f"school\x1f{key}".encode(), usedforsecurity=False).hexdigest().upper()[:20]


def digits(column: str) -> pl.Expr:
    """Authority and establishment number as seven digits, however it is written."""
    plain = pl.col(column).str.replace_all(r"[^0-9]", "")
    return pl.when(plain.str.len_chars() == 7).then(plain)


@dataclass(frozen=True)
class Register:
    """The register of settings, with each school's id and folded names."""

    schools: pl.DataFrame

    @classmethod
    def read(cls, settings: Any) -> "Register":
        """Take the fetched register, one row per school."""
        frame = settings.select(pl.col(name).cast(kind) for name, kind in COLUMNS.items())
        frame = frame.with_columns(pl.col("la_code").replace("", None))
        key = pl.coalesce(
            "urn", digits("la_estab"), pl.concat_str("la_code", pl.lit("|"), "name", ignore_nulls=True)
        )
        frame = frame.with_columns(
            key.map_elements(school_id, return_dtype=pl.String).alias("context_id"),
            digits("la_estab").alias("estab"),
            fold(frame["name"]).alias("folded"),
        )
        stems = without(frame["folded"], KINDS_OF_SCHOOL).alias("stem")
        return cls(frame.with_columns(stems).unique("context_id", keep="first", maintain_order=True))

    def with_authorities(self, written: pl.DataFrame) -> "Register":
        """The register with the authorities its pupils' rows are of.

        A register writes the DfE's number of an authority (the first three digits of LAESTAB), rows
        the code of the agreement: the rows that give a school's number say which is which.
        """
        numbers = pl.col("estab").str.head(3)
        rows = written.filter(pl.col("la_code").fill_null("") != "")
        by_urn = rows.join(self.schools.select("urn", "estab"), on="urn", how="inner")
        by_estab = rows.with_columns(digits("la_estab").alias("estab"))
        pairs = pl.concat(
            [frame.select(numbers.alias("number"), "la_code", "times") for frame in (by_urn, by_estab)]
        )
        counted = pairs.drop_nulls().group_by("number", "la_code").agg(pl.col("times").sum())
        most = counted.sort(["number", "times", "la_code"], descending=[False, True, False])
        known = most.unique("number", keep="first").select("number", rows_la="la_code")
        joined = self.schools.with_columns(numbers.alias("number")).join(known, on="number", how="left")
        return Register(
            joined.with_columns(pl.coalesce("rows_la", "la_code").alias("la_code")).drop("rows_la", "number")
        )

    def with_new(self, matched: pl.DataFrame) -> "Register":
        """The register and the schools that only their own rows tell of."""
        new = matched.filter(~pl.col("context_id").is_in(self.schools["context_id"].implode()))
        new = new.sort("school_raw", nulls_last=True).unique("context_id", keep="first", maintain_order=True)
        new = new.select("context_id", "urn", "la_estab", pl.col("school_raw").alias("name"), "la_code")
        return Register(pl.concat([self.schools, new], how="diagonal"))

    def contexts(self) -> pl.DataFrame:
        """What the contexts table says of a school, before its roll is known."""
        kind = pl.concat_str("type", "phase", "name", separator=" ", ignore_nulls=True)
        return self.schools.select(
            "context_id", "name", "la_code", "h3_r9", "phase", "roll", "close_on",
            kind.str.contains(ALTERNATIVE).alias("is_ap"),
        )  # fmt: skip


def match_schools(written: pl.DataFrame, register: Register) -> pl.DataFrame:
    """Find the school each way of writing one means; a name that could be two schools is none.

    Shape: one row for each of `written` that is matched: its columns, `context_id` and `how`.
    Columns: `how` (urn, la_estab, name, short name, near name, own rows).
    """
    schools = register.schools
    left = written.with_columns(
        digits("la_estab").alias("estab"), fold(written["school_raw"]).alias("folded")
    )
    left = left.with_columns(without(left["folded"], KINDS_OF_SCHOOL).alias("stem"))
    found: list[pl.DataFrame] = []
    for how, columns in STEPS:
        step = _by_equal(left, schools, columns).with_columns(pl.lit(how).alias("how"))
        found.append(step)
        left = left.join(step, on="reference", how="anti")
    for step in (_by_nearness(left, schools), _by_own_rows(left, schools)):
        found.append(step)
        left = left.join(step, on="reference", how="anti")
    matched = pl.concat(found)
    return written.join(matched, on="reference", how="inner")


STEPS = (
    ("urn", ["urn"]),
    ("la_estab", ["estab"]),
    ("name", ["la_code", "folded"]),
    ("name", ["folded"]),
    ("short name", ["la_code", "stem"]),
    ("short name", ["stem"]),
)


def _by_equal(left: pl.DataFrame, schools: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """References whose columns equal those of one school: only one, or only one of the kind meant."""
    filled = [pl.col(column).fill_null("") != "" for column in columns]
    pairs = (
        left.filter(filled)
        .select("reference", *columns, says_primary=_is_primary("folded"))
        .join(schools.select(*columns, "context_id", is_primary=_is_primary("phase", "folded")), on=columns)
    )
    # Of a primary and a secondary of one name, the secondary is meant where the words do not say:
    # the lists are about young people of secondary age.
    as_said = pl.col("is_primary") == pl.col("says_primary")
    pairs = pairs.filter(as_said | ~as_said.any().over("reference"))
    return pairs.filter(pl.len().over("reference") == 1).select("reference", "context_id")


def _is_primary(*columns: str) -> pl.Expr:
    said = pl.concat_str(*columns, separator=" ", ignore_nulls=True).str.to_lowercase()
    return said.str.contains(PRIMARY).fill_null(False)


def _by_nearness(left: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """References whose name is near that of one school of the kind meant."""
    names = left.filter(pl.col("stem").fill_null("") != "").with_columns(is_primary=_is_primary("folded"))
    pool = schools.with_columns(is_primary=_is_primary("phase", "folded"))
    found: list[pl.DataFrame] = []
    for (la_code, is_primary), part in names.group_by(["la_code", "is_primary"], maintain_order=True):
        kind = pool.filter(pl.col("is_primary") == is_primary)
        local = _near(part, kind.filter(pl.col("la_code").eq_missing(la_code)), AT_LEAST)
        rest = part.join(local, on="reference", how="anti")
        # A pupil may live here and go to school there: a name from elsewhere must be nearer.
        found += [local, _near(rest, kind, AT_LEAST_ELSEWHERE)]
    nothing = pl.DataFrame(schema={"reference": pl.String, "context_id": pl.String})
    return pl.concat([nothing, *found]).with_columns(pl.lit("near name").alias("how"))


def _near(names: pl.DataFrame, schools: pl.DataFrame, at_least: float) -> pl.DataFrame:
    close = nearest(names["stem"].to_list(), schools["stem"].to_list(), at_least=at_least, margin=MARGIN)
    ids = schools["context_id"].to_list()
    rows = [
        (name, ids[at])
        for name, at in zip(names["reference"].to_list(), close, strict=True)
        if at is not None
    ]
    return pl.DataFrame(rows, schema={"reference": pl.String, "context_id": pl.String}, orient="row")


def _by_own_rows(left: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """References that are schools of their own: a number not in the register, or no register at all."""
    registered = schools["la_code"].drop_nulls().unique()
    numbered = pl.coalesce("urn", "estab")
    unregistered = ~pl.col("la_code").fill_null("").is_in(registered.implode()) & (
        pl.col("folded").fill_null("") != ""
    )
    named = pl.concat_str(pl.col("la_code").fill_null(""), pl.lit("|"), "folded")
    key = pl.when(numbered.is_not_null()).then(numbered).when(unregistered).then(named)
    return (
        left.select("reference", key.alias("key")).drop_nulls("key")
        .select("reference", pl.col("key").map_elements(school_id, return_dtype=pl.String).alias("context_id"))
        .with_columns(pl.lit("own rows").alias("how"))
    )  # fmt: skip
