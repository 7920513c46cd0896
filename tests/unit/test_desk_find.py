"""Finding a person: by any of name, birthday, home and number; exactly or nearly; for case work alone."""

from collections.abc import Iterator
from datetime import date

import pytest
from desk_made import ANALYST
from linked_made import Person, make_linked

from kithmap.desk import audit
from kithmap.desk.find import find
from kithmap.desk.resemblance import Wanted, swapped
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotPermitted, PurposeNotAgreed, WrongUse
from kithmap.linkage.name_sounds import sounds_of

QUILLON = {
    "forename": "Quillon",
    "surname": "Brambleworth",
    "dob": date(2009, 9, 3),
    "nhs_number": "9990001235",
    "postcode": "ZA1 1AA",
}
TAMSIN = {"forename": "Tamsin", "surname": "Okonjo-Vale", "dob": date(2010, 2, 4), "postcode": "ZA1 1AB"}
PEOPLE = (
    Person((1, 1), "PQ", QUILLON),
    Person((1, 2), "PT", TAMSIN),
    Person((1, 3), "PA", {"forename": "Zuzanna", "surname": "Brambleworth", "dob": date(2012, 9, 3)}),
    Person((2, 1), "PQ", {"full_raw": "Brambleworth, Quilon", "source_person_id": "n 77"}),
    Person((2, 2), "PT", {"forename": "Tamsyn", "surname": "Okonjo", "dob": date(2010, 4, 2)}),
    Person((2, 3), "PS", {"forename": "Brambleworth", "surname": "Quillon"}),
    Person((2, 4), "PK", {"forename": "Kuba", "surname": "Fenwright"}),
    Person((2, 5), "PB", {"full_raw": "B Quillan"}),
    Person((3, 1), "PQ", QUILLON | {"postcode": "ZA9 9ZZ"}),
)  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Iterator[Workspace]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("find")
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        with make_linked(folder, PEOPLE, ()) as made:
            yield made


def found(workspace, **wanted):
    """What is found: the reference and what agrees, in order."""
    records = find(workspace, Wanted(**wanted), purpose="case", who=ANALYST).records
    return {record.reference.removesuffix(":1"): record.agrees for record in records}


def test_a_name_finds_it_written_exactly_before_it_written_nearly(workspace):
    assert found(workspace, name="Quillon Brambleworth") == {
        "register.csv:1": ("name",), "panel.csv:3": ("name",), "panel.csv:1": ("name nearly",),
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["okonjo-vale, TAMSIN", "Tamsin Okonjo Vale", "Tamzin Okonjo", "Tamsin Vale"]
)
def test_a_name_may_be_turned_about_in_part_or_sounded(workspace, name):
    assert {"register.csv:2"} <= set(found(workspace, name=name))


@pytest.mark.parametrize("name", ["Jakub Fenwright", "Kuba Fenwryght"])
def test_a_pet_name_finds_the_formal_one_and_the_reverse(workspace, name):
    assert list(found(workspace, name=name)) == ["panel.csv:4"]


def test_a_name_written_wrongly_is_found_with_the_birthday(workspace):
    assert "register.csv:2" not in found(workspace, name="Tasmin Okonjo-Vale")
    assert found(workspace, name="Tasmin Okonjo-Vale", dob=date(2010, 2, 4))["register.csv:2"] == (
        "name nearly", "date of birth",
    )  # fmt: skip


def test_day_and_month_changed_about_and_a_digit_off_are_near(workspace):
    assert found(workspace, name="Tamsin Okonjo", dob=date(2010, 4, 2)) == {
        "panel.csv:2": ("name nearly", "date of birth"),
        "register.csv:2": ("name nearly", "day and month swapped"),
    }
    assert (
        "date of birth but a digit"
        in found(workspace, name="Quillon Brambleworth", dob=date(2009, 9, 4))["register.csv:1"]
    )


def test_a_birthday_alone_finds_those_born_that_day(workspace):
    assert found(workspace, dob=date(2009, 3, 9)) == {"register.csv:1": ("day and month swapped",)}


def test_a_home_finds_who_lives_there(workspace):
    assert found(workspace, postcode="za11ab") == {"register.csv:2": ("home postcode",)}


@pytest.mark.parametrize("number", ["9990001235", "999 000 1235"])
def test_a_number_finds_its_bearer_whatever_name_is_asked(workspace, number):
    assert found(workspace, number=number, name="Isolde Ashdown") == {"register.csv:1": ("number",)}


def test_a_holders_own_number_is_found_as_it_is_written(workspace):
    assert found(workspace, number="N 77") == {"panel.csv:1": ("number",)}


def test_records_that_may_not_be_used_for_case_work_are_not_found(workspace):
    assert not any(
        "notes.csv" in reference
        for reference in found(workspace, name="Quillon Brambleworth", postcode="ZA9 9ZZ")
    )


def test_nobody_is_found_where_nothing_agrees(workspace):
    assert found(workspace, name="Peregrin Ashdown", dob=date(2001, 1, 1)) == {}


def test_what_is_found_says_whose_record_it_is_and_shows_no_number(workspace):
    first = find(workspace, Wanted(name="Quillon Brambleworth"), purpose="case", who=ANALYST).records[0]
    assert (first.person_id, first.date_of_birth, first.postcode) == ("PQ", "03/09/2009", "ZA11AA")
    assert "999000" not in str(first.to_dict())
    assert "UILLON" not in repr(first).upper() + repr(Wanted(name="Quillon")).upper()


def test_of_very_many_the_likest_are_shown_and_the_rest_counted(workspace, monkeypatch):
    from kithmap.desk import find as module

    monkeypatch.setattr(module, "MOST_FOUND", 2)
    found = find(workspace, Wanted("Quillon Brambleworth"), purpose="case", who=ANALYST)
    assert (len(found.records), found.more) == (2, 1)
    assert found.to_dict()["more"] == 1


def test_nothing_asked_is_refused(workspace):
    with pytest.raises(WrongUse, match="Nothing says whom"):
        find(workspace, Wanted(), purpose="case", who=ANALYST)


@pytest.mark.parametrize(
    ("who", "purpose", "error"),
    [
        (ANALYST, "quality", PurposeNotAgreed),
        (ANALYST, "profiling", PurposeNotAgreed),
        ("mo", "quality", NotPermitted),
    ],
)
def test_only_case_work_finds_people(workspace, who, purpose, error):
    with pytest.raises(error):
        find(workspace, Wanted(name="Quillon Brambleworth"), purpose=purpose, who=who)


def test_the_audit_holds_a_hash_of_what_was_asked_and_never_the_name(workspace):
    for _ in range(2):
        found(workspace, name="Quillon Brambleworth", dob=date(2009, 9, 3))
    found(workspace, name="Tamsin Okonjo")
    first, second, third = audit.show(workspace, last=3, who=ANALYST)
    assert first.details["by"] == ["name", "dob"]
    assert first.details["asked"] == second.details["asked"] != third.details["asked"]
    assert not any("uillon" in str(line) or "2009" in str(line.details) for line in (first, second, third))


def test_a_name_of_one_word_has_no_key():
    assert sounds_of("Quillon") == sounds_of("") == []


@pytest.mark.parametrize(
    ("day", "turned"),
    [(date(2010, 2, 4), date(2010, 4, 2)), (date(2010, 2, 14), None), (date(2010, 4, 4), None), (None, None)],
)
def test_a_day_is_turned_about_where_that_is_another_day(day, turned):
    assert swapped(day) == turned
