"""Weigh the evidence for every pair worth comparing, with Splink, on a connection of its own."""

import logging
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.linkage.commonness import Commonness, bits_by_step, plain_arrow
from kithmap.linkage.conditions import measured_columns
from kithmap.linkage.correlation import name_correlation, same_values
from kithmap.linkage.model import Model, splink_settings
from kithmap.linkage.predict import predict

# The prior moves little after the third round, and never further than tenfold.
ROUNDS = 5
MOST_CHANGE = 10.0


class Counted:
    """How common values are among identities that are all at hand; see `Commonness`, where they are not."""

    def __init__(self, identities: pl.DataFrame) -> None:
        self.size = identities.height
        self._identities = identities
        self._bits: dict[tuple[str, ...], np.ndarray] = {}

    def frequencies(
        self, compared: pl.DataFrame, column: str, usual: float, prior_people: float
    ) -> pl.DataFrame:
        """The term frequency of each value of a column of these identities, as they are compared."""
        return term_frequencies(compared, column, usual, prior_people)

    def correlation(self, _identities: pl.DataFrame, names: Sequence[str]) -> np.ndarray:
        """The bits by which an agreement on both names is overrated, of every identity; found once."""
        key = tuple(names)
        if key not in self._bits:
            self._bits[key] = name_correlation(self._identities, key)
        return self._bits[key]

    def bits_by_step(self, names: Sequence[str]) -> np.ndarray:
        """The same, by the step of rarity of the full name; see `Commonness.bits`."""
        return bits_by_step(
            self._identities, names, self.correlation(self._identities, names) if names else np.zeros(0)
        )


Common = Counted | Commonness


def score_pairs(
    engine: Engine, identities: pl.DataFrame, model: Model, common: Counted | None = None
) -> pa.Table:
    """Weigh every pair that a blocking rule brings together.

    common: how common their values are, where that is asked again later.

    Shape: one row per pair.
    Columns: `one`, `other` (unique_id), `weight` (bits), `probability`, `levels` (see `predict.unpack_levels`).
    """
    common = common or Counted(identities)
    pairs = weigh_pairs(engine, identities, model, common)
    return with_prior_of_data(pairs, identities.height, model)


def weigh_pairs(engine: Engine, identities: pl.DataFrame, model: Model, common: Counted) -> pa.Table:
    """Weigh every pair that a blocking rule brings together, by the model's prior."""
    with quiet(), engine.splink() as database:
        linker = splink_linker(database, identities, model, engine.kind, common)
        pairs = predict(linker, model)
        linker.table_management.delete_tables_created_by_splink_from_db()
    return put_right(identities, pairs, model, common)


def splink_linker(
    database: Any,
    identities: pl.DataFrame,
    model: Model,
    dialect: str,
    common: Counted | None = None,
) -> Any:
    """Splink's linker of these identities by this model, with their term frequencies."""
    from splink import Linker

    common = common or Counted(identities)
    compared = compared_columns(identities, model)
    settings = splink_settings(model, dialect, common.size)
    keyed = compared.hstack(identities.select(*model.keys))
    rows = database.register(plain_arrow(keyed), table_name="identities")
    linker = Linker(rows, settings, log_level=None, validate_settings=False)
    for column, usual in model.frequencies.items():
        frequencies = plain_arrow(common.frequencies(compared, column, usual, model.prior_people))
        table = database.register(frequencies, table_name=f"tf_{column}")
        linker.table_management.register_term_frequency_lookup(table, column)
    return linker


def put_right(identities: pl.DataFrame, pairs: pa.Table, model: Model, common: Common) -> pa.Table:
    """The pairs, where the agreement on names that go together is not counted twice."""
    if not model.together:
        return pairs
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    agree = same_values(identities, model.together, one, other)
    overrated = np.where(agree, common.correlation(identities, model.together)[one], 0.0)
    weight = pa.array(pairs["weight"].to_numpy() - overrated)
    return pairs.set_column(pairs.column_names.index("weight"), "weight", weight)


def compared_columns(identities: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The columns that the model compares, where letters are counted in plain letters only.

    DuckDB counts the bytes of a letter and Spark the letters, so "É" and "E" would differ by two on
    one and by one on the other; `clean` leaves no such letter in a name, another source may.
    """
    rows = identities.select("unique_id", *model.columns)
    conditions = [text for comparison in model.comparisons for text in comparison.conditions]
    for column in measured_columns(conditions):
        values = rows[column].drop_nulls().unique()
        odd = values.filter(values.str.len_bytes() != values.str.len_chars()).sort().to_list()
        if odd:
            plain = _plain_letters(odd, set("".join(values)))
            rows = rows.with_columns(pl.col(column).replace(odd, plain))
    return rows


def _plain_letters(values: list[str], used: set[str]) -> list[str]:
    """The values without accents, and a free one-byte character for each letter of another alphabet."""
    parted = (unicodedata.normalize("NFKD", value) for value in values)
    bare = ["".join(letter for letter in value if not unicodedata.combining(letter)) for value in parted]
    letters = sorted({letter for value in bare for letter in value if not letter.isascii()})
    free = [chr(number) for number in range(1, 128) if chr(number) not in used]
    table = str.maketrans(dict(zip(letters, cycle(free), strict=False)))
    return [value.translate(table) for value in bare]


def with_prior_of_data(pairs: pa.Table, identities: int, model: Model) -> pa.Table:
    """The same pairs, weighed with the prior that they themselves speak for.

    How many records a person has differs between a school roll and a list of thirty; so the
    prior is put where the probabilities add up to it, within reason, starting from the model's.
    """
    weight = pairs["weight"].to_numpy()
    others = model.others
    for _ in range(ROUNDS):
        shift = np.log2(others / model.others)
        found = 2 * float(np.sum(as_probability(weight + shift))) / max(identities, 1)
        others = min(max(found, model.others / MOST_CHANGE), model.others * MOST_CHANGE)
    shifted = weight + np.log2(others / model.others)
    found = {"weight": shifted, "probability": as_probability(shifted)}
    rest = pairs.drop_columns([name for name in found if name in pairs.column_names])
    for name, values in found.items():
        rest = rest.append_column(name, pa.array(values))
    return rest


def as_probability(weight: np.ndarray) -> np.ndarray:
    """The probability that a weight in bits amounts to."""
    return 1 / (1 + np.exp2(-np.clip(weight, -1000, 1000)))


def term_frequencies(
    identities: pl.DataFrame, column: str, usual: float, prior_people: float
) -> pl.DataFrame:
    """How common each value is among these identities, leaning on what is usual where they are few."""
    total = identities[column].drop_nulls().len()
    counts = identities[column].drop_nulls().value_counts()
    frequency = (pl.col("count") + prior_people * usual) / (total + prior_people)
    return counts.select(column, frequency.alias(f"tf_{column}"))


@contextmanager
def quiet() -> Iterator[None]:
    """Let Splink say nothing."""
    # Splink logs what it does; a log line of linkage may hold SQL, so none is let out.
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
