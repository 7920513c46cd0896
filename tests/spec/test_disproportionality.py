"""What disproportionality means: a group's rate beside that of all others, and what the unknown may change."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from small_tables import as_cells, ask, say, withheld

from kithmap.measures.disproportionality import disproportionality, excludes_one
from kithmap.model.denominators import RESIDENT
from kithmap.model.tables import CONCERN, EVENT, MEMBERSHIP, PARTY, PERSON


def people(**groups: int) -> str:
    """So many young people of each group, each with the group's first letter and a number."""
    rows = [
        f"{group[0]}{number} | {'' if group == 'missing' else group}"
        for group, size in groups.items()
        for number in range(size)
    ]
    return "\n".join(["young_person | ethnicity_group5", *rows])


def listed(*names: str, on: str = "gangs", harm: str = "SYV") -> str:
    return "\n".join(["young_person | silo | harm", *(f"{name} | {on} | {harm}" for name in names)])


def on_roll(text: str) -> str:
    names = [line.split("|")[0].strip() for line in text.splitlines()[1:]]
    rows = [f"{name} | S1 | school | roll" for name in names]
    return "\n".join(["young_person | context_id | context_type | basis", *rows])


TWENTY = people(black=5, white=10, missing=5)
RESIDENTS = """
    la_code | ethnicity_group5 | residents
    901     | black            | 500
    901     | white            | 1000
    902     | white            | 9000
"""


def test_a_rate_is_beside_that_of_all_other_known_groups(spec: Callable[..., pa.Table]) -> None:
    spec(
        {PERSON: TWENTY, CONCERN: listed("b0", "b1", "b2", "w0", "w1", "m0"), MEMBERSHIP: on_roll(TWENTY), RESIDENT: RESIDENTS},
        disproportionality,
        """
        group     | young_people | on_roll | residents | in_incidents | on_roll_ratio | on_roll_lowest | on_roll_highest | residents_ratio
        ----------+--------------+---------+-----------+--------------+---------------+----------------+-----------------+----------------
        black     | 3            | 5       | 500       | 0            | 3.0           | 1.0            | 6.0             | 3.0
        white     | 2            | 10      | 1000      | 0            | 0.3           | 0.2            | 1.0             | 0.3
        not known | 1            | 5       | 0         | 0            |               |                |                 |
        All       | 6            | 20      | 1500      | 0            |               |                |                 |
        """,
        lists="gangs",
        authority="901",
    )  # fmt: skip


def test_where_no_residents_are_loaded_nobody_knows_how_many(spec: Callable[..., pa.Table]) -> None:
    spec(
        {PERSON: people(black=2, white=2), CONCERN: listed("b0")},
        disproportionality,
        """
        group | young_people | residents | residents_ratio | residents_low
        ------+--------------+-----------+-----------------+--------------
        black | 1            |           |                 |
        All   | 1            |           |                 |
        """,
    )


def test_of_recorded_incidents_those_named_in_them_count_once(spec: Callable[..., pa.Table]) -> None:
    spec(
        {
            PERSON: people(black=4, white=4),
            CONCERN: listed("b0", "b1", "w0"),
            EVENT: "event_id | harm\nE1 | SYV & CSE\nE2 | SYV\nE3 | ASB",
            PARTY: "event_id | young_person\nE1 | b0\nE2 | b0\nE1 | w0\nE2 | w1\nE2 | w2\nE3 | b1",
        },
        disproportionality,
        """
        group | young_people | in_incidents | in_incidents_ratio
        ------+--------------+--------------+-------------------
        black | 2            | 1            | 6.0
        white | 1            | 3            | 0.2
        All   | 3            | 4            |
        """,
    )


def test_a_list_a_harm_and_a_flag_are_asked_for_apart(spec: Callable[..., pa.Table]) -> None:
    concerns = """
        young_person | silo  | harm | basis
        b0           | gangs | GANG | list
        b1           | CSE   | CSE  | list
        w0           |       | CSE  | flag
        w1           |       | SYV  | event
    """
    inputs = {PERSON: people(black=2, white=2), CONCERN: concerns}
    for options, count in (
        ({"lists": "gangs"}, 1), ({"harm": "CSE"}, 2), ({"basis": "flag"}, 1), ({"lists": "CSE, gangs"}, 2), ({}, 3),
    ):  # fmt: skip
        answer = ask_all(spec, inputs, **options)
        assert answer[-1]["young_people"] == count


def ask_all(spec: Callable[..., pa.Table], inputs: dict, **options: str) -> list[dict]:
    from kithmap.engines import duckdb

    with duckdb.memory() as engine:
        return ask(
            engine, inputs, disproportionality, {"lists": "", "harm": "", "basis": "any", **options}
        ).to_pylist()


def test_an_interval_that_leaves_out_one_is_said_with_its_group(duckdb_engine) -> None:
    everybody = people(black=40, white=160)
    answer = ask(
        duckdb_engine,
        {PERSON: everybody, CONCERN: listed(*(f"b{n}" for n in range(20)), *(f"w{n}" for n in range(10))), MEMBERSHIP: on_roll(everybody)},
        disproportionality,
        {"lists": "gangs"},
    )  # fmt: skip
    said = say(disproportionality, answer, lists="gangs")
    assert said.startswith(
        "30 young people are recorded on gangs, 0 without an ethnic group: against the school roll, black 8.0 times"
    )
    assert "against residents of 10 to 17, no ratio can be given" in said
    rows = as_cells(answer)
    assert [row["group"] for row in rows if excludes_one(row, "on_roll")] == ["black", "white"]
    withheld(rows, "on_roll_ratio", "on_roll_low", "on_roll_high", where=lambda row: row["group"] != "All")
    told = disproportionality.sentence(rows, {"lists": "gangs", "harm": "", "basis": "any", "role": ""})
    assert "against the school roll, the ratios are withheld" in told


def test_people_of_eighteen_and_over_are_never_counted(duckdb_engine) -> None:
    grown = "young_person | ethnicity_group5 | is_young\nA | black | no\nB | white | yes"
    answer = ask(duckdb_engine, {PERSON: grown, CONCERN: listed("A", "B")}, disproportionality, {})
    assert answer.to_pylist()[-1]["young_people"] == 1


@pytest.mark.parametrize("unknown", [1, 4])
def test_where_those_of_unknown_group_are_withheld_no_ratio_is_shown(duckdb_engine, unknown: int) -> None:
    from kithmap.governance.disclosure import protect
    from kithmap.governance.levels import LEVELS, Level

    everybody = people(black=40, white=160, missing=20)
    names = [*(f"b{n}" for n in range(20)), *(f"w{n}" for n in range(30)), *(f"m{n}" for n in range(unknown))]
    answer = ask(
        duckdb_engine,
        {PERSON: everybody, CONCERN: listed(*names), MEMBERSHIP: on_roll(everybody)},
        disproportionality,
        {},
    )
    inside = protect(answer.to_pylist(), disproportionality.rule, LEVELS[Level.R0])
    assert str(inside[0]["on_roll_ratio"]) != "[c]"
    shown = protect(answer.to_pylist(), disproportionality.rule, LEVELS[Level.R1])
    assert {str(row["on_roll_ratio"]) for row in shown if row["group"] in ("black", "white")} == {"[c]"}
