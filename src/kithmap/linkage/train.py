"""Learn a model from the data themselves, by Splink's expectation-maximisation, where there is enough.

What a made-up world taught is the start: how often one person's records agree, how often two
people's do, and how many records a person has are then taken from the data, without any truth.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from kithmap.engines.engine import Engine
from kithmap.errors import TooFewRecords
from kithmap.linkage.commonness import Counted, plain_arrow
from kithmap.linkage.compared import compared_columns
from kithmap.linkage.comparisons import Comparison, Level
from kithmap.linkage.model import Model, splink_settings
from kithmap.linkage.score import quiet, score_pairs

# On fewer records a side the rare levels are learned from a handful of pairs, and wrongly.
FEWEST_A_SIDE = 5_000
RANDOM_PAIRS = 1_000_000
MOST_PAIRS = 4_000_000
# Part of what is learned stays what the model said before: a level that these data happen not to
# show is rare, not impossible.
LEAN = 0.1
# A level that no random pair fell in: so many of them.
FEWER_THAN_ONE = 0.3
DIGITS = 6

Shares = Mapping[str, tuple[float | None, float | None]]


def learn_model(
    engine: Engine, identities: pl.DataFrame, model: Model, *, seed: int, side: str = "holder"
) -> Model:
    """Take m, u and the prior of a model from data, with its comparisons and rules as they are.

    `side` is the column that says which list a record is of. The same data and seed give the same
    model, version included. Numbers marked fixed stay, and comparisons that no rule of `learning`
    brings pairs for.

    Raises: TooFewRecords when not two lists, or the one there is, have 5,000 records.
    """
    check_enough(identities, side)
    with quiet(), engine.splink() as database:
        linker = _linker(database, identities, model, engine.kind)
        linker.training.estimate_u_using_random_sampling(
            max_pairs=RANDOM_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1
        )
        for rule in model.learning:
            _learn_from(linker, identities, rule)
        settings = linker.misc.save_model_to_json()
        linker.table_management.delete_tables_created_by_splink_from_db()
    shares = {one["output_column_name"]: _shares(one["comparison_levels"]) for one in settings["comparisons"]}
    comparisons = tuple(_learned(comparison, shares[comparison.name]) for comparison in model.comparisons)
    learned = replace(model, name=f"{model.name}, learned from the data", comparisons=comparisons)
    pairs = score_pairs(engine, identities, learned)
    # Scoring puts the prior where the probabilities add up to it.
    others = 2 * float(pairs["probability"].to_numpy().sum()) / identities.height
    return _of_two_people(replace(learned, others=_rounded(others)), identities.height)


def _linker(database: Any, identities: pl.DataFrame, model: Model, dialect: str) -> Any:
    """Splink's linker of these identities by this model, with their term frequencies."""
    from splink import Linker

    common = Counted(identities)
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


def _of_two_people(learned: Model, identities: int) -> Model:
    """The model, where the pairs of one person among the random pairs are taken out of u again."""
    prior = learned.prior(identities)

    def corrected(level: Level) -> Level:
        if level.fixed or level.u is None:
            return level
        # Not below what the chance of sampling may hide.
        least = max(math.sqrt(level.u / RANDOM_PAIRS), FEWER_THAN_ONE / RANDOM_PAIRS)
        u = max((level.u - prior * level.m) / (1 - prior), min(least, level.u))
        return replace(level, u=_rounded(u))

    return replace(
        learned,
        comparisons=tuple(
            replace(comparison, levels=tuple(corrected(level) for level in comparison.levels))
            for comparison in learned.comparisons
        ),
    )


def check_enough(identities: pl.DataFrame, side: str) -> None:
    """Refuse to learn from lists that are too short."""
    sizes = identities[side].drop_nulls().value_counts(sort=True)["count"].to_list()
    # The second longest, or the only one, which is then compared with itself.
    enough = min(sizes[:2], default=0)
    if enough < FEWEST_A_SIDE:
        raise TooFewRecords(
            what=f"There are {enough:,} records on a side: too few to learn a linkage model from.",
            expected=f"At least {FEWEST_A_SIDE:,} on each side.",
            do="Use the shipped model, and score short lists against everybody on record.",
        )


def _learn_from(linker: Any, identities: pl.DataFrame, rule: tuple[str, ...]) -> None:
    agree = identities.select(rule).drop_nulls().is_duplicated()
    # Where no two records agree so, there is nothing to learn.
    if agree.any():
        linker.training.estimate_parameters_using_expectation_maximisation(
            " AND ".join(f"l.{column} = r.{column}" for column in rule),
            estimate_without_term_frequencies=True,
            max_pairs=MOST_PAIRS,
        )


def _shares(levels: list[dict[str, Any]]) -> Shares:
    return {
        level["label_for_charts"]: (level.get("m_probability"), level.get("u_probability"))
        for level in levels
        if not level.get("is_null_level")
    }


def _learned(comparison: Comparison, shares: Shares) -> Comparison:
    """The comparison with the shares learned, made whole among the levels that share out the same pairs."""
    found: dict[str, Level] = {}
    for group in comparison.groups:
        free = [level for level in group if not level.fixed]
        # What is fixed keeps its part of the whole.
        whole = 1 - sum(level.m for level in group if level.fixed)
        total_m = sum(shares[level.when][0] or level.m for level in free) or 1.0
        total_u = sum(shares[level.when][1] or 0.0 for level in free) or 1.0
        for level in free:
            m, u = shares[level.when]
            learned = (m or level.m) / total_m * whole
            found[level.when] = replace(
                level,
                m=_rounded((1 - LEAN) * learned + LEAN * level.m),
                u=_rounded(max((u or 0.0) / total_u, FEWER_THAN_ONE / RANDOM_PAIRS)),
            )
    return replace(comparison, levels=tuple(found.get(level.when, level) for level in comparison.levels))


def _rounded(share: float) -> float:
    # The order in which an engine adds up is not fixed, and must not change a model's version.
    return float(f"{share:.{DIGITS}g}")
