"""The shipped model keeps its word: every level has a condition, and its numbers make sense."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from kithmap.errors import ModelFault
from kithmap.linkage.commonness import term_frequencies
from kithmap.linkage.compared import compared_columns
from kithmap.linkage.comparisons import Comparison, Level
from kithmap.linkage.model import Model, read_model, shipped_model, splink_settings
from kithmap.linkage.rules import MOST_PAIRS, RULES, with_keys
from kithmap.linkage.score import with_prior_of_data
from kithmap.model.tables import COMPARISONS

MODEL = shipped_model()
# These take back what other comparisons count twice; they are no agreement of their own.
CORRECTING = {"sibling", "together"}
# Levels that share out the pairs in which one side cannot know, and those in which both do.
GROUPS = [(comparison.name, group) for comparison in MODEL.comparisons for group in comparison.groups]
SMALL = """
[model]
name = "two columns"
[prior]
others = 1.0
[decision]
match_probability = 0.95
[frequency]
prior_people = 100
[[blocking]]
name = "name"
columns = ["name"]
[[comparison]]
name = "name"
unknown = "name_l IS NULL OR name_r IS NULL"
levels = [
  { when = "same", m = 0.9, u = 0.01, frequency = "name" },
  { when = "otherwise", m = 0.1, u = 0.99 },
]
[comparison.conditions]
same = "name_l = name_r"
"""


def test_every_level_of_the_model_has_its_condition_and_its_words() -> None:
    for comparison in MODEL.comparisons:
        *levels, last = comparison.levels
        assert all(level.condition for level in levels)
        assert (last.when, last.condition) == ("otherwise", None)
        assert comparison.unknown_says
        assert all(level.says for level in comparison.levels)


def test_the_table_of_evidence_has_the_comparisons_of_the_shipped_model() -> None:
    assert tuple(comparison.name for comparison in MODEL.comparisons) == COMPARISONS


@pytest.mark.parametrize(("name", "levels"), GROUPS)
def test_the_shares_of_one_persons_pairs_make_a_whole(name: str, levels: list[Level]) -> None:
    if name not in CORRECTING:
        assert sum(level.m for level in levels) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("comparison", MODEL.comparisons, ids=lambda comparison: comparison.name)
def test_agreement_speaks_for_and_disagreement_against(comparison: Comparison) -> None:
    first, last = comparison.levels[0], comparison.levels[-1]
    if comparison.name not in CORRECTING:
        assert first.right or first.m > (first.u or 0)
        assert last.m < (last.u or 0)


def test_another_file_is_another_model() -> None:
    small = read_model(SMALL)

    assert small.columns == ["name"]
    assert small.keys == ["k0"]
    assert [rule.columns for rule in small.rules] == [("name",)]
    assert small.frequencies == {"name": 0.01}


def test_a_version_changes_with_a_number_and_not_with_a_word() -> None:
    small = read_model(SMALL)

    assert read_model(SMALL.replace("two columns", "2 columns")).version == small.version
    assert read_model(SMALL + '[comparison.says]\nsame = "The name is the same"').version == small.version
    for before, after in (
        ("0.01", "0.02"),
        ("name_l = name_r", "name_r = name_l"),
        ("prior_people = 100", "prior_people = 9"),
    ):
        assert read_model(SMALL.replace(before, after)).version != small.version


def test_a_condition_the_engines_answer_differently_is_refused() -> None:
    unlike = SMALL.replace("name_l = name_r", "jaro_winkler_similarity(name_l, name_r) > 0.9")

    with pytest.raises(ModelFault, match="jaro_winkler_similarity"):
        read_model(unlike)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("same =", "alike =", "name, same: no condition"),
        ("same =", 'otherwise = "true"\nsame =', "name has no level 'otherwise'"),
    ],
)
def test_a_level_without_its_condition_is_refused(before: str, after: str, fault: str) -> None:
    with pytest.raises(ModelFault, match=fault):
        read_model(SMALL.replace(before, after))


def test_letters_with_accents_are_counted_as_plain_letters() -> None:
    said = pl.DataFrame({"unique_id": [0, 1, 2], "name": ["Zoë", "Zoe", "ЗОЯ"]})
    model = read_model(SMALL.replace("name_l = name_r", "levenshtein(name_l, name_r) <= 1"))

    compared = compared_columns(said, model)["name"]

    assert compared[0] == compared[1] == "Zoe"
    assert compared[2].isascii()
    assert len(set(compared[2])) == 3


@pytest.mark.parametrize("identities", [60, 10_000, 400_000])
def test_a_number_alone_is_as_sure_as_the_model_says(identities: int) -> None:
    settings = splink_settings(MODEL, "duckdb", identities)
    prior = settings["probability_two_random_records_match"]
    (number,) = (c for c in settings["comparisons"] if c["output_column_name"] == "number")
    same = number["comparison_levels"][1]

    odds = prior / (1 - prior) * same["m_probability"] / same["u_probability"]

    assert odds / (1 + odds) == pytest.approx(0.995)


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_both_engines_are_given_the_same_comparisons(dialect: str) -> None:
    settings = splink_settings(MODEL, dialect, 100)

    assert [c["output_column_name"] for c in settings["comparisons"]] == list(COMPARISONS)
    assert "{" not in str(
        [level["sql_condition"] for c in settings["comparisons"] for level in c["comparison_levels"]]
    )


def test_thirty_rows_do_not_make_a_rare_name_common() -> None:
    few = pl.DataFrame({"s_name": ["QUILL", "QUILL", *(f"N{number}" for number in range(28))]})

    frequency = dict(term_frequencies(few, "s_name", 0.0015, 1000).rows())

    assert frequency["QUILL"] < 0.005
    assert frequency["N1"] < frequency["QUILL"]


def test_in_many_rows_a_frequency_is_what_is_counted() -> None:
    many = pl.DataFrame({"s_name": ["SMITH"] * 20_000 + [f"N{number}" for number in range(80_000)]})

    assert dict(term_frequencies(many, "s_name", 0.0015, 1000).rows())["SMITH"] == pytest.approx(
        0.2, rel=0.02
    )


def pairs(weights: list[float]) -> pa.Table:
    number = len(weights)
    columns = {"one": range(number), "other": range(number, 2 * number)}
    return pa.table(
        {name: pa.array(values, pa.int64()) for name, values in columns.items()} | {"weight": weights}
    )


def model_with(others: float) -> Model:
    return replace(MODEL, others=others)


def test_the_prior_follows_what_the_data_say() -> None:
    crowded = with_prior_of_data(pairs([20.0] * 300), identities=100, model=model_with(1.0))
    sparse = with_prior_of_data(pairs([20.0] * 5), identities=100, model=model_with(1.0))

    assert crowded["weight"][0].as_py() == pytest.approx(20 + math.log2(6), abs=0.01)
    assert sparse["weight"][0].as_py() == pytest.approx(20 - math.log2(10), abs=0.01)


def test_an_endless_weight_is_still_a_probability() -> None:
    weighed = with_prior_of_data(pairs([5000.0, -5000.0]), identities=10, model=MODEL)

    assert np.isfinite(weighed["probability"].to_numpy()).all()


def identities(size: int) -> pl.DataFrame:
    columns = {column for rule in RULES for column in rule.columns} | {
        "f_name",
        "s_name",
        "f_whole",
        "d_day",
        "d_swapped",
    }
    columns |= {"f_initial", "s_initial", "f_sound", "s_sound"}
    made = {"names", "words", "day_month", "any_day", "initials", "sounds"}
    texts = dict.fromkeys(sorted(columns - made), pl.lit(None, pl.String))
    return pl.select(pl.int_range(size).alias("unique_id")).with_columns(**texts)


def test_a_key_that_very_many_share_is_left_out_and_reported() -> None:
    crowd = identities(150).with_columns(
        upn=pl.lit("A1"), nhs=pl.col("unique_id").floordiv(2).cast(pl.String)
    )

    keyed, blocks = with_keys(crowd)

    numbers = {rule.name: number for number, rule in enumerate(RULES)}
    assert keyed[f"k{numbers['unique pupil number']}"].null_count() == 150
    assert keyed[f"k{numbers['NHS number']}"].n_unique() == 75
    assert (blocks[0].rule, blocks[0].identities, blocks[0].compared) == ("unique pupil number", 150, False)
    assert blocks[0].pairs == 150 * 149 // 2 > MOST_PAIRS


def test_who_says_nothing_is_compared_with_nobody() -> None:
    keyed, blocks = with_keys(identities(3))

    assert all(keyed[f"k{number}"].null_count() == 3 for number in range(len(RULES)))
    assert blocks == []


def test_names_in_either_order_share_a_key() -> None:
    two = identities(2).with_columns(
        f_name=pl.Series(["MAN", "YEUNG"]), s_name=pl.Series(["YEUNG", "MAN KIT"]), f_whole=pl.Series(["MAN KIT", "YEUNG"]),
        birth_year=pl.lit(2010),
    )  # fmt: skip

    keyed, _ = with_keys(two)

    (number,) = (n for n, rule in enumerate(RULES) if rule.columns == ("words", "birth_year"))
    assert keyed[f"k{number}"].n_unique() == 1
