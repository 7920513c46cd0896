"""How pairs become people, and when a component is cut."""

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.cluster import Clusters, cluster_identities
from kithmap.linkage.constraints import find_constraints

TEXTS = ("nhs", "upn", "space", "listed", "f_first", "f_name", "f_sound", "s_whole", "s_name", "d_day")
LISTS = ("f_formals", "f_others")
THRESHOLD = 0.95


def identities(size: int, **said: dict[int, str]) -> pl.DataFrame:
    columns = {name: [said.get(name, {}).get(row) for row in range(size)] for name in TEXTS}
    lists = {name: [[] for _ in range(size)] for name in LISTS}
    places = {"unique_id": list(range(size)), "signature": [100 + row for row in range(size)]}
    kinds = dict.fromkeys(TEXTS, pl.String) | dict.fromkeys(LISTS, pl.List(pl.String))
    return pl.DataFrame(
        places | columns | lists, schema={"unique_id": pl.Int64, "signature": pl.Int64, **kinds}
    )


def pairs(*rows: tuple[int, int, float]) -> pa.Table:
    one, other, weight = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "one": pa.array(one, pa.int64()),
            "other": pa.array(other, pa.int64()),
            "weight": pa.array(weight, pa.float64()),
            "probability": pa.array([2**w / (1 + 2**w) for w in weight], pa.float64()),
        }
    )


def judgements(**decided: str) -> pa.Table:
    """Judgements on the first mention of each identity, such as `_0_3="same"`."""
    places = [tuple(int(part) + 100 for part in name.split("_")[1:]) for name in decided]
    return pa.table(
        {
            "mention_id": [one for one, _ in places],
            "other_mention_id": [other for _, other in places],
            "decision": list(decided.values()),
        }
    )


def clustered(frame: pl.DataFrame, scored: pa.Table, **decided: str) -> Clusters:
    bearers = pa.table(
        {"mention_id": frame["signature"].to_list(), "signature": frame["signature"].to_list()}
    )
    held = find_constraints(frame, scored, THRESHOLD, judgements(**decided), bearers)
    return cluster_identities(frame, scored, THRESHOLD, held)


def groups(found: Clusters) -> set[frozenset[int]]:
    labels = found.cluster
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


def sets(*members: set[int]) -> set[frozenset[int]]:
    return {frozenset(group) for group in members}


def test_linked_identities_are_one_person() -> None:
    found = clustered(identities(4), pairs((0, 1, 12), (1, 2, 9), (2, 3, 1)))

    assert groups(found) == sets({0, 1, 2}, {3})
    assert found.cut_components == 0
    assert found.contradictions.is_empty()


def test_no_pairs_leave_everyone_alone() -> None:
    assert clustered(identities(2), pairs()).cluster.tolist() == [0, 1]


def test_one_false_link_does_not_join_two_who_agree_within_themselves() -> None:
    one = [(a, b, 12.0) for a in range(4) for b in range(a + 1, 4)]
    other = [(a, b, 12.0) for a in range(4, 8) for b in range(a + 1, 8)]
    between = [(a, b, -8.0) for a in range(4) for b in range(4, 8) if (a, b) != (0, 4)]

    found = clustered(identities(8), pairs(*one, *other, *between, (0, 4, 10.0)))

    assert groups(found) == sets({0, 1, 2, 3}, {4, 5, 6, 7})
    assert np.unique(found.component).size == 1
    assert found.contradictions.select("one", "other").rows() == [(0, 4)]


def test_one_odd_pair_does_not_part_a_person_with_much_agreement() -> None:
    rows = [(a, b, 12.0) for a in range(5) for b in range(a + 1, 5) if (a, b) != (0, 4)]

    assert groups(clustered(identities(5), pairs(*rows, (0, 4, -8.0)))) == sets({0, 1, 2, 3, 4})


