"""Drawing who is one person: parts, doubt, and what each draw changes."""

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from kithmap.linkage.cluster import Clusters, cluster_identities
from kithmap.linkage.constraints import PAIR, REASONED, SINGLE_NUMBERS, Constraints
from kithmap.linkage.draws import draw_people, seed_of


def pairs_of(links):
    """Compared pairs as linking has them, from {(one, other): probability}."""
    rows = [(*pair, float(np.log2(p / (1 - p))), p) for pair, p in sorted(links.items())]
    return pl.DataFrame(
        rows, schema={**PAIR, "weight": pl.Float64, "probability": pl.Float64}, orient="row"
    ).to_arrow()


def constraints_of(size, *, same=(), apart=(), numbers=None):
    """Constraints as linking has them."""
    return Constraints(
        same=pl.DataFrame(list(same), schema=PAIR, orient="row"),
        apart=pl.DataFrame([(*pair, "judged different") for pair in apart], schema=REASONED, orient="row"),
        against=pl.DataFrame(schema=REASONED),
        numbers=np.column_stack(
            [numbers or [0] * size, *(np.zeros((len(SINGLE_NUMBERS) - 1, size), dtype=np.int64))]
        ),
    )


def linked(size, links, **held):
    """The draws of identities with these links, published as linking would."""
    identities = pl.DataFrame({name: [None] * size for name in COLUMNS}, schema=COLUMNS).with_columns(
        unique_id=pl.Series(range(size), dtype=pl.Int64), signature=pl.Series(range(size), dtype=pl.Int64)
    )
    pairs, constraints = pairs_of(links), constraints_of(size, **held)
    clusters = cluster_identities(identities, pairs, 0.95, constraints)
    drawn = draw_people(identities, pairs, clusters, constraints, generator=np.random.default_rng(1))
    return clusters, drawn


TEXT = (
    "f_name",
    "f_first",
    "f_whole",
    "f_sound",
    "f_initial",
    "s_whole",
    "s_name",
    "s_initial",
    "d_day",
    "home",
    "school",
)
COLUMNS = {
    **dict.fromkeys((*TEXT, "la_code", "sex", "nhs", "upn", "space", "number"), pl.String),
    "birth_year": pl.Int32,
}


def rows_of(drawn, draw):
    """What a draw puts together otherwise than published, each part with whom it is."""
    arranged = {(row["group"], row["same_as"]) for row in drawn.alike.to_pylist() if row["draw"] == draw}
    rows = drawn.drawn.to_pylist()
    return {row["part"]: row["drawn"] for row in rows if (row["group"], row["draw"]) in arranged}


def people_in(clusters: Clusters, drawn, draw):
    """The person of each identity in a draw: the least identity of theirs."""
    published = np.array([np.flatnonzero(clusters.cluster == each)[0] for each in clusters.cluster])
    rows = rows_of(drawn, draw)
    return [
        rows.get(part, person) for part, person in zip(drawn.part.tolist(), published.tolist(), strict=True)
    ]


def share_together(clusters, drawn, one, other):
    told = [people_in(clusters, drawn, draw) for draw in range(1, drawn.number + 1)]
    return np.mean([person[one] == person[other] for person in told])


def test_what_is_certain_is_never_drawn():
    _, drawn = linked(4, {(0, 1): 0.99999, (2, 3): 0.001})
    assert drawn.part.tolist() == [-1, -1, -1, -1]
    assert drawn.drawn.num_rows == drawn.parts_in_doubt == drawn.people_in_doubt == 0


def test_a_link_that_is_published_but_not_certain_is_sometimes_broken():
    clusters, drawn = linked(2, {(0, 1): 0.96})
    assert clusters.cluster[0] == clusters.cluster[1]
    assert drawn.part.tolist() == [0, 1]
    assert share_together(clusters, drawn, 0, 1) == pytest.approx(0.96, abs=0.04)


def test_a_link_that_is_not_published_is_sometimes_made():
    clusters, drawn = linked(2, {(0, 1): 0.3})
    assert clusters.cluster[0] != clusters.cluster[1]
    assert share_together(clusters, drawn, 0, 1) == pytest.approx(0.3, abs=0.09)


