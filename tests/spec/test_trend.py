"""What `trend` means."""

import pyarrow as pa
import pytest
from small_tables import as_cells, ask, say, withheld

from kithmap.measures import get_measure
from kithmap.model.tables import CONCERN, PERSON

trend = get_measure("trend")

SEEN = {
    CONCERN: """
        young_person | harm | role    | layout | start_on   | end_on
        A            | CSE  | harmed  | police | 2025-01-15 |
        A            | CSE  | harmed  | police | 2025-08-20 |
        A            | CSE  | harmed  | marac  |            |
        A            | CSE  | harming | police | 2025-01-30 |
        A            | SYV  | harming | police | 2025-08-20 |
        B            | CSE  | harmed  | marac  | 2025-05-02 | 2025-09-01
        C            | SYV  | unknown | police |            |
        D            | GANG | unknown | police | 2025-10-01 |
        F            | CSE  | harmed  | police | 2025-02-01 |
        E            | SYV  | harmed  | police | 2025-12-31 |
    """,
    PERSON: """
        young_person | is_young
        A            | yes
        B            | yes
        C            | yes
        D            | yes
        E            | yes
        F            | no
    """,
}


def test_each_is_counted_once_a_quarter_for_a_harm_whether_or_not_it_still_stands(spec):
    spec(
        SEEN,
        trend,
        """
        harm | quarter   | young_people
        Any  | 2025 Q1   | 1
        Any  | 2025 Q2   | 1
        Any  | 2025 Q3   | 1
        Any  | 2025 Q4   | 1
        Any  | Not dated | 2
        CSE  | 2025 Q1   | 1
        CSE  | 2025 Q2   | 1
        CSE  | 2025 Q3   | 1
        CSE  | Not dated | 1
        SYV  | 2025 Q3   | 1
        SYV  | 2025 Q4   | 1
        SYV  | Not dated | 1
        """,
    )


def test_a_source_that_ends_half_a_year_early_is_told_beside_the_quarter(spec):
    spec(
        SEEN,
        trend,
        """
        harm | quarter   | changes
        Any  | 2025 Q1   |
        Any  | 2025 Q2   | marac ends
        Any  | 2025 Q3   |
        Any  | 2025 Q4   |
        Any  | Not dated |
        CSE  | 2025 Q1   |
        CSE  | 2025 Q2   | marac ends
        CSE  | 2025 Q3   |
        CSE  | Not dated |
        SYV  | 2025 Q3   |
        SYV  | 2025 Q4   |
        SYV  | Not dated |
        """,
    )


def years(before: list[int], after: list[int], *, harm: str = "CSE", changes: str = "") -> list[dict]:
    """Two whole years of quarters, and one at either end that records begin or end within."""
    counts = [3, *before, *after, 2]
    quarters = [f"{2023 + (at + 3) // 4} Q{(at + 3) % 4 + 1}" for at in range(len(counts))]
    return [
        {"harm": harm, "quarter": quarter, "changes": changes if at == 5 else None, "young_people": count}
        for at, (quarter, count) in enumerate(zip(quarters, counts, strict=True))
    ]


def told(rows: list[dict]) -> str:
    return say(trend, pa.Table.from_pylist(rows))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([10, 12, 9, 11], [20, 22, 19, 24], "CSE: 85 against 42, more (2.02 times, 1.38 to 3.00)"),
        ([20, 22, 19, 24], [10, 12, 9, 11], "CSE: 42 against 85, fewer (0.49 times, 0.33 to 0.72)"),
        ([10, 12, 9, 11], [12, 10, 11, 12], "no clear change"),
        ([0, 0, 0, 0], [0, 0, 1, 0], "no clear change (too few to compare)"),
    ],
    ids=["more", "fewer", "no clear change", "too few"],
)  # fmt: skip
def test_a_year_is_compared_with_the_year_before_so_that_seasons_stand_on_both_sides(before, after, said):
    assert said in told(years(before, after))


def test_the_whole_says_which_quarters_are_compared():
    said = told(years([10, 12, 9, 11], [20, 22, 19, 24], harm="Any"))
    assert said.startswith(
        "In 2025 Q1 to 2025 Q4, 85 were recorded, quarter by quarter, against 42 in the same"
    )


def test_a_season_is_no_rise():
    assert "no clear change" in told(years([5, 30, 5, 5], [5, 30, 5, 5]))


def test_too_few_quarters_are_not_compared():
    assert "cannot be told from a season" in told(years([10, 12, 9, 11], [20]))


def test_a_withheld_quarter_leaves_the_year_unsaid():
    rows = years([10, 12, 9, 11], [20, 22, 19, 24])
    cells = as_cells(pa.Table.from_pylist(rows))
    withheld(cells, "young_people", where=lambda row: row["quarter"] == "2024 Q2")
    assert "cannot be told from a season" in trend.sentence(cells, {})


def test_a_source_that_began_meanwhile_is_said_beside_the_rise():
    said = told(years([10, 12, 9, 11], [20, 22, 19, 24], changes="marac begins"))
    assert said.endswith("Sources that begin or end meanwhile may be why: marac begins.")


def test_a_quarter_with_nobody_counts_as_none_and_not_as_missing():
    rows = [row for row in years([10, 12, 0, 11], [20, 22, 19, 24]) if row["young_people"]]
    assert "85 against 33" in told(rows)


def test_without_concerns_there_is_no_trend(duckdb_engine):
    assert (
        ask(
            duckdb_engine, {CONCERN: "young_person | harm\nA |", PERSON: "young_person\nA"}, trend, {}
        ).num_rows
        == 0
    )
    assert trend.sentence([], {}) == "No young person has a recorded concern of any kind of harm."
