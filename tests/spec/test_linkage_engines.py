"""One model's file, two engines: the same pairs are compared and each weighs the same."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from kithmap.engines.engine import Engine
from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.evidence import find_evidence
from kithmap.linkage.model import Model, read_model, shipped_model
from kithmap.linkage.predict import unpack_levels
from kithmap.linkage.rules import with_keys
from kithmap.linkage.score import score_pairs
from kithmap.linkage.signatures import SAYS

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark_is_there")]

SAME = 1e-6
# Names on which the engines' own measures of likeness differ, or letters are not one byte each.
FORENAMES = [
    "Robin", "Oscra", "Osacar", "Oscar", "Zoë", "Zoe", "Renée", "Rene", "Łukasz", "Lukasz", "Mohammed", "Muhammad", "Mo",
    "Katarzyna", "Kasia", "", None, "J", "Christopher", "Christofer", "Anne-Marie", "Marie Anne", "O'Shea", "Sinéad", "Þóra",
]  # fmt: skip
SURNAMES = [
    "Robinson",
    "Robonson",
    "Robson",
    "Núñez",
    "Nunez",
    "Robinson-Núñez",
    "",
    None,
    "Y\u0131ld\u0131z",
    "Yildiz",
    "N'Diaye",
]


@pytest.fixture
def spark_engine() -> Iterator[Engine]:
    from kithmap.engines import spark

    with spark.memory() as made:
        yield made


def signatures() -> pa.Table:
    """Every forename with several surnames, birthdays and homes, some of them missing."""
    rows = []
    for number, forename in enumerate(FORENAMES * 20):
        born = (dt.date(2008, 1, 1) + dt.timedelta(days=number * 37 % 211 * 5)).isoformat()
        rows.append(
            dict.fromkeys(("signature", *SAYS))
            | {
                "signature": number + 1,
                "forename": forename,
                "surname": SURNAMES[number * 5 % len(SURNAMES)],
                "alias": "Zed|Rob" if number % 9 == 0 else None,
                "initials": "RR" if not forename else None,
                "birth_year": 2009 if number % 7 == 0 else None,
                "dob": None if number % 7 == 0 else born,
                "dob_precision": "day",
                "sex": (None, "F", "M")[number % 3],
                "postcode": None if number % 4 == 0 else f"ZB{number % 9 + 1} {number % 7}Q{'ABDEF'[number % 5]}",
                "school": ("St. Brennoc's", None, "High Park")[number % 3],
                "la_code": "901",
                "holder": ("police", "education")[number % 2],
                "number": f"N{number % 40}" if number % 5 == 0 else None,
                "upn": f"A{number % 30}" if number % 6 == 0 else None,
            }
        )  # fmt: skip
    read = pl.DataFrame(rows, infer_schema_length=None)
    typed = read.with_columns(pl.col("dob").str.to_date(), pl.col("birth_year").cast(pl.Int32))
    return typed.with_columns(pl.col(pl.Null).cast(pl.String)).to_arrow()


@pytest.fixture(scope="module")
def identities() -> pl.DataFrame:
    cleaned = read_identities(signatures())
    return with_keys(with_numbers(cleaned, [("police", "police"), ("education", "education")]))[0]


def scored(engine: Engine, identities: pl.DataFrame, model: Model) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(score_pairs(engine, identities, model))).sort("one", "other")


def test_the_same_pairs_weigh_the_same_on_both_engines(
    duckdb_engine: Engine, spark_engine: Engine, identities: pl.DataFrame
) -> None:
    model = shipped_model()
    one, other = (scored(engine, identities, model) for engine in (duckdb_engine, spark_engine))

    assert one.height > 300
    assert one.select("one", "other").equals(other.select("one", "other"))
    assert np.abs(one["weight"].to_numpy() - other["weight"].to_numpy()).max() <= SAME
    assert np.abs(one["probability"].to_numpy() - other["probability"].to_numpy()).max() <= SAME


def test_hopeless_pairs_are_left_out_alike_on_both_engines(
    duckdb_engine: Engine, spark_engine: Engine, identities: pl.DataFrame
) -> None:
    # Where hardly any two records are of one person, as among very many.
    model = replace(shipped_model(), others=1e-4)
    every = scored(duckdb_engine, identities, model)
    one, other = (
        pl.DataFrame(pl.from_arrow(score_pairs(engine, identities, model, screened_from=0))).sort(
            "one", "other"
        )
        for engine in (duckdb_engine, spark_engine)
    )

    assert 100 < one.height < every.height
    assert one.select("one", "other", "levels").equals(other.select("one", "other", "levels"))
    assert np.abs(one["weight"].to_numpy() - other["weight"].to_numpy()).max() <= SAME


def test_every_comparison_of_a_pair_falls_in_the_same_level_on_both_engines(
    duckdb_engine: Engine, spark_engine: Engine, identities: pl.DataFrame
) -> None:
    model = shipped_model()
    one, other = (
        pl.DataFrame(unpack_levels(scored(engine, identities, model)["levels"], model))
        for engine in (duckdb_engine, spark_engine)
    )

    assert one.equals(other)
    assert all(one[f"{name}_level"].n_unique() > 2 for name in ("forename", "surname", "birth", "home"))


def test_the_evidence_of_a_pair_adds_up_to_its_weight_on_spark(
    spark_engine: Engine, identities: pl.DataFrame
) -> None:
    model = shipped_model()
    pairs = score_pairs(spark_engine, identities, model)

    evidence = pl.DataFrame(pl.from_arrow(find_evidence(identities, pairs, model)))

    kept = pl.DataFrame(pl.from_arrow(pairs)).join(evidence, on=["one", "other"], maintain_order="right")
    prior = (
        kept["weight"]
        - kept.select(pl.sum_horizontal(f"{c.name}_weight" for c in model.comparisons)).to_series()
    )
    assert kept.height > 50
    assert prior.max() - prior.min() <= SAME  # type: ignore[operator]


LETTERS = """
[model]
name = "letters as they are written"
[prior]
others = 1.0
[decision]
match_probability = 0.95
[frequency]
prior_people = 100
[[blocking]]
name = "anything"
columns = ["all"]
[[comparison]]
name = "name"
unknown = "name_l IS NULL OR name_r IS NULL"
levels = [
  { when = "same", m = 0.8, u = 0.01, frequency = "name" },
  { when = "one letter", m = 0.1, u = 0.02 },
  { when = "two letters", m = 0.05, u = 0.05 },
  { when = "begins alike", m = 0.03, u = 0.1 },
  { when = "ends alike", m = 0.01, u = 0.1 },
  { when = "otherwise", m = 0.01, u = 0.72 },
]
[comparison.conditions]
"same" = "name_l = name_r"
"one letter" = "levenshtein(name_l, name_r) <= 1"
"two letters" = "levenshtein(name_l, name_r) <= 2"
"begins alike" = "left(name_l, 3) = left(name_r, 3)"
"ends alike" = "right(name_l, 2) = right(name_r, 2) AND length(name_l) = length(name_r)"
"""


def test_names_as_they_are_written_fall_in_the_same_levels(
    duckdb_engine: Engine, spark_engine: Engine
) -> None:
    names = [*FORENAMES, *SURNAMES, "ROBINSON", "É", "E", "ЗОЯ", "ЗОИ", "李明", "李銘", " ", "a b"]
    written = pl.DataFrame({"unique_id": range(len(names)), "name": names}).with_columns(
        pl.lit("x").alias("all")
    )
    model = read_model(LETTERS)
    keyed = written.with_columns(k0=pl.lit(1, pl.Int64))

    one, other = (scored(engine, keyed, model) for engine in (duckdb_engine, spark_engine))

    assert one.height == len(names) * (len(names) - 1) // 2
    assert one.select("one", "other").equals(other.select("one", "other"))
    assert np.abs(one["weight"].to_numpy() - other["weight"].to_numpy()).max() <= SAME
