"""What the truth of a world says, and how links are scored against it."""

import json
import math
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kithmap.world import make_world
from kithmap.world.truth import read_overlaps, read_question, score


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world") / "made"
    make_world(folder, young=3000, seed=1)
    return folder / "truth"


def small_truth(folder: Path, persons: list[int]) -> Path:
    size = len(persons)
    pl.DataFrame(
        {
            "extract": ["a.csv"] * size, "row": range(1, size + 1), "slot": [1] * size, "person": persons,
            "name_group": ["odd" if p % 2 else "even" for p in persons], "is_candidate": [False] * size,
        }
    ).write_parquet(folder / "mentions.parquet")  # fmt: skip
    return folder


def links_of(clusters: list[str], rows: list[int] | None = None) -> pa.Table:
    size = len(clusters)
    return pa.table(
        {
            "extract": ["a.csv"] * size,
            "row": rows or list(range(1, size + 1)),
            "slot": [1] * size,
            "person_id": clusters,
        }
    )


def test_right_links_score_one(tmp_path: Path) -> None:
    found = score(links_of(["p", "p", "q"]), small_truth(tmp_path, [4, 4, 7]))
    assert (found.precision, found.recall, found.f1) == (1.0, 1.0, 1.0)
    assert (found.overall.people, found.overall.mentions) == (2, 3)


def test_one_cluster_of_two_people_is_precise_in_two_pairs_of_six(tmp_path: Path) -> None:
    found = score(links_of(["p"] * 4), small_truth(tmp_path, [4, 4, 7, 7]))
    assert found.precision == pytest.approx(2 / 6)
    assert found.recall == 1.0


def test_a_person_in_two_clusters_lowers_recall_of_the_own_group_only(tmp_path: Path) -> None:
    found = score(links_of(["p", "r", "q", "q"]), small_truth(tmp_path, [4, 4, 7, 7]))
    assert found.groups["even"].recall == 0.0
    assert found.groups["odd"].recall == 1.0
    assert found.recall == 0.5


def test_mentions_that_were_refused_are_counted_apart(tmp_path: Path) -> None:
    found = score(links_of(["p", "p"], rows=[1, 2]), small_truth(tmp_path, [4, 4, 4]))
    assert found.mentions_missing == 1
    assert found.recall == 1.0


def test_no_links_at_all_is_no_error(tmp_path: Path) -> None:
    found = score(links_of([]).cast(links_of(["p"]).schema), small_truth(tmp_path, [4, 4]))
    assert found.overall.mentions == 0
    assert found.mentions_missing == 2


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("pqrs")), min_size=1, max_size=14))
def test_scores_agree_with_counting_every_pair(
    tmp_path_factory: pytest.TempPathFactory, both: list[tuple[int, str]]
) -> None:
    folder = tmp_path_factory.mktemp("pairs")
    found = score(links_of([c for _, c in both]), small_truth(folder, [p for p, _ in both]))
    pairs = [(a, b) for i, a in enumerate(both) for b in both[i + 1 :]]
    same, linked = [a[0] == b[0] for a, b in pairs], [a[1] == b[1] for a, b in pairs]
    agreed = sum(s and k for s, k in zip(same, linked, strict=True))
    assert math.isclose(found.precision, agreed / sum(linked) if sum(linked) else 1.0)
    assert math.isclose(found.recall, agreed / sum(same) if sum(same) else 1.0)


def test_thirty_and_thirty_are_forty_five(truth: Path) -> None:
    question = read_question(truth)
    assert question["on_each"] == [30, 30]
    assert question["on_both"] == 15
    assert question["people"] == 45
    rows = pl.from_arrow(read_overlaps(truth)).filter(
        pl.col("authority") == question["authority"], pl.col("standing") == "current"
    )
    on_both = [
        r["people"]
        for r in rows.iter_rows(named=True)
        if r["kind"] == "combination" and set(question["lists"]) <= set(r["lists"].split(" + "))
    ]
    assert sum(on_both) == 15


def test_totals_are_sums_of_combinations(truth: Path) -> None:
    for _, part in pl.from_arrow(read_overlaps(truth)).group_by("authority", "standing"):
        combinations = part.filter(pl.col("kind") == "combination")
        for row in part.filter(pl.col("kind") == "total").iter_rows(named=True):
            holds = [
                r["people"]
                for r in combinations.iter_rows(named=True)
                if row["lists"] in r["lists"].split(" + ")
            ]
            assert row["people"] == sum(holds)
        assert part.filter(pl.col("kind") == "all")["people"].sum() == combinations["people"].sum()


