"""Hopeless pairs are not weighed in full, and nothing that is decided changes by it."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from identities_made import identities_of, people

from kithmap.engines.engine import Engine
from kithmap.linkage.choose import choose_pairs
from kithmap.linkage.cluster import cluster_identities
from kithmap.linkage.commonness import Counted
from kithmap.linkage.comparisons import Comparison, Level
from kithmap.linkage.model import shipped_model
from kithmap.linkage.people import KEPT_PROBABILITY
from kithmap.linkage.score import prior_shift, quiet, score_pairs
from kithmap.linkage.screen import ALWAYS, screen_of
from kithmap.linkage.weigh import Weighing

# Two records taken at random are hardly ever one person, as among very many: so that much is hopeless.
RARE = replace(shipped_model(), others=1e-4)
PAIR = ["one", "other"]


@pytest.fixture(scope="module")
def identities() -> pl.DataFrame:
    alike = [
        {**one, "dob": f"2009-{1 + place % 12:02d}-{1 + place % 27:02d}", "forename": "Roz", "surname": "Vane", "la_code": "901"}
        for place, one in enumerate(people(30))
    ]  # fmt: skip
    return identities_of([*people(240), *alike])


def test_no_pair_weighs_more_than_its_bound(duckdb_engine: Engine, identities: pl.DataFrame) -> None:
    pairs = choose_pairs(identities, RARE.keys)
    with quiet(), duckdb_engine.splink() as database:
        weighing = Weighing(database, duckdb_engine.kind, RARE, Counted(identities), identities)
        weighed, bounded = weighing.weigh(*pairs), weighing.bound(*pairs)

    both = pl.DataFrame(pl.from_arrow(weighed)).join(
        pl.DataFrame(pl.from_arrow(bounded)), on=PAIR, suffix="_most", how="full", coalesce=True
    )
    assert both.height == weighed.num_rows == bounded.num_rows > 500
    assert (both["weight"] <= both["weight_most"] + 1e-6).all()
    # Where names are the same, all that is left to compare is asked of both.
    assert (both["weight"] > both["weight_most"] - 1e-6).any()


def test_what_is_worth_keeping_is_weighed_as_without_a_bound(
    duckdb_engine: Engine, identities: pl.DataFrame
) -> None:
    every, few = (
        pl.DataFrame(pl.from_arrow(score_pairs(duckdb_engine, identities, RARE, screened_from=least))).sort(
            PAIR
        )
        for least in (identities.height + 1, identities.height)
    )

    kept = [pairs.filter(pl.col("probability") >= KEPT_PROBABILITY) for pairs in (every, few)]
    assert few.height < every.height
    assert kept[0].height > 100
    assert kept[0].select(*PAIR, "levels").equals(kept[1].select(*PAIR, "levels"))
    # The few that are left out count for next to nothing in the prior.
    assert np.abs(kept[0]["weight"].to_numpy() - kept[1]["weight"].to_numpy()).max() < 0.01


def test_people_are_the_same_as_if_every_pair_were_weighed(
    duckdb_engine: Engine, identities: pl.DataFrame
) -> None:
    clusters = [
        cluster_identities(
            identities, score_pairs(duckdb_engine, identities, RARE, screened_from=least), 0.95
        )
        for least in (10_000, 0)
    ]

    assert np.array_equal(clusters[0].cluster, clusters[1].cluster)
    assert clusters[0].cut_components == clusters[1].cut_components


def test_a_hopeless_pair_speaks_against_two_whom_others_may_join(duckdb_engine: Engine) -> None:
    # The first and the last have a name and an authority in common, and nothing else; one in the middle is
    # like both, without a birthday.
    one = {"forename": "Tamsin", "surname": "Okonjovale", "la_code": "901", "holder": "police"}
    said = [
        {**one, "dob": "2008-02-03", "postcode": "ZB1 1AA", "sex": "F"},
        {**one, "dob": None, "birth_year": 2008, "postcode": "ZB1 1AA", "upn": "A1"},
        {**one, "dob": "2011-11-29", "postcode": "ZB9 9ZZ", "upn": "A1", "sex": "M"},
    ]
    identities = identities_of([*said, *people(150)])

    pairs = pl.DataFrame(pl.from_arrow(score_pairs(duckdb_engine, identities, RARE, screened_from=0)))

    against = pairs.filter(pl.col("one") == 0, pl.col("other") == 2)
    assert against["levels"].to_list() == [0]
    assert against["weight"][0] < -10
    # Two of that name whom nothing may join are not told of.
    assert pairs.filter(pl.col("levels") == 0).height < 20


def test_pairs_judged_the_same_join_what_a_hopeless_pair_speaks_against(duckdb_engine: Engine) -> None:
    one = {"forename": "Tamsin", "surname": "Okonjovale", "la_code": "901", "holder": "police"}
    said = [{**one, "dob": "2008-02-03", "sex": "F"}, {**one, "dob": "2011-11-29", "sex": "M"}]
    identities = identities_of([*said, *people(150)])
    judged = pl.DataFrame({"one": [0], "other": [1]})

    without, with_ = (
        pl.DataFrame(pl.from_arrow(score_pairs(duckdb_engine, identities, RARE, screened_from=0, same=same)))
        for same in (None, judged)
    )

    found = [pairs.filter(pl.col("one") == 0, pl.col("other") == 1).height for pairs in (without, with_)]
    assert found == [0, 1]


def test_two_records_of_one_number_are_weighed_however_unlike_they_are() -> None:
    assert f"WHEN nhs_l = nhs_r THEN {ALWAYS}" in screen_of(shipped_model(), "duckdb", 1_000_000).most


def test_what_cannot_be_asked_cheaply_counts_as_the_best_it_may_be() -> None:
    same = Level("same", "{overlap}(a_l, a_r)", m=0.5, u=0.125)
    rare = Level("rare", "{contains}(a_l, b_r)", m=0.5, u=0.01, frequency="b")
    other = Level("otherwise", None, m=0.5, u=0.875)

    def most(levels: tuple[Level, ...], unknown: str = "a_l IS NULL OR a_r IS NULL") -> str:
        made = replace(shipped_model(), prior_people=24, comparisons=(Comparison("a", unknown, levels),))
        return screen_of(made, "spark", 1000).most.partition(" + ")[2]

    assert most((same, other)) == "CASE WHEN a_l IS NULL OR a_r IS NULL THEN 0.0 ELSE 2.0 END"
    # Nobody has a value rarer than one in all, and as many as frequencies lean on.
    assert most((rare, other)) == "CASE WHEN a_l IS NULL OR a_r IS NULL THEN 0.0 ELSE 9.0 END"
    assert most((same, other), unknown="NOT {overlap}(a_l, a_r)") == "2.0"


def test_the_prior_that_pairs_speak_for_is_put_tenfold_at_most() -> None:
    assert prior_shift(np.full(1_000, 20.0), 10, shipped_model()) == pytest.approx(np.log2(10))
    assert prior_shift(np.full(1_000, -40.0), 1_000, shipped_model()) == pytest.approx(-np.log2(10))