def test_what_was_never_compared_speaks_against_where_both_say_enough() -> None:
    whole = {name: {row: f"{name} {row}" for row in range(4)} for name in ("f_name", "s_name", "d_day")}
    chain = pairs((0, 1, 6.0), (1, 2, 4.5), (2, 3, 6.0))

    assert groups(clustered(identities(4), chain)) == sets({0, 1, 2, 3})
    assert groups(clustered(identities(4, **whole), chain)) == sets({0, 1}, {2, 3})


def test_a_weak_pair_alone_does_not_join_two_groups() -> None:
    found = clustered(
        identities(4), pairs((0, 1, 9), (2, 3, 9), (1, 2, 5), (0, 2, -30), (0, 3, 2), (1, 3, 2))
    )

    assert groups(found) == sets({0, 1}, {2, 3})


def test_twins_linked_through_a_record_with_initials_stay_two() -> None:
    found = clustered(identities(3), pairs((0, 2, 8), (1, 2, 9), (0, 1, -9)))

    assert groups(found) == sets({0}, {1, 2})
    assert found.cut_components == 1
    assert found.links.select("one", "other").rows() == [(1, 2)]
    assert found.contradictions.select("one", "other").rows() == [(0, 2)]


def test_twins_whom_the_model_leaves_undecided_are_not_joined_by_a_third_record() -> None:
    twins = {name: {0: "MUSA", 1: "YUSUF"} for name in ("f_first", "f_name", "f_sound")}
    born = {"s_whole": {0: "RAHMAN", 1: "RAHMAN"}, "d_day": {0: "2009-03-14", 1: "2009-03-14"}}

    found = clustered(identities(3, **twins, **born), pairs((0, 2, 9), (1, 2, 9), (0, 1, 1)))

    assert not any({0, 1} <= group for group in groups(found))


def test_a_slip_of_the_keys_does_not_part_a_person_as_twins() -> None:
    names = dict(enumerate(["TOBI", "TOBI", "OLUWATOBI", "OLUWATOBI", "TOOBI"]))
    said = dict.fromkeys(("f_first", "f_name", "f_sound"), names)
    born = {"s_whole": dict.fromkeys(range(5), "AFOLABI"), "d_day": dict.fromkeys(range(5), "2009-03-14")}
    rows = [(a, b, 15.0) for a in range(4) for b in range(a + 1, 4)]

    found = clustered(
        identities(5, **said, **born), pairs(*rows, (0, 4, 18.0), (1, 4, 18.0), (2, 4, -9.0), (3, 4, -9.0))
    )

    assert groups(found) == sets({0, 1, 2, 3, 4})


def test_a_person_never_has_two_nhs_numbers() -> None:
    numbered = identities(4, nhs={0: "9990000018", 3: "9990000026"})

    found = clustered(numbered, pairs((0, 1, 15), (1, 2, 5), (2, 3, 15)))

    assert groups(found) == sets({0, 1}, {2, 3})
    assert found.contradictions.rows() == [(1, 2, "their groups have two NHS numbers")]


def test_a_person_never_has_two_pupil_numbers() -> None:
    numbered = identities(2, upn={0: "A1", 1: "B2"})

    assert groups(clustered(numbered, pairs((0, 1, 20)))) == sets({0}, {1})


def listed(*rows: tuple[str, str] | None) -> pl.DataFrame:
    """Identities as registers list them: the register and its number."""
    known = dict(enumerate(rows))
    return identities(
        len(rows),
        space={row: said[0] for row, said in known.items() if said},
        listed={row: said[1] for row, said in known.items() if said},
    )


def test_two_numbers_of_a_register_that_gives_each_person_one_are_two_people() -> None:
    frame = listed(("care", "1"), None, ("care", "2"))

    found = clustered(frame, pairs((0, 1, 20), (1, 2, 18)))

    assert groups(found) == sets({0, 1}, {2})
    assert found.contradictions.height == 1


def test_two_registers_may_list_one_person_under_a_number_each() -> None:
    assert groups(clustered(listed(("care", "1"), ("youth justice", "2")), pairs((0, 1, 20)))) == sets({0, 1})


