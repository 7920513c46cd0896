"""The identities as linking retains them in a build, so that a new extract can be weighed against them."""

from collections.abc import Iterator

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.row_groups import MADE_AT_ONCE
from kithmap.linkage.packed import as_texts
from kithmap.linkage.signatures import SAYS
from kithmap.model.tables import LINKAGE_IDENTITY
from kithmap.stats.components import joined_parts

LISTS = ("f_formals", "f_others", "s_parts")
SEPARATOR = "|"
# Below this probability two identities are nobody's doubt.
POSSIBLE = 0.005


def said_hash(signatures: pl.DataFrame) -> pl.Series:
    """A number for all that a signature says, where it says so much that its like are one person; else null.

    It stands beside `signatures._says_enough`, which decides so in the engine.
    """
    starts = range(0, max(signatures.height, 1), MADE_AT_ONCE)
    return pl.concat([_said_hash(as_texts(signatures.slice(first, MADE_AT_ONCE))) for first in starts])


def _said_hash(signatures: pl.DataFrame) -> pl.Series:
    named = pl.all_horizontal(pl.col(name).is_not_null() for name in ("surname", "forename", "dob"))
    placed = pl.any_horizontal(pl.col(name).is_not_null() for name in ("postcode", "upn", "nhs_number"))
    enough = (named & placed) | pl.col("number").is_not_null()
    number = pl.struct(SAYS).hash(seed=0).reinterpret(signed=True)
    return signatures.select(said=pl.when(enough).then(number))["said"]


def joined_ids(pairs: pl.DataFrame, label: pl.Series, signature: pl.Series) -> pl.Series:
    """The least signature of all that pairs or equal labels join, directly or through others.

    pairs: `one`, `other`. label: what identities have in common already.

    Shape: one number per identity.
    """
    _, first, at = np.unique(label.to_numpy(), return_index=True, return_inverse=True)
    one = np.concatenate([pairs["one"].to_numpy(), np.arange(label.len())])
    found = joined_parts(one, np.concatenate([pairs["other"].to_numpy(), first[at]]), label.len())
    least = np.full(label.len(), np.iinfo(np.int64).max)
    np.minimum.at(least, found, signature.to_numpy())
    return pl.Series(signature.name, least[found])


def as_retained(identities: pl.DataFrame) -> pa.Table:
    """The rows of `linkage_identity`: lists as text.

    identities: with `said`, `linked_id` and `group_id`.
    """
    return pa.concat_tables(retained_in_parts(identities))


def retained_in_parts(identities: pl.DataFrame) -> Iterator[pa.Table]:
    """The same, so many rows at a time: a million are large.

    Shape: one table or more.
    """
    texts = [pl.col(name).list.join(SEPARATOR) for name in LISTS]
    names = [name for name in LINKAGE_IDENTITY.names if name in identities.columns]
    for first in range(0, max(identities.height, 1), MADE_AT_ONCE):
        # Texts in the form in which they lie, where DuckDB reads them; without a name, which would hold a
        # part while the next is made.
        yield (
            as_texts(identities.slice(first, MADE_AT_ONCE))
            .with_columns(*texts)
            .select(names)
            .to_arrow(compat_level=pl.CompatLevel.newest())
        )


def as_identities(rows: pa.Table) -> pl.DataFrame:
    """Rows of `linkage_identity` as linking works with them, in the order of `signature`."""
    frame = pl.DataFrame(pl.from_arrow(rows)).sort("signature")
    empty = pl.lit([], dtype=pl.List(pl.String))
    lists = [
        pl.when(pl.col(name).fill_null("") == "")
        .then(empty)
        .otherwise(pl.col(name).str.split(SEPARATOR))
        .alias(name)
        for name in LISTS
    ]
    return frame.with_columns(lists)
