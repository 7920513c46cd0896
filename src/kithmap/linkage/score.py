"""Weigh the evidence for every pair worth comparing, with Splink, on a connection of its own."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.linkage.model import Model, splink_settings
from kithmap.linkage.rules import RULES

COMPARED = (
    "unique_id", "f_first", "f_name", "f_whole", "f_sound", "f_initial", "f_formals", "f_others", "s_whole", "s_name", "s_sound",
    "s_initial", "s_parts", "d_day", "d_swapped", "birth_year", "home", "sector", "school", "la_code", "sex", "nhs", "upn",
    "space", "number",
)  # fmt: skip

KEYS = [f"k{number}" for number in range(len(RULES))]
# The prior moves little after the third round, and never further than tenfold.
ROUNDS = 5
MOST_CHANGE = 10.0
PAIR = {
    "unique_id_l": "one",
    "unique_id_r": "other",
    "match_weight": "weight",
    "match_probability": "probability",
}


def score_pairs(engine: Engine, identities: pl.DataFrame, model: Model) -> pa.Table:
    """Weigh every pair that a blocking rule brings together.

    Shape: one row per pair.
    Columns: `one`, `other` (unique_id), `weight` (bits), `probability`.
    """
    from splink import Linker

    settings = splink_settings(model, engine.kind, identities.height)
    with _quiet(), engine.splink() as database:
        rows = database.register(_as_arrow(identities.select(*COMPARED, *KEYS)), table_name="identities")
        linker = Linker(rows, settings, log_level=None, validate_settings=False)
        for column, usual in model.frequencies.items():
            frequencies = _as_arrow(term_frequencies(identities, column, usual, model.prior_people))
            table = database.register(frequencies, table_name=f"tf_{column}")
            linker.table_management.register_term_frequency_lookup(table, column)
        scored = linker.inference.predict(warning_mode="never")
        pairs = scored.as_pyarrow_table().select(list(PAIR)).rename_columns(list(PAIR.values()))
        linker.table_management.delete_tables_created_by_splink_from_db()
    return with_prior_of_data(pairs, identities.height, model)


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
    columns = {
        "one": pairs["one"],
        "other": pairs["other"],
        "weight": shifted,
        "probability": as_probability(shifted),
    }
    return pa.table(columns)


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


def _as_arrow(rows: pl.DataFrame) -> pa.Table:
    return rows.to_arrow(compat_level=pl.CompatLevel.oldest())


@contextmanager
def _quiet() -> Iterator[None]:
    # Splink logs what it does; a log line of linkage may hold SQL, so none is let out.
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)