def test_a_reviewer_may_say_that_a_register_lists_a_person_twice() -> None:
    frame = listed(("care", "1"), ("care", "2"), ("care", "1"), ("care", "3"))

    found = clustered(frame, pairs((0, 1, 20), (0, 2, 20), (1, 3, 9)), _0_1="same")

    assert groups(found) == sets({0, 1, 2}, {3})
    assert (0, 1, "judged the same, but two numbers of one register") in found.contradictions.rows()


def test_a_number_does_not_join_two_who_are_otherwise_unlike() -> None:
    numbered = identities(2, nhs={0: "9990000018", 1: "9990000018"})

    found = clustered(numbered, pairs((0, 1, -3.0)))

    assert groups(found) == sets({0}, {1})
    assert found.contradictions.rows() == [(0, 1, "one NHS number, otherwise two people")]


def test_those_judged_different_are_two_and_the_rest_go_where_they_belong() -> None:
    found = clustered(identities(3), pairs((0, 1, 12), (1, 2, 6), (0, 2, 6)), _0_1="different")

    assert not any({0, 1} <= group for group in groups(found))
    assert found.contradictions["why"].to_list()[0] == "judged different"


def test_those_judged_the_same_are_one_though_the_model_never_compared_them() -> None:
    found = clustered(identities(4), pairs((0, 1, 12), (2, 3, 12)), _1_2="same")

    assert groups(found) == sets({0, 1, 2, 3})
    assert found.contradictions.is_empty()


def test_those_judged_the_same_are_one_though_all_else_speaks_against_it() -> None:
    rows = [(a, b, 12.0) for a, b in ((0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5))]
    between = [(a, b, -12.0) for a in range(3) for b in range(3, 6)]

    assert groups(clustered(identities(6), pairs(*rows, *between))) == sets({0, 1, 2}, {3, 4, 5})
    judged = clustered(identities(6), pairs(*rows, *between), _0_3="same")
    assert any({0, 3} <= group for group in groups(judged))


def test_a_judgement_never_joins_two_nhs_numbers_but_says_so() -> None:
    numbered = identities(2, nhs={0: "9990000018", 1: "9990000026"})

    found = clustered(numbered, pairs((0, 1, 20)), _0_1="same")

    assert groups(found) == sets({0}, {1})
    assert found.contradictions.rows() == [(0, 1, "judged the same, but two NHS numbers")]


def test_a_judgement_joins_two_pupil_numbers_and_says_so() -> None:
    numbered = identities(4, upn={0: "A1", 1: "B2", 2: "A1", 3: "C3"})

    found = clustered(numbered, pairs((0, 1, -5), (0, 2, 20), (1, 2, 8), (1, 3, 12)), _0_1="same")

    assert groups(found) == sets({0, 1, 2}, {3})
    assert (0, 1, "judged the same, but two unique pupil numbers") in found.contradictions.rows()


def test_judgements_that_contradict_each_other_keep_two_apart() -> None:
    found = clustered(identities(3), pairs((0, 1, 12)), _0_1="same", _1_2="same", _0_2="different")

    assert not any({0, 2} <= group for group in groups(found))
    assert found.contradictions.height == 1
    assert found.contradictions["why"][0].startswith("judged the same, but")


def test_a_judgement_on_a_mention_that_is_no_longer_there_counts_for_nothing() -> None:
    assert groups(clustered(identities(2), pairs((0, 1, 12)), _0_7="different")) == sets({0, 1})


def test_two_groups_are_listed_for_review_once() -> None:
    numbered = identities(4, nhs={0: "9990000018", 3: "9990000026"})
    rows = [(0, 1, 15), (2, 3, 15), (0, 2, 6), (0, 3, 5), (1, 2, 9), (1, 3, 7)]

    found = clustered(numbered, pairs(*((a, b, float(w)) for a, b, w in rows)))

    assert found.contradictions.rows() == [(1, 2, "their groups have two NHS numbers")]
