"""What leaves of a text: ordinary words that name nobody, and labels that say what stood there."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kithmap.governance.gazetteer import ADDRESS, PLACE, SCHOOL, Gazetteer, NearPerson, is_slip, phrases_of
from kithmap.governance.redaction import Cast, find_listed, fingerprint, is_redacted, redact
from kithmap.governance.redaction_patterns import find_identifiers
from kithmap.governance.redaction_words import is_ordinary, words

AMINA = NearPerson("p1", "young person", frozenset({"amina", "mina"}), frozenset({"yusuf"}))
GRACE = NearPerson("p2", "adult", frozenset({"grace"}), frozenset({"green"}))
REGISTRY = Gazetteer(
    names=frozenset(
        [
            "amina",
            "mina",
            "yusuf",
            "grace",
            "green",
            "kai",
            "smith",
            "young",
            "tariq",
            "okonjo",
            "vale",
            "rose",
        ]
    ),
    phrases={
        **phrases_of(["Larkspur Park Academy"], SCHOOL),
        **phrases_of(["Copperfield Park", "Golden Star"], PLACE),
        **phrases_of(["14 Teasel Road"], ADDRESS),
    },
    near=(AMINA, GRACE),
)


def out(text: str, registry: Gazetteer = REGISTRY) -> str:
    return redact(text, registry).text


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("Amina Yusuf ran.", "[young person A] ran."),
        ("YUSUF, Amina ran.", "[young person A] ran."),
        ("Mina ran.", "[young person A] ran."),
        ("amnia ran.", "[young person A] ran."),
        ("Grace Green's phone.", "[adult A] phone."),
        ("Kai ran.", "[person A] ran."),
        ("Kai Smith ran, Smith fell.", "[person A] ran, [person A] fell."),
        ("Then Zayd came.", "Then [name 1] came."),
        ("then zayd came.", "then [name 1] came."),
        ("Okonjo-Vale ran.", "[person A] ran."),
        ("He met Amina and Grace.", "He met [young person A] and [adult B]."),
    ],
)
def test_a_name_is_replaced_by_who_it_is(text: str, leaves: str) -> None:
    assert out(text) == leaves


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("Near Larkspur Park Academy.", "Near [school 1]."),
        ("near larkspur pk acad.", "near [school 1]."),
        ("In Copperfeild Park.", "In [place 1]."),
        ("in copperfield pk, then Golden Star.", "in [place 1], then [place 2]."),
        ("Lives at 22 teasel rd.", "Lives at [address 1]."),
        ("Lives at 9 Mare Street.", "Lives at [address 1]."),
        ("Seen in Hackney.", "Seen in [name 1]."),
    ],
)
def test_a_school_a_place_or_an_address_is_replaced_whole(text: str, leaves: str) -> None:
    assert out(text) == leaves


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("07700 900123", "phone"), ("+44 7700 900 123", "phone"), ("020 7946 0018", "phone"), ("999 000 0018", "NHS number"),
        ("9276308686", "learner number"), ("H801200001001", "pupil number"), ("79/163001B", "police number"), ("JQ3 4AB", "postcode"),
        ("jq34ab", "postcode"), ("kai@example.org", "email"), ("@kai.boy", "account"), ("kai_boy", "account"), ("kai09", "account"), ("kai.18", "account"),
        ("LB07 KXR", "vehicle"), ("P123 ABC", "vehicle"), ("03/09/2009", "date"), ("2009-09-03", "date"), ("3rd of March 2026", "date"),
        ("www.example.org/kai", "web address"), ("1400123/26", "crime reference"), ("AB123456C", "insurance number"),
    ],
)  # fmt: skip
def test_an_identifier_is_known_by_its_shape_and_goes(text: str, kind: str) -> None:
    assert [each.kind for each in find_identifiers(f"It was {text} then.")] == [kind]
    assert text not in out(f"It was {text} then.")


def test_a_number_without_its_check_digit_goes_as_a_number() -> None:
    assert [each.kind for each in find_identifiers("999 000 0019")] == ["number"]
    assert [each.kind for each in find_identifiers("A801200001001")] == ["number"]


def test_a_number_of_the_registry_goes_whatever_its_shape() -> None:
    assert out("File 77 was read.", Gazetteer(numbers=frozenset({"77"}))) == "File [number] was read."


@pytest.mark.parametrize("text", ["2 boys of 14 in Year 9", "U16 team, 3rd time", "rang 999", "aged 15, 5ft"])
def test_an_age_a_count_and_a_year_at_school_stay(text: str) -> None:
    assert out(text) == text


@pytest.mark.parametrize(
    ("time", "says"), [("03:10", "night"), ("8.45am", "morning"), ("1310hrs", "early afternoon"), ("15:40", "after school"), ("9pm", "evening")]
)  # fmt: skip
def test_of_a_time_the_part_of_the_day_stays(time: str, says: str) -> None:
    assert out(f"at {time} he left") == f"at [time: {says}] he left"


def test_ordinary_words_that_are_names_elsewhere_stay_without_a_capital() -> None:
    text = "The young girl rose and wore a green coat."
    assert out(text) == text


def test_a_name_that_is_an_ordinary_word_goes_with_a_capital_even_where_a_sentence_begins() -> None:
    assert out("Rose left. Will Young left.") == "[person A] left. [person B] left."


def test_a_surname_that_is_an_ordinary_word_goes_after_a_forename_without_a_capital() -> None:
    assert out("then kai young left") == "then [person A] left"


def test_where_all_is_in_capitals_ordinary_words_stay() -> None:
    assert out("SUSPECT PUNCHED VICTIM, TARIQ RAN") == "SUSPECT PUNCHED VICTIM, [person A] RAN"


def test_one_document_says_the_same_of_the_same_throughout() -> None:
    cast = Cast()
    first, second = (
        redact("Kai met Amina.", REGISTRY, cast),
        redact("Amina saw Tariq and Kai.", REGISTRY, cast),
    )
    assert (first.text, second.text) == (
        "[person A] met [young person B].",
        "[young person B] saw [person C] and [person A].",
    )


def test_a_note_is_searched_for_what_is_listed_only() -> None:
    assert not find_listed("The Hackney panel met after the summer; both lists were read.", REGISTRY)
    assert find_listed("Amina is on both lists.", REGISTRY)
    assert find_listed("Ring 07700 900123.", REGISTRY)


def test_nothing_that_shows_itself_holds_a_name() -> None:
    found = redact("Amina Yusuf ran.", REGISTRY)
    assert "mina" not in f"{found!r}{found.marks!r}{REGISTRY!r}{AMINA!r}".lower().replace("nominal", "")


def test_a_fingerprint_is_of_the_words_and_not_of_line_ends() -> None:
    assert fingerprint("One.\r\nTwo. \n") == fingerprint("One.\nTwo.")
    assert fingerprint("One.") != fingerprint("One!")


def test_a_slip_is_a_letter_in_a_short_word_and_two_in_a_long_one() -> None:
    assert is_slip("amnia", "amina")
    assert not is_slip("kia", "kai")
    assert is_slip("mohamud", "mohammed", 4, 7)


ORDINARY = sorted(word for word in words().ordinary if word.isalpha() and word.isascii())
SAFE = [word for word in ORDINARY if word not in words().names and word not in REGISTRY.names][::37]
NAMED = [
    "Amina",
    "amina",
    "AMINA",
    "Yusuf",
    "Okonjo-Vale",
    "Tariq",
    "tariq",
    "Zayd",
    "zayd",
    "Kai's",
    "Amnia",
]
TELLING = [
    "07700 900123",
    "JQ3 4AB",
    "@kaiboy",
    "kai_boy",
    "999 000 0018",
    "Copperfield Park",
    "larkspur park acad",
]


@given(st.lists(st.sampled_from([*SAFE, *NAMED, *TELLING, ".", ",", "-"]), max_size=25))
def test_whatever_stands_beside_them_names_and_identifiers_go_and_ordinary_words_stay(
    parts: list[str],
) -> None:
    text = " ".join(parts)
    left = re.sub(r"\[[^\]]*\]", " ", out(text)).casefold()
    for telling in NAMED + TELLING:
        assert telling.casefold() not in left
    assert sorted(word for word in parts if word in SAFE) == sorted(re.findall(r"[a-z]+", left))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=120))
def test_redacting_what_is_redacted_changes_nothing(text: str) -> None:
    assert is_redacted(out(text), REGISTRY)


def test_a_word_is_ordinary_in_any_case_and_when_doubled() -> None:
    assert is_ordinary("Ex-boyfriend")
    assert is_ordinary("didn\u2019t")
    assert not is_ordinary("kayleigh")
