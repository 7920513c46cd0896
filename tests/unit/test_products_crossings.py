"""Tables that cross two sides of a release, and the order in which names are read."""

from products_made import C, make_release, overlap, prevalence, schools, shared_contexts

from kithmap.products.crossings import cross
from kithmap.products.order import ordered


def test_every_number_of_shared_contexts_is_in_its_crossed_tables() -> None:
    release = shared_contexts()
    crossed = cross(release)
    assert [title for title, _ in crossed] == ["Young people", "Contexts", "Holding two harms or more"]
    for title, column in zip(range(3), release.columns[2:], strict=True):
        printed = sorted(text for row in crossed[title][1].rows for text in row[1:])
        assert printed == sorted(str(row[column]) for row in release.rows)


def test_an_interval_stands_with_its_rate_and_the_roll_at_the_end_of_its_line() -> None:
    (_, counts), (_, rates) = cross(prevalence())
    assert counts.headings == ("Group", "SYV", "CSE", "HSB", "TRA", "Any", "On roll")
    assert counts.rows[-1] == ("All", "412", "268", "143", "97", "731", "12,400")
    assert rates.rows[-1][-1] == "59.0\n50.1 to 68.4"


def test_a_box_nobody_is_counted_in_is_empty_and_a_withheld_one_is_not() -> None:
    rows = [(harm, group, 9) for harm in ("CSE", "HSB", "SYV") for group in ("F", "M", "U", "All")]
    rows[1:3] = [("CSE", "M", C)]
    rows += [("TRA", "F", 7), ("TRA", "All", 7)]
    ((_, crossed),) = cross(make_release("harm group young_people", rows, measure="prevalence"))
    assert crossed.rows[1] == ("M", "9", "[c]", "9", "")
    assert crossed.rows[2] == ("U", "9", "", "9", "")


def test_a_release_of_one_side_is_not_crossed() -> None:
    assert cross(schools()) == ()
    assert cross(overlap()) == ()


def test_rows_are_read_by_name_with_what_is_not_known_and_wholes_last() -> None:
    names = ["School 10", "No school recorded", "All", "School 9"]
    release = make_release("school young_people", [(name, 5) for name in names], measure="schools")
    assert [row["school"] for row in ordered(release)] == [
        "School 9",
        "School 10",
        "No school recorded",
        "All",
    ]


def test_harms_are_read_in_the_order_of_the_code_list() -> None:
    rows = [(harm, 5) for harm in ("Any", "CSE", "TRA", "SYV")]
    release = make_release("harm young_people", rows, measure="prevalence")
    assert [row["harm"] for row in ordered(release)] == ["SYV", "CSE", "TRA", "Any"]


def test_the_order_of_withheld_rows_says_nothing_of_their_counts() -> None:
    rows = [("HSB", C), ("CSE", 9), ("SYV", C)]
    other = [("SYV", C), ("HSB", C), ("CSE", 9)]
    first, second = (make_release("harm young_people", each, measure="prevalence") for each in (rows, other))
    assert list(ordered(first)) == list(ordered(second))


def test_sources_stay_in_the_order_they_were_received() -> None:
    rows = [("police_missing", 5), ("csc_missing", 7)]
    release = make_release("source only_here", rows, measure="sources", counts=("only_here",))
    assert [row["source"] for row in ordered(release)] == ["police_missing", "csc_missing"]
