"""How names are made comparable."""

import pytest

from kithmap.linkage import names
from kithmap.linkage.clean import school_key


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Zoë", ["ZOE"]),
        ("O\u2019Brien", ["OBRIEN"]),
        ("O'BRIEN", ["OBRIEN"]),
        ("Smith-Jones", ["SMITH", "JONES"]),
        ("  Mr  Łukasz ", ["LUKASZ"]),
        ("Nguyễn", ["NGUYEN"]),
        ("unk", []),
        ("Not known", []),
        ("n/a", []),
        ("Na", ["NA"]),
        ("", []),
        (None, []),
    ],
)
def test_a_name_becomes_plain_words(written: str | None, words: list[str]) -> None:
    assert names.words_of(written) == words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MUHAMMAD", "MOHAMED"),
        ("CHOWDHURY", "CHOUDHURY"),
        ("KOWALSKA", "KOWALSKI"),
        ("YUSUF", "YOUSSEF"),
        ("ZEYNEP", "ZAINAB"),
    ],
)
def test_spellings_of_one_name_become_one(one: str, other: str) -> None:
    assert names.spelling_of(one) == names.spelling_of(other)


@pytest.mark.parametrize(("one", "other"), [("AVA", "EVA"), ("SEAN", "IAN"), ("JOHNSON", "JOHNSTON")])
def test_names_that_brothers_and_sisters_may_bear_stay_two(one: str, other: str) -> None:
    assert names.spelling_of(one) != names.spelling_of(other)


@pytest.mark.parametrize(
    ("pet", "formal"),
    [
        ("KUBA", "JAKUB"),
        ("TUNDE", "BABATUNDE"),
        ("KATE", "KATHERINE"),
        ("ALEX", "ALEXANDRA"),
        ("PADDY", "PATRICK"),
        ("CATHERINE", "KATARZYNA"),
    ],
)
def test_a_pet_name_may_stand_for_the_whole_name(pet: str, formal: str) -> None:
    assert set(names.formals_of(pet)) & set(names.formals_of(formal))


def test_two_whole_names_with_one_pet_name_are_not_joined_by_it() -> None:
    assert not set(names.formals_of("ALEXANDER")) & set(names.formals_of("ALEXANDRA"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("HUSSAIN", "HUSEYN"), ("STEPHEN", "STEFAN"), ("CATHERINE", "KATRYN"), ("SZYMANSKI", "SHIMANSKI")],
)
def test_words_of_like_sound_share_a_key(one: str, other: str) -> None:
    assert names.sound_of(one) == names.sound_of(other)


def test_small_words_of_a_surname_are_left_out_unless_they_are_all_of_it() -> None:
    assert names.without_particles(["AL", "HASSAN"]) == ["HASSAN"]
    assert names.without_particles(["LE"]) == ["LE"]


def test_a_school_is_known_by_its_telling_words() -> None:
    assert school_key("St. Brennoc's R.C. High School") == school_key("ST BRENNOCS") == "ST BRENNOCS"
    assert school_key("The Academy") is None
