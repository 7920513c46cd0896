"""A new identity is compared with whoever shares a key with it, and the build before is asked for no more."""

from dataclasses import replace

import polars as pl

from kithmap.engines.engine import Engine
from kithmap.linkage.model import shipped_model
from kithmap.linkage.rules import Rule
from kithmap.linkage.weigh_new import find_pairs
from kithmap.linkage.whether import RETAINED, OldIdentities

FEW_NEIGHBOURS = replace(
    shipped_model(), rules=(Rule("home", ("home",), most_pairs=3), Rule("school", ("school",)))
)
OLD = {"signature": [1, 2, 3, 4, 5, 6], "k0": [7, 7, 8, 9, 9, 9], "k1": [70, None, None, 90, None, None]}
NEW = pl.DataFrame({"signature": [11, 12, 13, 14], "k0": [7, 8, 9, None], "k1": [70, None, 90, 90]})


def test_who_shares_a_key_is_compared_once(duckdb_engine: Engine) -> None:
    duckdb_engine.hold(RETAINED, pl.DataFrame(OLD).to_arrow())
    pairs, _ = find_pairs(OldIdentities(duckdb_engine), NEW, FEW_NEIGHBOURS)
    # That 4 shares a school with 13 and 14 counts; that 13 shares a home with three others does not.
    assert pairs.rows() == [(1, 11), (2, 11), (3, 12), (4, 13), (4, 14), (13, 14)]


def test_a_key_that_too_many_share_is_left_out_of_its_rule_only(duckdb_engine: Engine) -> None:
    duckdb_engine.hold(RETAINED, pl.DataFrame(OLD).to_arrow())
    _, new = find_pairs(OldIdentities(duckdb_engine), NEW, FEW_NEIGHBOURS)
    assert new["k0"].to_list() == [7, 8, None, None]
    assert new["k1"].to_list() == NEW["k1"].to_list()


def test_many_are_looked_up_as_few_are(duckdb_engine: Engine) -> None:
    rows = pl.DataFrame({"signature": range(500)}).with_columns(linked_id=pl.col("signature") // 2)
    duckdb_engine.hold(RETAINED, rows.to_arrow())
    old = OldIdentities(duckdb_engine)
    few = old.rows(RETAINED, "linked_id", pl.Series([3, 3, None]), rows.columns)
    many = old.rows(RETAINED, "linked_id", pl.Series(range(200)), rows.columns)
    assert few.sort("signature").rows() == [(6, 3), (7, 3)]
    assert many.sort("signature").rows() == [(signature, signature // 2) for signature in range(400)]
