"""A model learned from data: only from enough of them, and always the same."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from kithmap.engines.engine import Engine
from kithmap.errors import TooFewRecords
from kithmap.linkage.model import Model, read_model, shipped_model
from kithmap.linkage.model_file import as_toml
from kithmap.linkage.rules import RULES
from kithmap.linkage.train import FEWEST_A_SIDE, check_enough, learn_model

MODEL = read_model("""
[model]
name = "three columns"
[prior]
others = 0.3
[decision]
match_probability = 0.5
[frequency]
prior_people = 100
[learning]
rules = [["name"], ["day", "home"], ["nowhere"]]
[[blocking]]
name = "name"
columns = ["name"]
[[blocking]]
name = "day and home"
columns = ["day", "home"]
[[comparison]]
name = "name"
unknown = "name_l IS NULL OR name_r IS NULL"
levels = [ { when = "same", m = 0.6, u = 0.1 }, { when = "otherwise", m = 0.4, u = 0.9 } ]
[comparison.conditions]
same = "name_l = name_r"
[[comparison]]
name = "day"
unknown = "day_l IS NULL OR day_r IS NULL"
levels = [ { when = "same", m = 0.6, u = 0.1 }, { when = "otherwise", m = 0.4, u = 0.9 } ]
[comparison.conditions]
same = "day_l = day_r"
[[comparison]]
name = "home"
unknown = "home_l IS NULL OR home_r IS NULL"
levels = [ { when = "same", m = 0.6, u = 0.1 }, { when = "otherwise", m = 0.4, u = 0.9 } ]
[comparison.conditions]
same = "home_l = home_r"
[[comparison]]
name = "kept"
unknown = "nowhere_l IS NULL OR nowhere_r IS NULL"
levels = [ { when = "same", m = 0.7, u = 0.2, fixed = true }, { when = "otherwise", m = 0.3, u = 0.8, fixed = true } ]
[comparison.conditions]
same = "nowhere_l = nowhere_r"
""")
# How often one person's two records agree.
AGREE = {"name": 0.9, "day": 0.95, "home": 0.8}


@pytest.fixture(scope="module")
def two_lists() -> pl.DataFrame:
    """Five thousand on each of two lists, the same people, with slips at a known rate."""
    generator = np.random.default_rng(7)
    size = FEWEST_A_SIDE
    values = {"name": 4_000, "day": 1_000, "home": 500}
    one = {name: generator.integers(0, most, size) for name, most in values.items()}
    other = {
        name: np.where(generator.random(size) < AGREE[name], said, generator.integers(0, values[name], size))
        for name, said in one.items()
    }
    rows = {name: np.concatenate([one[name], other[name]]) for name in values}
    frame = pl.DataFrame(rows).with_columns(
        pl.all().cast(pl.String), holder=pl.Series(["a"] * size + ["b"] * size)
    )
    keyed = frame.with_columns(
        k0=pl.col("name").cast(pl.Int64),
        k1=pl.struct("day", "home").rank("dense").cast(pl.Int64),
        nowhere=pl.lit(None, pl.String),
    )
    return keyed.with_row_index("unique_id").with_columns(pl.col("unique_id").cast(pl.Int64))


def shares(model: Model) -> dict[str, tuple[float, float | None]]:
    return {
        comparison.name: (comparison.levels[0].m, comparison.levels[0].u) for comparison in model.comparisons
    }


def test_what_is_learned_is_near_what_is_so(duckdb_engine: Engine, two_lists: pl.DataFrame) -> None:
    learned = learn_model(duckdb_engine, two_lists, MODEL, seed=1)

    for name, share in AGREE.items():
        # One part in ten leans on the model it began with.
        assert shares(learned)[name][0] == pytest.approx(0.9 * share + 0.1 * 0.6, abs=0.03)
    assert shares(learned)["name"][1] == pytest.approx(1 / 4_000, rel=0.15)
    assert shares(learned)["kept"] == (0.7, 0.2)
    assert learned.others == pytest.approx(1.0, abs=0.1)
    assert [level.when for level in learned.comparisons[0].levels] == ["same", "otherwise"]


def test_the_same_data_and_seed_give_the_same_model(
    duckdb_engine: Engine, another_duckdb_engine: Engine, two_lists: pl.DataFrame
) -> None:
    one, again = (
        learn_model(engine, two_lists, MODEL, seed=1) for engine in (duckdb_engine, another_duckdb_engine)
    )

    assert one.version == again.version != MODEL.version


@pytest.mark.parametrize(
    ("sizes", "enough"),
    [
        ({"a": 5_000, "b": 5_000}, True),
        ({"a": 100_000, "b": 30}, False),
        ({"a": 100_000, "b": 5_000, "c": 30}, True),
        ({"a": 5_000}, True),
        ({"a": 4_999}, False),
        ({}, False),
    ],
)
def test_nothing_is_learned_from_short_lists(sizes: dict[str, int], enough: bool) -> None:
    holders = pl.DataFrame(
        {"holder": pl.Series([name for name, size in sizes.items() for _ in range(size)], dtype=pl.String)}
    )

    if enough:
        check_enough(holders, "holder")
    else:
        with pytest.raises(TooFewRecords, match="Use the shipped model"):
            check_enough(holders, "holder")


@pytest.mark.parametrize(
    "model", [MODEL, shipped_model(), replace(MODEL, others=0.123456)], ids=lambda model: model.name
)
def test_a_model_written_to_a_file_is_read_back_the_same(model: Model) -> None:
    again = read_model(as_toml(model))

    assert again == model
    assert again.version == model.version


def test_a_file_without_rules_has_the_shipped_ones() -> None:
    assert shipped_model().rules is RULES
