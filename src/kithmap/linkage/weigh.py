"""Weigh chosen pairs with Splink, part by part: both sides of each beside each other, and no more in memory.

To join a million wide rows to the pairs, twice, takes an engine far longer than to weigh them; what the sides
say is gathered column by column instead, for so many pairs at a time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.commonness import Common, plain_arrow
from kithmap.linkage.compared import sides_of
from kithmap.linkage.correlation import same_values
from kithmap.linkage.model import Model
from kithmap.linkage.packed import as_texts
from kithmap.linkage.predict import bound, predict
from kithmap.linkage.screen import OVERRATED, screen_of

# Both sides of so many pairs are held at a time, and handed over in so many parts that every core has some.
MOST_AT_ONCE, PART = 2**17, 2**14
# Of the few columns of a bound, of twice as many.
BOUNDED_AT_ONCE = 2 * MOST_AT_ONCE
PAIRS = pa.schema(
    [("one", pa.int64()), ("other", pa.int64()), ("weight", pa.float64()), ("levels", pa.int64())]
)
# Of the pairs that are ruled out there are many.
BOUNDED = pa.schema([("one", pa.int32()), ("other", pa.int32()), ("weight", pa.float64())])


@dataclass(frozen=True)
class Weighing:
    """What pairs of some identities are weighed with: Splink's database, its kind, the model, how common values are.

    `unique_id` is the identity's place.
    """

    database: Any
    kind: str
    model: Model
    common: Common
    identities: pl.DataFrame

    def weigh(self, one: np.ndarray, other: np.ndarray) -> pa.Table:
        """Weigh pairs by the model's prior, agreement on names that go together put right.

        Shape: one row per pair, in no order.
        Columns: `one`, `other`, `weight` (bits), `levels` (see `predict.unpack_levels`).
        """

        def ask(sides: pa.Table) -> pa.Table:
            return predict(self.database, sides, self.model, self.kind, self.common.size)

        # What is overrated is taken off by `_put_right`, all at once.
        sides = self._sides.drop(OVERRATED, strict=False)
        found = [PAIRS.empty_table(), *self._asked(sides, ask, PAIRS, one, other, MOST_AT_ONCE)]
        return self._put_right(pa.concat_tables(found))

    def rule_out(
        self, one: np.ndarray, other: np.ndarray, least: float
    ) -> tuple[np.ndarray, np.ndarray, pa.Table]:
        """Find those of the pairs that can weigh so much, and say of the others the most that they can.

        Shape: both sides of the first; for the others a table as of `weigh`, whose levels are 0, and with
            shorter numbers for places.
        """
        likely, others = [BOUNDED.empty_table()], [BOUNDED.empty_table()]
        for bounded in self._bounds(one, other):
            is_likely = bounded["weight"].to_numpy() >= least
            likely.append(bounded.filter(pa.array(is_likely)))
            others.append(bounded.filter(pa.array(~is_likely)))
        one, other = (pa.concat_tables(likely)[side].to_numpy() for side in ("one", "other"))
        unlikely = pa.concat_tables(others)
        none = pa.array(np.zeros(unlikely.num_rows, dtype=np.int64))
        return one, other, unlikely.append_column(PAIRS.field("levels"), none)

    def bound(self, one: np.ndarray, other: np.ndarray) -> pa.Table:
        """The most that pairs can weigh, from what is cheap to compare; see `screen`.

        Shape: one row per pair, in no order.
        Columns: `one`, `other`, `weight` (bits).
        """
        return pa.concat_tables([BOUNDED.empty_table(), *self._bounds(one, other)])

    def _bounds(self, one: np.ndarray, other: np.ndarray) -> Iterator[pa.Table]:
        screen = screen_of(self.model, self.kind, self.common.size)
        sides = self._sides.select("unique_id", *screen.columns)

        def ask(rows: pa.Table) -> pa.Table:
            return bound(self.database, rows, screen)

        return self._asked(sides, ask, BOUNDED, one, other, BOUNDED_AT_ONCE)

    @cached_property
    def _sides(self) -> pl.DataFrame:
        return sides_of(self.identities, self.model, self.common)

    def _asked(
        self,
        sides: pl.DataFrame,
        ask: Callable[[pa.Table], pa.Table],
        schema: pa.Schema,
        one: np.ndarray,
        other: np.ndarray,
        at_once: int,
    ) -> Iterator[pa.Table]:
        for first in range(0, one.size, at_once):
            some = slice(first, first + at_once)
            rows = self._beside(as_texts(sides[one[some]]), as_texts(sides[other[some]]))
            found = ask(rows)
            # Copied: a database leaves room for many more rows than it found.
            values = (found[field.name].to_numpy().astype(field.type.to_pandas_dtype()) for field in schema)
            yield pa.Table.from_arrays([pa.array(each) for each in values], schema=schema)

    def _beside(self, one: pl.DataFrame, other: pl.DataFrame) -> pa.Table:
        """Both sides of pairs beside each other, in parts."""
        sides = [one.rename(lambda name: f"{name}_l"), other.rename(lambda name: f"{name}_r")]
        both = pl.concat(sides, how="horizontal").with_columns(match_key=pl.lit(""))
        # DuckDB reads texts where they lie; Spark must be given copies.
        rows = (
            both.to_arrow(compat_level=pl.CompatLevel.newest())
            if self.kind == "duckdb"
            else plain_arrow(both)
        )
        return pa.Table.from_batches(rows.combine_chunks().to_batches(max_chunksize=PART), rows.schema)

    def _put_right(self, pairs: pa.Table) -> pa.Table:
        together = self.model.together
        if not together:
            return pairs
        one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
        agree = same_values(self.identities, together, one, other)
        overrated = np.where(agree, self.common.correlation(self.identities, together)[one], 0.0)
        weight = pa.array(pairs["weight"].to_numpy() - overrated)
        return pairs.set_column(pairs.column_names.index("weight"), PAIRS.field("weight"), weight)