def test_groups_are_bound_to_schools_or_across_them_and_some_people_are_in_two(truth: Path) -> None:
    groups = pl.read_parquet(truth / "groups.parquet")
    members = pl.read_parquet(truth / "memberships.parquet")
    assert groups["people"].is_between(4, 20).all()
    assert 0.3 < groups["is_school_bound"].mean() < 0.75
    assert members["person"].is_duplicated().any()


def test_two_groups_over_five_schools_are_behind_most_of_one_harm(truth: Path) -> None:
    planted = json.loads((truth / "patterns.json").read_text())["five_schools"]
    events = pl.read_parquet(truth / "events.parquet").filter(
        (pl.col("authority") == planted["authority"]) & (pl.col("harm") == planted["harm"])
    )
    assert len(planted["groups"]) == 2
    assert len(planted["schools"]) == 5
    assert events["group"].is_in(planted["groups"]).mean() > 0.6


def test_violence_and_exploitation_share_a_park_that_harmful_sexual_behaviour_does_not(truth: Path) -> None:
    hot = pl.read_parquet(truth / "hot_places.parquet").filter(pl.col("authority") == "E09900001")
    of = {harm: set(part["place"]) for (harm,), part in hot.group_by("harm")}
    assert of["SYV"] == of["CSE"]
    assert not of["SYV"] & of["HSB"]
    shared = hot.filter(pl.col("harm").is_in(["SYV", "CSE"]))
    assert (shared.filter(pl.col("type") == "park")["events"] >= 5).all()


def test_three_young_women_of_one_group_have_a_wound_to_the_thigh(truth: Path) -> None:
    planted = json.loads((truth / "patterns.json").read_text())["thigh_wounds"]
    parties = pl.read_parquet(truth / "parties.parquet").filter(pl.col("event").is_in(planted["events"]))
    harmed = parties.filter(pl.col("role") == "harmed")["person"]
    people = pl.read_parquet(truth / "people.parquet").filter(pl.col("person").is_in(harmed.implode()))
    group = pl.read_parquet(truth / "memberships.parquet").filter(pl.col("group") == planted["group"])[
        "person"
    ]
    assert len(people) == 3
    assert not people["is_male"].any()
    assert set(harmed) <= set(group)
    crimes = pl.read_csv(truth.parent / "extracts" / "police_crime_party.csv", infer_schema=False)
    told = crimes.filter(
        pl.col("MO/DETS narrative").str.contains("thigh")
        & ~pl.col("MO/DETS narrative").str.contains("No injury")
    )
    assert told["Crime ref"].n_unique() == 3


def test_the_fights_on_the_bus_are_after_school_on_school_days(truth: Path) -> None:
    planted = json.loads((truth / "patterns.json").read_text())["bus_fights"]
    events = pl.read_parquet(truth / "events.parquet").filter(pl.col("event").is_in(planted["events"]))
    assert events["minute"].is_between(15 * 60, 16 * 60 + 30).all()
    assert (events["day"].dt.weekday() <= 5).all()
    reports = pl.read_csv(truth.parent / "extracts" / "tfl_dir.csv", infer_schema=False)
    assert reports.filter(pl.col("Route") == planted["route"]).height >= len(planted["events"])


def test_what_a_narrative_tells_of_stands_where_the_truth_says(truth: Path) -> None:
    crimes = pl.read_csv(truth.parent / "extracts" / "police_crime_party.csv", infer_schema=False)
    crimes = crimes.select(
        row=pl.int_range(1, pl.len() + 1), extract=pl.lit("police_crime_party.csv"), body="MO/DETS narrative"
    )
    told = pl.read_parquet(truth / "narratives.parquet").join(crimes, on=["extract", "row"])
    told = told.with_columns(
        stands=pl.col("body").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    )
    shapes = {
        "phone": r"^07700 ?900\d{3}$", "date of birth": r"^\d{2}/\d{2}/\d{4}$", "vehicle": r"(?i)^Q[A-Z]\d{2} [A-Z]{3}$",
        "postcode": r"(?i)^[A-Z]{2}\d{1,2} ?\d[A-Z]{2}$", "account": r"(?i)^@?[a-z]+[._x]", "email": r"(?i)@example\.org$",
    }  # fmt: skip
    for kind, shape in shapes.items():
        of_kind = told.filter(pl.col("kind") == kind)
        assert len(of_kind) > 5
        assert of_kind["stands"].str.contains(shape).all()
    people = pl.read_parquet(truth / "people.parquet")
    names = set(people["forename"].str.to_lowercase())
    forenames = told.filter(pl.col("kind") == "lower-case name")["stands"].str.to_lowercase()
    # Not every one: officers also write pet names and other spellings.
    assert forenames.is_in(names).mean() > 0.8
    assert set(told["kind"]) >= {
        "name",
        "nickname",
        "misspelt name",
        "surname",
        "unlisted name",
        "street name",
        "school",
    }
