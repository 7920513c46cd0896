"""Have Splink weigh pairs, and keep of each the level that every comparison fell in.

Splink lets the levels out only beside every value that was compared, five times the rows. They are
packed here into one whole number a pair, in the query that weighs it: so that a link can be explained
from what was found when it was weighed, at a hundredth of the work of finding it again.
"""

# ruff: noqa: S608, SLF001  columns of the model; Splink's own steps of `predict`, whose public form lets no levels out

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.model import Model, splink_settings
from kithmap.linkage.screen import Screen

# A comparison has four bits: 0 where it is not known, else one more than Splink's number of the level.
BITS = 4
# Splink's name for the pairs with the columns of both sides.
JOINED = "__splink__df_blocked"


def predict(database: Any, sides: pa.Table, model: Model, dialect: str, identities: int) -> pa.Table:
    """Weigh chosen pairs in a database of Splink's.

    sides: one row per pair; `<column>_l` and `<column>_r` of the two, for those of `compared.sides_of`.
    identities: how many there are in all.

    Shape: one row per pair, in no order.
    Columns: `one`, `other` (unique_id), `weight` (bits), `levels`: see `unpack_levels`.
    """
    return _ask(database, sides, _steps(model, dialect, identities))


def bound(database: Any, sides: pa.Table, screen: Screen) -> pa.Table:
    """The most that each of chosen pairs can weigh.

    sides: as of `predict`; of the columns of the screen.

    Shape: one row per pair, in no order.
    Columns: `one`, `other` (unique_id), `weight` (bits, the most).
    """
    sql = f"SELECT unique_id_l AS one, unique_id_r AS other, {screen.most} AS weight FROM {JOINED}"
    return _ask(database, sides, ({"sql": sql, "output_table_name": "__kithmap__bounded"},))


def _ask(database: Any, sides: pa.Table, steps: Iterable[dict[str, str]]) -> pa.Table:
    from splink.internals.pipeline import CTEPipeline

    rows = database.register(sides)
    rows.templated_name = JOINED
    pipeline = CTEPipeline([rows])
    pipeline.enqueue_list_of_sqls(list(steps))
    found = database.sql_pipeline_to_splink_dataframe(pipeline).as_pyarrow_table()
    database.delete_table_from_database(rows.physical_name)
    database.delete_tables_created_by_splink_from_db()
    return found


@lru_cache(maxsize=4)
def _steps(model: Model, dialect: str, identities: int) -> tuple[dict[str, str], ...]:
    """The statements by which Splink weighs pairs whose sides stand beside each other; then levels are packed."""
    from splink.internals.comparison_vector_values import compute_comparison_vector_values_sql
    from splink.internals.dialects import SplinkDialect
    from splink.internals.predict import predict_from_comparison_vectors_sqls
    from splink.internals.settings_creator import SettingsCreator

    creator = SettingsCreator.from_path_or_dict(splink_settings(model, dialect, identities))
    settings = creator.get_settings(dialect)
    compared = compute_comparison_vector_values_sql(settings._columns_to_select_for_comparison_vector_values)
    weighed = predict_from_comparison_vectors_sqls(
        settings.column_info_settings.unique_id_input_columns,
        settings.core_model_settings,
        SplinkDialect.from_string(dialect),
        training_mode=True,  # with the level of each comparison
    )
    return (
        {"sql": compared, "output_table_name": "__splink__df_comparison_vectors"},
        *weighed,
        {"sql": _packed(model), "output_table_name": "__kithmap__weighed"},
    )


def _packed(model: Model) -> str:
    levels = " + ".join(
        f"CAST(gamma_{comparison.name} + 1 AS bigint) * {1 << BITS * place}"
        for place, comparison in enumerate(model.comparisons)
    )
    said = f"unique_id_l AS one, unique_id_r AS other, match_weight AS weight, {levels} AS levels"
    return f"SELECT {said} FROM __splink__df_predict"


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
