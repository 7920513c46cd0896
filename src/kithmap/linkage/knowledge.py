"""What a full link found in the data, kept so that a new extract is cleaned alike.

Which postcodes are nobody's home, which day a source writes where it knows none, which numbers many
bear, which surnames are written in one word or in two, whose numbers are whose: all of it is found by
counting over everything, and a new extract alone does not show it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage import names
from kithmap.linkage.clean import glued_words
from kithmap.linkage.crosswalk import find_spaces
from kithmap.linkage.packed import as_texts
from kithmap.linkage.placeholders import BIRTH_YEARS, NO_DAYS, NOWHERE, POSTCODE

STATE = {"kind": pl.String, "name": pl.String, "value": pl.String, "number": pl.Float64}
SOURCE = ("holder", "la_code")
NUMBERS = {"upn": "upn", "nhs": "nhs_number", "number": "number"}


@dataclass(frozen=True)
class Knowledge:
    """What is kept of a full link: the table `linkage_state` in its parts.

    versions: of the model, the cleaning, the keys. numbers: `identities` at the last full link, `new`
    since then, `others` of the prior. voided: `kind` (home, day, upn, nhs, number), `source`, `value`.
    """

    versions: dict[str, str]
    numbers: dict[str, float]
    spaces: tuple[tuple[str, str], ...] = ()
    voided: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=VOIDED))
    parted: dict[str, list[str]] = field(default_factory=dict)
    bits: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def as_table(self) -> pa.Table:
        """The rows of `linkage_state`."""
        rows: list[tuple[str, str | None, str | None, float | None]] = [
            *(("version", name, value, None) for name, value in self.versions.items()),
            *(("figure", name, None, float(value)) for name, value in self.numbers.items()),
            *(("space", holder, space, None) for holder, space in self.spaces),
            *((f"no {kind}", source, value, None) for kind, source, value in self.voided.iter_rows()),
            *(("parted", whole, " ".join(words), None) for whole, words in sorted(self.parted.items())),
            *(("bits", str(step), None, float(bits)) for step, bits in enumerate(self.bits)),
        ]
        return pl.DataFrame(rows, schema=STATE, orient="row").to_arrow()


VOIDED = {"kind": pl.String, "source": pl.String, "value": pl.String}


def read_knowledge(table: pa.Table) -> Knowledge:
    """Knowledge as `as_table` wrote it."""
    frame = pl.DataFrame(pl.from_arrow(table))

    def pairs(kind: str, value: str) -> Iterable[tuple[str, object]]:
        return frame.filter(kind=kind).select("name", value).iter_rows()  # type: ignore[return-value]

    voided = frame.filter(pl.col("kind").str.starts_with("no ")).select(
        kind=pl.col("kind").str.slice(3), source="name", value="value"
    )
    bits = dict(pairs("bits", "number"))
    return Knowledge(
        versions={name: str(value) for name, value in pairs("version", "value")},
        numbers={name: float(str(value)) for name, value in pairs("figure", "number")},
        spaces=tuple((holder, str(space)) for holder, space in pairs("space", "value")),
        voided=voided,
        parted={whole: str(words).split(" ") for whole, words in pairs("parted", "value")},
        bits=np.array([float(str(bits[str(step)])) for step in range(len(bits))]),
    )


def find_knowledge(
    signatures: pl.DataFrame,
    identities: pl.DataFrame,
    spaces: Iterable[tuple[str, str]],
    bits: np.ndarray,
    versions: dict[str, str],
    numbers: dict[str, float],
) -> Knowledge:
    """What cleaning found by counting: seen by what was written and was not kept.

    signatures: as read; identities: as cleaned, both in the order of `signature`.
    """
    void = [
        _void(signatures, identities["home"], "home", "postcode", _home("postcode")),
        _void(signatures, identities["d_day"], "day", "dob", _day()),
        *(
            _void(signatures, identities[kind], kind, column, pl.col(column))
            for kind, column in NUMBERS.items()
        ),
    ]
    parted = glued_words(signatures["surname"])
    return Knowledge(versions, numbers, tuple(spaces), pl.concat(void), parted, bits)


def _void(
    signatures: pl.DataFrame, cleaned: pl.Series, kind: str, column: str, value: pl.Expr
) -> pl.DataFrame:
    """What was written in a column, in the form in which it is compared, and was not kept."""
    dropped = as_texts(signatures.filter(cleaned.is_null(), pl.col(column).is_not_null()))
    found = dropped.select(kind=pl.lit(kind), source=_source(), value=value)
    return found.drop_nulls("value").unique().sort("source", "value")


def _source() -> pl.Expr:
    return pl.concat_str(*(pl.col(name).fill_null("") for name in SOURCE), separator="|")


def _home(column: str) -> pl.Expr:
    plain = pl.col(column).str.replace_all(r"[^A-Z0-9]", "")
    return pl.when(plain.str.contains(POSTCODE) & ~plain.str.starts_with(NOWHERE)).then(plain)


def _day() -> pl.Expr:
    born = pl.col("dob")
    sane = ~born.is_in(list(NO_DAYS)) & born.dt.year().is_between(*BIRTH_YEARS)
    whole = pl.col("dob_precision") == "day"
    return pl.when(sane & whole).then(born.dt.to_string("%m-%d"))


def with_parted_names(signatures: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """New signatures, with surnames in as many words as the others write them in."""
    if not knowledge.parted:
        return signatures
    written = signatures["surname"].drop_nulls().unique().to_list()
    changed: dict[str, str] = {}
    for text in written:
        words = names.surname_words(text)
        if any(word in knowledge.parted for word in words):
            changed[text] = " ".join(part for word in words for part in knowledge.parted.get(word, [word]))
    return signatures.with_columns(pl.col("surname").replace(changed)) if changed else signatures


def without_voided(identities: pl.DataFrame, signatures: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """New identities, without what is known to say nothing."""
    la = signatures.sort("signature")["la_code"]
    frame = identities.with_columns(
        source=pl.concat_str(pl.col("holder").fill_null(""), la.fill_null(""), separator="|"),
        day=pl.col("d_day").str.slice(5),
    )
    for kind, column, also in (
        ("home", "home", ("home", "sector")),
        ("day", "day", ("d_day", "d_swapped")),
        *((kind, kind, (kind,)) for kind in NUMBERS),
    ):
        known = knowledge.voided.filter(kind=kind).select("source", value="value", void=pl.lit(value=True))
        if known.is_empty():
            continue
        marked = (
            frame.select("source", value=column)
            .join(known, on=["source", "value"], how="left", maintain_order="left")["void"]
            .fill_null(value=False)
        )
        frame = frame.with_columns(pl.when(~marked).then(name).alias(name) for name in also)
    return frame.drop("source", "day")


def spaces_with(
    before: pl.DataFrame, new: pl.DataFrame, known: Iterable[tuple[str, str]]
) -> tuple[tuple[str, str], ...] | None:
    """Whose numbers are whose, with the holders of the new identities; None where known holders changed.

    before, new: `holder`, `la_code`, `number`, `d_day` of the identities that have a number.
    """
    was = dict(known)
    now = dict(find_spaces(pl.concat([before, new.select(before.columns)], how="vertical_relaxed")))
    named = {space: was[holder] for holder, space in sorted(now.items()) if holder in was}
    together = {holder: named.get(space, space) for holder, space in now.items()}
    if any(together.get(holder, space) != space for holder, space in was.items()):
        return None
    return tuple(sorted({**was, **together}.items()))