def test_identities_surely_one_are_one_part_that_is_drawn_whole():
    clusters, drawn = linked(3, {(0, 1): 0.99999, (1, 2): 0.5, (0, 2): 0.5})
    assert drawn.part.tolist() == [0, 0, 2]
    assert share_together(clusters, drawn, 0, 1) == 1.0
    # Two pairs between the same two parts say one thing, not two.
    assert share_together(clusters, drawn, 0, 2) == pytest.approx(0.5, abs=0.1)


def test_what_a_reviewer_judged_is_certain():
    clusters, drawn = linked(3, {(0, 1): 0.3, (1, 2): 0.9}, same=[(0, 1)], apart=[(1, 2)])
    assert drawn.part.tolist() == [-1, -1, -1]
    assert clusters.cluster[0] == clusters.cluster[1] != clusters.cluster[2]


def test_two_numbers_are_never_one_person_even_through_a_third_record():
    clusters, drawn = linked(3, {(0, 1): 0.9, (1, 2): 0.9}, numbers=[7, 0, 9])
    assert share_together(clusters, drawn, 0, 2) == 0.0
    assert 0 < share_together(clusters, drawn, 0, 1) < 1


def test_a_cluster_that_refinement_cut_is_joined_only_as_often_as_it_is_likely():
    # Three links of which one speaks against: published apart, drawn together now and then.
    links = {(0, 1): 0.97, (1, 2): 0.96, (0, 2): 0.0001}
    clusters, drawn = linked(3, links)
    assert len(set(clusters.cluster.tolist())) == 2
    assert share_together(clusters, drawn, 0, 2) < 0.1


def test_a_draw_names_only_the_parts_it_changes_and_all_of_those():
    links = {(0, 1): 0.97, (1, 2): 0.4, (0, 2): 0.4, (3, 4): 0.97}
    clusters, drawn = linked(5, links)
    published = [tuple(np.flatnonzero(clusters.cluster == each)) for each in clusters.cluster]
    for draw in range(1, drawn.number + 1):
        people = np.array(people_in(clusters, drawn, draw))
        told = set(rows_of(drawn, draw))
        for part in range(5):
            now = tuple(np.flatnonzero(people == people[part]))
            assert (part in told) == (now != published[part])
            assert people[part] == now[0]


def test_the_same_seed_draws_the_same_people():
    first, second = (linked(6, {(0, 1): 0.6, (1, 2): 0.5, (3, 4): 0.9})[1] for _ in range(2))
    assert first.drawn.equals(second.drawn)
    assert first.alike.equals(second.alike)


def test_an_arrangement_that_many_draws_have_is_kept_once():
    _, drawn = linked(4, {(0, 1): 0.6, (2, 3): 0.4})
    assert {(row["part"], row["drawn"]) for row in drawn.drawn.to_pylist()} == {
        (0, 0),
        (1, 0),
        (2, 2),
        (3, 2),
    }
    assert drawn.drawn.num_rows == 4
    assert 100 < drawn.alike.num_rows < 250
    assert all(row["same_as"] <= row["draw"] for row in drawn.alike.to_pylist())


def test_the_table_names_parts_by_their_least_mention():
    identities = pl.DataFrame({"unique_id": [0, 1, 2, 3], "signature": [70, 80, 90, 95]})
    _, drawn = linked(4, {(0, 1): 0.6, (1, 2): 0.5})
    table = drawn.as_tables(identities)["identity_draw"]
    assert set(table["part_id"].to_pylist()) == {70, 80, 90}
    assert set(table["group_id"].to_pylist()) == {70}
    assert drawn.part_of(identities)["part_id"].to_list() == [70, 80, 90, None]


def test_the_seed_does_not_depend_on_the_order_of_extracts():
    one, other = (pa.table({"sha256": hashes}) for hashes in (["a", "b"], ["b", "a"]))
    assert seed_of(one) == seed_of(other) != seed_of(pa.table({"sha256": ["a"]}))
