"""Evidence: why a pair was linked, in the same numbers that linked it."""

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from identities_made import identities_of, people

from kithmap.engines.engine import Engine
from kithmap.linkage.commonness import plain_arrow, term_frequencies
from kithmap.linkage.compared import compared_columns
from kithmap.linkage.evidence import find_evidence
from kithmap.linkage.model import Model, shipped_model, splink_settings
from kithmap.linkage.people import KEPT_PROBABILITY, by_mention
from kithmap.linkage.score import quiet, score_pairs
from kithmap.model.tables import LINK_EVIDENCE

MODEL = shipped_model()


@pytest.fixture(scope="module")
def identities() -> pl.DataFrame:
    return identities_of(people(300))


def splinks_own(engine: Engine, identities: pl.DataFrame, model: Model) -> pl.DataFrame:
    """The weight of every comparison of every pair, as Splink itself works it out."""
    from splink import Linker

    settings = splink_settings(model, engine.kind, identities.height) | {
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }
    compared = compared_columns(identities, model)
    with quiet(), engine.splink() as database:
        rows = database.register(
            plain_arrow(compared.hstack(identities.select(model.keys))), table_name="identities"
        )
        linker = Linker(rows, settings, log_level=None, validate_settings=False)
        for column, usual in model.frequencies.items():
            table = plain_arrow(term_frequencies(compared, column, usual, model.prior_people))
            registered = database.register(table, table_name=f"tf_{column}")
            linker.table_management.register_term_frequency_lookup(registered, column)
        scored = pl.DataFrame(
            pl.from_arrow(linker.inference.predict(warning_mode="never").as_pyarrow_table())
        )
    return scored.rename({"unique_id_l": "one", "unique_id_r": "other"})


def test_every_weight_is_splinks_own(duckdb_engine: Engine, identities: pl.DataFrame) -> None:
    pairs = score_pairs(duckdb_engine, identities, MODEL)

    evidence = pl.DataFrame(pl.from_arrow(find_evidence(identities, pairs, MODEL)))

    own = evidence.join(
        splinks_own(duckdb_engine, identities, MODEL), on=["one", "other"], maintain_order="left"
    )
    assert evidence.height > 200
    for comparison in MODEL.comparisons:
        name, last = comparison.name, len(comparison.levels) - 1
        # Splink numbers levels from the last, and -1 is not known.
        gamma = (last - own[f"{name}_level"].cast(pl.Int64)).fill_null(-1)
        assert gamma.equals(own[f"gamma_{name}"].cast(pl.Int64), check_names=False)
        weight = own[f"mw_{name}"]
        if f"mw_tf_adj_{name}" in own.columns:
            weight += own[f"mw_tf_adj_{name}"]
        # Splink knows nothing of names that go together: that is put right after it.
        if not any(level.together for level in comparison.levels):
            assert np.abs((own[f"{name}_weight"] - weight).to_numpy()).max() < 1e-6


def test_the_weights_and_the_prior_add_up_to_the_pairs_weight(
    duckdb_engine: Engine, identities: pl.DataFrame
) -> None:
    pairs = score_pairs(duckdb_engine, identities, MODEL)

    evidence = pl.DataFrame(pl.from_arrow(find_evidence(identities, pairs, MODEL)))

    kept = pl.DataFrame(pl.from_arrow(pairs)).filter(pl.col("probability") >= KEPT_PROBABILITY)
    assert kept.select("one", "other").equals(evidence.select("one", "other"))
    prior = kept["weight"] - evidence.select(pl.sum_horizontal("^.*_weight$")).to_series()
    assert np.ptp(prior.to_numpy()) < 1e-6


def test_only_pairs_worth_keeping_have_evidence(identities: pl.DataFrame) -> None:
    few = identities.head(2)
    pairs = pa.table({"one": [0], "other": [1], "weight": [-20.0], "probability": [1e-6], "levels": [0]})

    evidence = find_evidence(few, pairs, MODEL)

    assert evidence.num_rows == 0
    assert len(evidence.schema) == 2 + 2 * len(MODEL.comparisons)


def test_evidence_is_saved_by_mention(duckdb_engine: Engine, identities: pl.DataFrame) -> None:
    pairs = pa.table({"one": [4], "other": [7], "weight": [5.0], "probability": [0.9], "levels": [0]})

    saved = by_mention(
        identities, pl.DataFrame(pl.from_arrow(find_evidence(identities, pairs, MODEL)))
    ).to_arrow()
    kept = duckdb_engine.fetch(duckdb_engine.save("link_evidence", saved)).to_pylist()

    assert [(row["mention_id"], row["other_mention_id"]) for row in kept] == [(104, 107)]
    assert saved.column_names == list(LINK_EVIDENCE.names)


@pytest.mark.parametrize(
    ("comparison", "level", "weight", "sentence"),
    [
        ("birth", 0, 12.5, "The date of birth is the same."),
        ("birth", 1, 6.0, "The date of birth is the same with day and month changed about."),
        ("surname", 0, np.log2(0.8928 * 2300), "The surname is the same; 1 in 2,300 bear it."),
        ("school", 0, np.log2(0.91524 * 71), "The school is the same; 1 in 71 go there."),
        ("home", None, 0.0, "A home postcode is missing on one side."),
        ("nhs", 1, -9.9, "The NHS numbers are different."),
    ],
)
def test_a_level_is_said_in_a_plain_sentence(
    comparison: str, level: int | None, weight: float, sentence: str
) -> None:
    assert MODEL.comparison(comparison).sentence(level, weight) == sentence
