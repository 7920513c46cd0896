"""Which of the old identities a new one may be, and what speaks for it: only the pairs that are needed."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from kithmap.engines.engine import Engine
from kithmap.linkage.commonness import Commonness, plain_arrow
from kithmap.linkage.correlation import same_values
from kithmap.linkage.model import Model, splink_settings
from kithmap.linkage.predict import predict
from kithmap.linkage.rules import MOST_PAIRS
from kithmap.linkage.score import as_probability, compared_columns, quiet
from kithmap.linkage.whether import RETAINED, OldIdentities

# One side is of a new extract.
NEW = "(l.fresh OR r.fresh)"
# Both are old, and new links have brought their groups together.
AGAIN = "NOT l.fresh AND NOT r.fresh AND l.meeting = r.meeting"
WEIGHED = {
    "one": pl.Int64, "other": pl.Int64, "weight": pl.Float64, "probability": pl.Float64, "levels": pl.Int64,
}  # fmt: skip


def find_candidates(
    old: OldIdentities, new: pl.DataFrame, keys: Sequence[str]
) -> tuple[pl.Series, pl.DataFrame]:
    """The old identities that share the key of a blocking rule with a new one, and the new ones' keys.

    A key that very many share, old and new together, is left out of its rule, as `rules.with_keys` leaves it
    out.

    Shape: signatures; and the new identities, without the keys left out.
    """
    found = [pl.Series("signature", [], dtype=pl.Int64)]
    capped = new
    for key in keys:
        wanted = new[key].drop_nulls().value_counts().cast({"count": pl.Int64})
        if wanted.is_empty():
            continue
        met = old.rows(RETAINED, key, wanted[key], ["signature", key])
        sizes = wanted.join(met.group_by(key).len("old"), on=key, how="left")
        sizes = sizes.with_columns(size=pl.col("old").fill_null(0).cast(pl.Int64) + pl.col("count"))
        large = sizes.filter(pl.col("size") * (pl.col("size") - 1) // 2 > MOST_PAIRS)[key].implode()
        found.append(met.filter(~pl.col(key).is_in(large))["signature"])
        capped = capped.with_columns(pl.when(~pl.col(key).is_in(large)).then(key).alias(key))
    return pl.concat(found).unique().sort(), capped


def weigh(
    engine: Engine, identities: pl.DataFrame, model: Model, known: Commonness, condition: str
) -> pl.DataFrame:
    """Weigh the pairs that a blocking rule brings together and a condition admits.

    identities: with `unique_id` (the place), the keys, `fresh` (of a new extract), `meeting` (a number, null
    where none). Weights are those a full link gives that knows the same of the whole.

    Shape: one row per pair.
    Columns: `one`, `other` (unique_id), `weight` (bits), `probability`, `levels` (see `predict.unpack_levels`).
    """
    from splink import Linker

    compared = compared_columns(identities, model)
    rows = compared.hstack(identities.select(*model.keys, "fresh", "meeting"))
    settings = splink_settings(model, engine.kind, known.size)
    settings["blocking_rules_to_generate_predictions"] = [
        {"blocking_rule": f"l.{key} = r.{key} AND {condition}", "sql_dialect": engine.kind}
        for key in model.keys
    ]
    with quiet(), engine.splink() as database:
        linker = Linker(
            database.register(plain_arrow(rows), table_name="identities"),
            settings, log_level=None, validate_settings=False,
        )  # fmt: skip
        for column, usual in model.frequencies.items():
            frequencies = known.frequencies(column, usual, model.prior_people)
            table = database.register(plain_arrow(frequencies), table_name=f"tf_{column}")
            linker.table_management.register_term_frequency_lookup(table, column)
        pairs = predict(linker, model)
        linker.table_management.delete_tables_created_by_splink_from_db()
    return _put_right(identities, pl.DataFrame(pl.from_arrow(pairs)), model, known)


def _put_right(
    identities: pl.DataFrame, pairs: pl.DataFrame, model: Model, known: Commonness
) -> pl.DataFrame:
    """The pairs with the prior of the whole, and names that go together not counted twice."""
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    weight = pairs["weight"].to_numpy() + np.log2(known.others / model.others)
    if model.together:
        agree = same_values(identities, model.together, one, other)
        weight -= np.where(agree, known.correlation(identities, model.together)[one], 0.0)
    return pl.DataFrame(
        {
            "one": one, "other": other, "weight": weight, "probability": as_probability(weight),
            "levels": pairs["levels"],
        },
        schema=WEIGHED,
    )  # fmt: skip
