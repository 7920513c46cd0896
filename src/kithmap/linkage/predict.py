"""Have Splink weigh pairs, and keep of each the level that every comparison fell in.

Splink lets the levels out only beside every value that was compared, five times the rows. They are
packed here into one whole number a pair, in the query that weighs it: so that a link can be explained
from what was found when it was weighed, at a hundredth of the work of finding it again.
"""

# ruff: noqa: SLF001  Splink's own steps of `predict`, in its order; its public form does not let levels out

from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.model import Model, splink_settings

# A comparison has four bits: 0 where it is not known, else one more than Splink's number of the level.
BITS = 4
# Splink's name for the pairs with the columns of both sides.
JOINED = "blocked_with_cols"


def predict(linker: Any, model: Model) -> pa.Table:
    """Weigh every pair that the linker's blocking rules bring together.

    Shape: one row per pair.
    Columns: `one`, `other` (unique_id), `weight` (bits), `levels`: see `unpack_levels`.
    """
    from splink.internals.pipeline import CTEPipeline
    from splink.internals.vertically_concatenate import enqueue_df_concat_with_tf

    settings = linker._settings_obj
    pairs, _ = linker.inference._get_or_compute_blocked_pairs_for_predict_chunk()
    pipeline = CTEPipeline([pairs])
    enqueue_df_concat_with_tf(linker, pipeline)
    pipeline.enqueue_list_of_sqls(_steps(settings, linker._sql_dialect_str, model))
    found = linker._db_api.sql_pipeline_to_splink_dataframe(pipeline)
    return found.as_pyarrow_table()


def predict_sides(database: Any, sides: pa.Table, model: Model, dialect: str, identities: int) -> pa.Table:
    """Weigh pairs that are chosen already, as `predict` weighs them.

    sides: one row per pair; `<column>_l` and `<column>_r` of the two, for `unique_id`, each column that the
    model compares, and `tf_<column>` where its term frequency counts. identities: how many there are in all.
    """
    from splink.internals.pipeline import CTEPipeline

    rows = database.register(sides)
    rows.templated_name = JOINED
    pipeline = CTEPipeline([rows])
    pipeline.enqueue_list_of_sqls(_steps_after_joining(model, dialect, identities))
    found = database.sql_pipeline_to_splink_dataframe(pipeline).as_pyarrow_table()
    database.delete_table_from_database(rows.physical_name)
    database.delete_tables_created_by_splink_from_db()
    return found


@lru_cache(maxsize=4)
def _steps_after_joining(model: Model, dialect: str, identities: int) -> list[dict[str, str]]:
    """The steps of weighing that follow the one which puts the two sides of each pair beside each other."""
    from splink.internals.settings_creator import SettingsCreator

    creator = SettingsCreator.from_path_or_dict(splink_settings(model, dialect, identities))
    steps = _steps(creator.get_settings(dialect), dialect, model)
    names = [step["output_table_name"] for step in steps]
    return steps[names.index(JOINED) + 1 :]


def _steps(settings: Any, dialect: str, model: Model) -> list[dict[str, str]]:
    """The statements by which Splink weighs chosen pairs, with the levels packed at the end."""
    from splink.internals.comparison_vector_values import compute_comparison_vector_values_from_id_pairs_sqls
    from splink.internals.dialects import SplinkDialect
    from splink.internals.predict import predict_from_comparison_vectors_sqls

    ids = settings.column_info_settings
    compared = compute_comparison_vector_values_from_id_pairs_sqls(
        settings._columns_to_select_for_blocking,
        settings._columns_to_select_for_comparison_vector_values,
        input_tablename_l="__splink__df_concat_with_tf",
        input_tablename_r="__splink__df_concat_with_tf",
        source_dataset_input_column=ids.source_dataset_input_column,
        unique_id_input_column=ids.unique_id_input_column,
        link_type=settings._link_type,
        sql_dialect_str=dialect,
    )
    weighed = predict_from_comparison_vectors_sqls(
        ids.unique_id_input_columns,
        settings.core_model_settings,
        SplinkDialect.from_string(dialect),
        training_mode=True,  # with the level of each comparison
    )
    return [*compared, *weighed, {"sql": _packed(model), "output_table_name": "__kithmap__weighed"}]


def _packed(model: Model) -> str:
    levels = " + ".join(
        f"CAST(gamma_{comparison.name} + 1 AS bigint) * {1 << BITS * place}"
        for place, comparison in enumerate(model.comparisons)
    )
    said = f"unique_id_l AS one, unique_id_r AS other, match_weight AS weight, {levels} AS levels"
    return f"SELECT {said} FROM __splink__df_predict"  # noqa: S608


def unpack_levels(levels: pl.Series, model: Model) -> list[pl.Series]:
    """The level that each comparison of each pair fell in: its place in the model, null where not known.

    Shape: one series `<name>_level` a comparison, one value a pair.
    """
    packed = levels.to_numpy()
    found = []
    for place, comparison in enumerate(model.comparisons):
        gamma = (packed >> BITS * place) & ((1 << BITS) - 1)
        # Splink numbers levels from the last.
        level = pl.Series(f"{comparison.name}_level", (len(comparison.levels) - gamma).astype(np.int16))
        found.append(level.set(pl.Series(gamma == 0), None))
    return found
