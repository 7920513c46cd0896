"""Linking from mentions to people, on small tables."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from kithmap.engines.engine import Engine
from kithmap.errors import NothingToLink
from kithmap.linkage.link import LinkReport, Told, link
from kithmap.linkage.signatures import read_signatures
from kithmap.model.keys import row_id
from kithmap.model.records import RECORD_TABLES

SECRET = bytes(32)
HOLDERS = {1: "social care", 2: "police", 3: "education", 4: "panel"}
OFTEN = 400


def born(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def receive(engine: Engine, mentions: dict[str, dict[str, Any]], order: dict[int, int] | None = None) -> None:
    """Hold the record tables, with each mention as `receipt.row`, and many others round them."""
    order = order or {receipt: receipt for receipt in HOLDERS}
    given = {**mentions, **crowd()}
    rows = []
    for place, said in given.items():
        receipt, row = (int(part) for part in place.split("."))
        key = row_id(order[receipt], row)
        status = {
            f"{number}_status": "valid"
            for number in ("upn", "nhs")
            if set(said) & {number, f"{number}_number"}
        }
        rows.append({"mention_id": key + 1, "row_id": key, "la_code": "901", **status, **said})
    for table in RECORD_TABLES:
        engine.records(table.name, [])
    empty = engine.fetch(engine.table("record_mention"))
    engine.hold("record_mention", pa.Table.from_pylist(rows, schema=empty.schema))
    engine.hold("receipt", receipts(order))
    engine.hold("extract", extracts(order))


def receipts(order: dict[int, int]) -> pa.Table:
    return pa.table(
        {
            "receipt_no": pa.array(order.values(), pa.int64()),
            "sha256": pa.array([f"sha of {n}" for n in order], pa.string()),
        }
    )


def extracts(order: dict[int, int]) -> pa.Table:
    return pa.table(
        {
            "receipt_no": pa.array(order.values(), pa.int64()),
            "holder": [HOLDERS[receipt] for receipt in order],
            "la_code": ["901"] * len(order),
            "last_on": [born("2026-07-01")] * len(order),
        }
    )


def crowd() -> dict[str, dict[str, Any]]:
    """Many young people who have nothing to do with it: a name is only telling among others."""
    letters = "BCDFGHKLMNPRST"
    return {
        f"3.{number + 1000}": {
            "forename": letters[number % 14] + "o" + letters[number // 14 % 14] + "u",
            "surname": letters[number % 13] + "e" + letters[number // 13 % 14] + "ax",
            "dob": dt.date(2008, 1, 1) + dt.timedelta(days=number * 37 % 3000),
            "postcode": f"ZB{number % 9 + 1} {number % 9}{letters[number % 14]}{letters[number % 11]}",
            "sex": "FM"[number % 2],
        }
        for number in range(OFTEN)
    }


def people(engine: Engine, order: dict[int, int] | None = None) -> dict[str, str]:
    """The person_id of every mention that is not of the crowd."""
    back = {number: receipt for receipt, number in (order or {n: n for n in HOLDERS}).items()}
    found = engine.fetch(engine.table("identity")).to_pylist()
    places = {row["mention_id"]: row["person_id"] for row in found}
    return {
        f"{back[key >> 36]}.{(key >> 6) % 2**30}": person
        for key, person in sorted(places.items())
        if (key >> 6) % 2**30 < 1000
    }


def linked(engine: Engine, mentions: dict[str, dict[str, Any]]) -> list[set[str]]:
    """Which of the mentions are one person."""
    receive(engine, mentions)
    link(engine, secret=SECRET)
    groups: dict[str, set[str]] = {}
    for place, person in people(engine).items():
        groups.setdefault(person, set()).add(place)
    return sorted(groups.values(), key=min)


MOHAMMED = {
    "forename": "Mohammed",
    "surname": "Rahman",
    "dob": born("2009-03-14"),
    "postcode": "ZB1 4QQ",
    "sex": "M",
}
TWIN = MOHAMMED | {"forename": "Ibrahim"}
SISTER = MOHAMMED | {"forename": "Sumaya", "dob": born("2011-06-20"), "sex": "F"}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"forename": "Muhammad"}, id="another spelling"),
        pytest.param({"forename": "Rahman", "surname": "Mohamed"}, id="names swapped"),
        pytest.param({"forename": "Mo"}, id="a pet name"),
        pytest.param(
            {"surname": "Rehman", "dob": born("2009-03-15")}, id="spelling, and a digit of the birthday"
        ),
        pytest.param({"surname": "Rahman-Miah"}, id="one part of two"),
        pytest.param({"dob": born("2009-03-14"), "postcode": "ZB9 9ZZ"}, id="moved house"),
        pytest.param({"forename": "Mohamemd", "postcode": None}, id="letters changed about"),
        pytest.param({"dob": None, "age": 17, "dob_precision": "age"}, id="age only"),
    ],
)
def test_one_young_person_written_in_two_ways_is_linked(duckdb_engine: Engine, other: dict[str, Any]) -> None:
    assert linked(duckdb_engine, {"1.1": MOHAMMED, "2.1": MOHAMMED | other}) == [{"1.1", "2.1"}]


def test_a_day_and_month_swapped_are_one_birthday(duckdb_engine: Engine) -> None:
    one = MOHAMMED | {"dob": born("2009-03-04"), "postcode": None}

    assert len(linked(duckdb_engine, {"1.1": one, "2.1": one | {"dob": born("2009-04-03")}})) == 1


def test_twins_and_sisters_stay_apart(duckdb_engine: Engine) -> None:
    found = linked(
        duckdb_engine, {"1.1": MOHAMMED, "1.2": TWIN, "1.3": SISTER, "2.1": TWIN | {"postcode": None}}
    )

    assert found == [{"1.1"}, {"1.2", "2.1"}, {"1.3"}]


def test_initials_of_either_twin_do_not_make_the_twins_one(duckdb_engine: Engine) -> None:
    twins = {"1.1": MOHAMMED, "1.2": MOHAMMED | {"forename": "Musa"}}
    initials = {"initials": "MR", "dob": MOHAMMED["dob"]}

    found = linked(duckdb_engine, {**twins, "4.1": initials})

    assert {"1.1", "1.2"} not in [group & {"1.1", "1.2"} for group in found]


def test_a_number_alone_links_within_one_holder(duckdb_engine: Engine) -> None:
    found = linked(
        duckdb_engine, {"1.1": MOHAMMED | {"source_person_id": "C77"}, "1.2": {"source_person_id": "C77"}}
    )

    assert found == [{"1.1", "1.2"}]


def test_the_same_number_of_two_holders_means_nothing(duckdb_engine: Engine) -> None:
    found = linked(
        duckdb_engine, {"1.1": MOHAMMED | {"source_person_id": "77"}, "2.1": {"source_person_id": "77"}}
    )

    assert found == [{"1.1"}, {"2.1"}]


def test_a_panel_that_uses_another_holders_numbers_is_found_out(duckdb_engine: Engine) -> None:
    register = {
        f"1.{n}": {
            "source_person_id": f"C{n}",
            "surname": "Pell",
            "forename": "Ann",
            "dob": dt.date(2009, n, 9),
        }
        for n in range(1, 8)
    }
    panel = {
        f"4.{n}": {"source_person_id": f"C{n}", "initials": "AP", "dob": dt.date(2009, n, 9)}
        for n in range(1, 7)
    }
    undated = {"4.7": {"source_person_id": "C7"}}

    assert {"1.7", "4.7"} in linked(duckdb_engine, {**register, **panel, **undated})


def test_a_shared_nhs_number_does_not_merge_two_unlike_people(duckdb_engine: Engine) -> None:
    number = {"nhs_number": "9990000018"}

    found = linked(
        duckdb_engine,
        {"1.1": MOHAMMED | number, "2.1": SISTER | number | {"surname": "Okafor", "postcode": "ZB2 2ZZ"}},
    )

    assert found == [{"1.1"}, {"2.1"}]


def test_an_nhs_number_links_a_young_person_who_changed_surname_and_home(duckdb_engine: Engine) -> None:
    number = {"nhs_number": "9990000018"}
    later = {"forename": "Mohammed", "surname": "Okafor", "dob": MOHAMMED["dob"], "postcode": "ZB9 9ZZ"}

    assert len(linked(duckdb_engine, {"1.1": MOHAMMED | number, "2.1": later | number})) == 1


def test_mentions_alike_in_all_they_say_are_identical(duckdb_engine: Engine) -> None:
    receive(duckdb_engine, {"3.1": MOHAMMED, "3.2": MOHAMMED, "3.3": MOHAMMED})
    report = link(duckdb_engine, secret=SECRET)

    rows = duckdb_engine.fetch(duckdb_engine.table("identity")).to_pylist()
    assert {row["decided_by"] for row in rows if row["match_probability"] == 1.0} == {"identical", "alone"}
    assert (report.mentions, report.identities, report.people) == (OFTEN + 3, OFTEN + 1, OFTEN + 1)


def judged_different(one: int, other: int) -> pa.Table:
    """A judgement on two rows of the third extract."""
    return pa.table(
        {
            "mention_id": [row_id(3, one) + 1],
            "other_mention_id": [row_id(3, other) + 1],
            "decision": ["different"],
        }
    )


def test_those_judged_different_bear_signatures_of_their_own(engine: Engine) -> None:
    receive(engine, {"3.1": MOHAMMED, "3.2": MOHAMMED, "3.3": MOHAMMED, "3.4": MOHAMMED})

    read = read_signatures(engine, judgements=judged_different(1, 3))

    borne = {row["mention_id"]: row["signature"] for row in read.bearers.to_pylist()}
    rows = {mention: (mention - 1 - row_id(3, 0)) >> 6 for mention in borne if mention >> 36 == 3}
    alike = {row: rows[borne[mention]] for mention, row in rows.items() if row < 1000}
    assert alike == {1: 1, 2: 2, 3: 3, 4: 2}
    assert set(read.signatures["signature"].to_pylist()) == set(borne.values())


def test_two_alike_in_all_they_say_are_two_where_a_reviewer_says_so(duckdb_engine: Engine) -> None:
    receive(duckdb_engine, {"3.1": MOHAMMED, "3.2": MOHAMMED})

    link(duckdb_engine, secret=SECRET, told=Told(judgements=judged_different(1, 2)))

    found = people(duckdb_engine)
    assert found["3.1"] != found["3.2"]


def test_a_judgement_on_two_who_are_not_alike_parts_no_signature(duckdb_engine: Engine) -> None:
    receive(duckdb_engine, {"3.1": MOHAMMED, "3.2": MOHAMMED, "3.3": SISTER})

    read = read_signatures(duckdb_engine, judgements=judged_different(1, 3))

    assert read.signatures.num_rows == OFTEN + 2


def test_a_register_that_numbers_each_child_once_keeps_two_children_apart(duckdb_engine: Engine) -> None:
    one = MOHAMMED | {"source_person_id": "C1", "one_row_each": True}

    assert len(linked(duckdb_engine, {"1.1": one, "1.2": one | {"source_person_id": "C2"}})) == 2


def test_pseudonyms_do_not_depend_on_the_order_of_receiving(
    duckdb_engine: Engine, another_duckdb_engine: Engine
) -> None:
    mentions = {"1.1": MOHAMMED, "2.1": MOHAMMED | {"forename": "Mohamed"}, "3.1": SISTER}
    later = {1: 4, 2: 3, 3: 2, 4: 1}
    receive(duckdb_engine, mentions)
    receive(another_duckdb_engine, mentions, later)
    link(duckdb_engine, secret=SECRET)
    link(another_duckdb_engine, secret=SECRET)

    assert people(duckdb_engine) == people(another_duckdb_engine, later)


def test_pseudonyms_need_the_key(duckdb_engine: Engine) -> None:
    receive(duckdb_engine, {"1.1": MOHAMMED})
    link(duckdb_engine, secret=SECRET)
    first = people(duckdb_engine)
    link(duckdb_engine, secret=bytes(31) + b"k")

    assert first != people(duckdb_engine)
    assert first["1.1"].startswith("P")
    assert len(first["1.1"]) == 17


def test_the_report_counts_and_names_nobody(duckdb_engine: Engine) -> None:
    receive(duckdb_engine, {"1.1": MOHAMMED, "2.1": MOHAMMED | {"forename": "Mohamed"}})
    steps: list[str] = []
    report = link(duckdb_engine, secret=SECRET, progress=lambda step, _done, _total: steps.append(step))

    assert isinstance(report, LinkReport)
    assert report.links == 1
    assert report.people == OFTEN + 1
    assert set(report.seconds) == set(steps)
    assert "RAHMAN" not in repr(report).upper()


def test_with_no_mention_there_is_nothing_to_link(duckdb_engine: Engine) -> None:
    for table in RECORD_TABLES:
        duckdb_engine.records(table.name, [])
    duckdb_engine.hold("receipt", receipts({}))
    duckdb_engine.hold("extract", extracts({1: 1}))

    with pytest.raises(NothingToLink):
        link(duckdb_engine, secret=SECRET)


@pytest.mark.spark
@pytest.mark.usefixtures("spark_is_there")
def test_spark_weighs_the_same_pairs_alike(duckdb_engine: Engine) -> None:
    from kithmap.engines import spark

    mentions = {
        "1.1": MOHAMMED | {"nhs_number": "9990000018"},
        "1.2": TWIN,
        "1.3": SISTER,
        "2.1": MOHAMMED | {"forename": "Mo", "surname": "Rehman"},
        "2.2": {"initials": "MR", "dob": MOHAMMED["dob"]},
        "2.3": {
            "forename": "Rahman",
            "surname": "Muhammad",
            "age": 17,
            "dob_precision": "age",
            "nhs_number": "9990000018",
        },
    }
    with spark.memory() as spark_engine:
        weighed = []
        for engine in (duckdb_engine, spark_engine):
            receive(engine, mentions)
            link(engine, secret=SECRET)
            rows = engine.fetch(engine.table("link").order_by("mention_id", "other_mention_id")).to_pylist()
            weighed.append(
                {(row["mention_id"], row["other_mention_id"]): row["match_weight"] for row in rows}
            )
        assert people(duckdb_engine) == people(spark_engine)

    assert len(weighed[0]) > 3
    assert weighed[1] == pytest.approx(weighed[0], abs=1e-6)
