"""The review queue and the explanation of a link: what is shown, in which order, and to whom it is not."""

from collections.abc import Iterator
from datetime import date

import pytest
from desk_made import ANALYST
from linked_made import Link, Person, add_build, make_linked

from kithmap.desk import audit
from kithmap.desk.chains import strongest_chain
from kithmap.desk.decisions import wants_second
from kithmap.desk.explain import explain, meaning_of
from kithmap.desk.judgements import judge, undo
from kithmap.desk.likeness import agreements, birthdays, letters_apart, texts
from kithmap.desk.mentions import MASK, Mention
from kithmap.desk.review import first_cases, next_case, show_case
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotPermitted, PurposeNotAgreed
from kithmap.governance.judging import DIFFERENT, NOT_SURE, SAME, Verdict
from kithmap.linkage.model import shipped_model

QUILLON = {
    "forename": "Quillon",
    "surname": "Brambleworth",
    "dob": date(2009, 9, 3),
    "nhs_number": "9990001235",
}
TAMSIN = {"forename": "Tamsin", "surname": "Okonjo-Vale", "dob": date(2010, 2, 4), "school": "Oakmoor School"}
TAMSYN = {"forename": "Tamsyn", "surname": "Okonjo", "dob": date(2010, 4, 2)}
CORWIN = {"forename": "Corwin", "surname": "Hale", "dob": date(2009, 1, 30)}
# Register rows 1 to 4, panel rows 1 to 4; row 5 of each repeats row 1 in everything.
PEOPLE = (
    Person((1, 1), "PQ", QUILLON),
    Person((1, 2), "PT1", TAMSIN),
    Person((1, 3), "PC", CORWIN),
    Person((1, 4), "PX1", {"forename": "Isolde", "surname": "Fenwright"}),
    Person((1, 5), "PQ", QUILLON, like=(1, 1)),
    Person((2, 1), "PQ", {"full_raw": "Quillon Brambleworth", "dob": date(2009, 9, 3)}),
    Person((2, 2), "PT2", TAMSYN),
    Person((2, 3), "PC", {"full_raw": "C Hale"}),
    Person((2, 4), "PX2", {"forename": "Isolda", "surname": "Fenwright", "nhs_number": "9990001243"}),
    Person((3, 1), "PT2", TAMSYN),
)
SURE = Link((1, 1), (2, 1), 0.9999, {"forename": (0, 9.0), "surname": (0, 9.0), "birth": (0, 12.0)})
NEAR = Link((1, 2), (2, 2), 0.93, {"forename": (3, 6.0), "surname": (3, 5.0), "birth": (1, -1.5)})
DOUBT = Link((1, 3), (2, 3), 0.6, {"forename": (None, 0.0), "surname": (0, 4.0)})
CUT = Link((1, 4), (2, 4), 0.98, {"forename": (3, 6.0), "surname": (0, 8.0), "nhs": (1, -6.0)})
HELD = Link((2, 2), (3, 1), 0.7, {"forename": (0, 4.0)})
LINKS = (SURE, NEAR, DOUBT, CUT, HELD)
YES, NO, UNSURE = (
    Verdict(SAME, "changed name"),
    Verdict(DIFFERENT, "another name"),
    Verdict(NOT_SURE, "says too little"),
)


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Iterator[Workspace]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_linked(tmp_path, PEOPLE, LINKS, [((1, 4), (2, 4), "two NHS numbers")]) as made:
        yield made


def queue(workspace, who=ANALYST, purpose="quality"):
    """The pairs that wait, in order, each by its row in the register and in the panel's list."""
    cases, waiting = first_cases(workspace, purpose=purpose, who=who, most=50)
    assert waiting == len(cases)
    return [(case.one.reference, case.other.reference) for case in cases]


def pair(row):
    return f"register.csv:{row}:1", f"panel.csv:{row}:1"


def say(workspace, row, verdict, who=ANALYST):
    return judge(workspace, *pair(row), verdict, purpose="quality", who=who)


def only_once(workspace, row) -> bool:
    """Whether a pair is none of those a second person looks at: the workspace's key decides."""
    from kithmap.desk.extracts import Extracts
    from kithmap.register import builds

    extracts = Extracts(builds.get_build(workspace.register, None).manifest["extracts"])
    one, other = sorted(extracts.origin_of(extracts.mention_of(each)) for each in pair(row))
    return not wants_second(workspace, (one, other))


# The queue


def test_pairs_in_doubt_and_contradicted_wait_and_sure_ones_do_not(workspace):
    assert set(queue(workspace)) == {pair(2), pair(3), pair(4)}


def test_what_moves_the_counts_most_comes_first_then_what_is_near_the_line(workspace):
    # The contradicted pair is as doubtful as can be; the coin's toss is nearer a half than 0.93 is.
    assert queue(workspace) == [pair(4), pair(3), pair(2)]


def test_a_pair_whose_sides_are_both_on_lists_comes_before_one_that_moves_no_overlap(workspace):
    both_listed = Person((1, 2), "PT1", TAMSIN), Person((2, 9), "PT1", {"full_raw": "T Vale"})
    people = (*(each for each in PEOPLE if each.at != (1, 2)), *both_listed)
    add_build(workspace, "B2", people, LINKS)
    # PT1 is on the panel's list by another record, so joining PT1 and PT2 moves the list's count.
    assert queue(workspace)[0] == pair(4)
    ordered = queue(workspace)
    assert ordered.index(pair(2)) == 2
    alike = Link((1, 2), (2, 2), 0.6, NEAR.levels)
    add_build(workspace, "B3", people, (alike, DOUBT))
    assert queue(workspace) == [pair(2), pair(3)]


def test_the_pair_that_moves_the_overlap_most_comes_first_even_if_it_is_hardly_in_doubt(workspace):
    faint = Link((1, 1), (2, 2), 0.2, {"surname": (3, 1.0)})
    joined = {((1, 2), (2, 2)): 20, ((1, 1), (2, 4)): 80}
    add_build(workspace, "B2", PEOPLE, (*LINKS, faint), joined=joined)
    ordered = queue(workspace)
    assert ordered[:2] == [("register.csv:1:1", "panel.csv:4:1"), pair(2)]
    assert set(ordered[2:]) == {pair(3), pair(4)}


def test_a_pair_of_an_extract_that_may_not_be_used_for_the_purpose_is_not_shown(workspace):
    assert all("notes.csv" not in reference for each in queue(workspace) for reference in each)


def test_a_pair_somebody_decided_waits_no_more(workspace):
    row = next((row for row in (2, 3, 4) if only_once(workspace, row)), None)
    if row is None:
        pytest.skip("this workspace's key sends all three pairs to a second person")
    say(workspace, row, YES)
    assert pair(row) not in queue(workspace)
    assert pair(row) not in queue(workspace, "bea")


def test_a_pair_that_one_could_not_decide_waits_for_others(workspace):
    say(workspace, 3, UNSURE)
    assert pair(3) not in queue(workspace)
    assert pair(3) in queue(workspace, "bea")


def test_a_disputed_pair_waits_for_a_third_person_even_if_it_was_not_in_doubt(workspace):
    say(workspace, 1, YES)
    say(workspace, 1, NO, "bea")
    assert pair(1) not in queue(workspace)
    assert pair(1) not in queue(workspace, "bea")
    assert queue(workspace, "cy")[0] in (pair(1), pair(4))
    assert pair(1) in queue(workspace, "cy")
    say(workspace, 1, NO, "cy")
    assert pair(1) not in queue(workspace, "cy")


def test_a_pair_undone_waits_again(workspace):
    made = say(workspace, 3, YES).judgement
    undo(workspace, made.id, reason="wrong row", purpose="quality", who=ANALYST)
    assert pair(3) in queue(workspace)


def test_one_question_about_two_records_that_say_the_same_is_asked_once(workspace):
    judge(workspace, "register.csv:5:1", "panel.csv:1:1", YES, purpose="quality", who=ANALYST)
    judge(workspace, "register.csv:1:1", "panel.csv:1:1", NO, purpose="quality", who="bea")
    assert pair(1) in queue(workspace, "cy")


def test_two_records_that_say_the_same_may_be_judged_two_people(workspace):
    judge(workspace, "register.csv:1:1", "register.csv:5:1", NO, purpose="quality", who=ANALYST)
    shown = show_case(workspace, "register.csv:1:1", "register.csv:5:1", purpose="quality", who="bea")
    assert set(shown.agreement.values()) <= {"the same", "same day", "neither says"}


def test_nothing_waits_when_everything_is_judged(workspace):
    for row in (2, 3, 4):
        say(workspace, row, YES)
    assert next_case(workspace, purpose="quality", who=ANALYST) is None


# What a reviewer sees


def test_a_case_shows_both_records_and_how_they_agree_in_words(workspace):
    case = show_case(workspace, *pair(2), purpose="quality", who=ANALYST)
    assert case.one.said["forename"] == "Tamsin"
    assert (case.other.holder, case.other.list) == ("holder of panel.csv", "gangs")
    assert case.agreement["forename"] == "The forenames differ by a letter or two"
    assert case.agreement["date of birth"] == "The date of birth is the same with day and month changed about"
    assert case.agreement["school"] == "one side does not know"
    assert case.agreement["sex"] == "neither says"


def test_a_case_does_not_tell_what_the_model_made_of_it(workspace):
    said = str(show_case(workspace, *pair(3), purpose="quality", who=ANALYST).to_dict())
    for told in ("0.6", "weight", "prob", "PC", "1 in ", "decided"):
        assert told not in said


def test_a_case_shows_the_other_records_of_both_people_in_one_list(workspace):
    case = show_case(workspace, *pair(3), purpose="quality", who=ANALYST)
    assert case.others == ()
    asked = show_case(workspace, "register.csv:1:1", "panel.csv:2:1", purpose="quality", who=ANALYST)
    assert [side.reference for side in asked.others] == ["panel.csv:1:1"]
    assert asked.one.alike == 1


def test_numbers_are_masked_and_a_repr_names_nobody(workspace):
    case = show_case(workspace, *pair(1), purpose="quality", who=ANALYST)
    assert case.one.said["NHS number"] == MASK * 7 + "235"
    assert "9990001" not in str(case.to_dict())
    assert "uillon" not in repr(case) + repr(case.one) + repr(Mention(1, forename="Quillon"))


@pytest.mark.parametrize("purpose", ["profiling", "sharing"])
def test_profiling_shows_no_case_and_no_explanation(workspace, purpose):
    for see in (show_case, explain):
        with pytest.raises(PurposeNotAgreed):
            see(workspace, *pair(2), purpose=purpose, who=ANALYST)
    with pytest.raises(PurposeNotAgreed):
        next_case(workspace, purpose=purpose, who=ANALYST)


def test_who_may_not_review_is_refused_and_it_is_written_down(workspace):
    with pytest.raises(NotPermitted):
        next_case(workspace, purpose="quality", who="mo")
    line = audit.show(workspace, last=1, who=ANALYST)[0]
    assert (line.actor, line.verb, line.outcome) == ("mo", "review", "deny")


def test_the_audit_says_that_pairs_were_shown_and_names_nobody(workspace):
    show_case(workspace, *pair(2), purpose="quality", who=ANALYST)
    first_cases(workspace, purpose="quality", who=ANALYST, most=2)
    lines = audit.show(workspace, last=2, who=ANALYST)
    assert [line.details["shown"] for line in lines] == [1, 2]
    assert not any("amsin" in str(line) for line in lines)


# Agreement in words


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("Zoë", "ZOE", "the same"),
        ("O'Neil", "O Neil", "the same"),
        ("Tamsin", "Tasmin", "one letter apart"),
        ("Hale", "Hayle", "one letter apart"),
        ("Okonjo-Vale", "Vale", "share a word"),
        ("Alexander", "Alex", "one begins with the other"),
        ("Jo", "Al", "different"),
    ],
)
def test_texts_agree_in_words(one, other, words):
    assert texts(one, other) == texts(other, one) == words


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({"dob": date(2010, 2, 4)}, {"dob": date(2010, 2, 4)}, "same day"),
        ({"dob": date(2010, 2, 4)}, {"dob": date(2010, 4, 2)}, "day and month swapped"),
        ({"dob": date(2010, 2, 4)}, {"dob": date(2010, 2, 5)}, "one digit apart"),
        ({"dob": date(2010, 2, 14)}, {"dob": date(2010, 2, 25)}, "two of day, month and year are the same"),
        ({"dob": date(2010, 2, 14)}, {"dob": date(2008, 7, 25)}, "different"),
        (
            {"dob": date(2010, 1, 1), "dob_precision": "year"},
            {"dob": date(2010, 1, 1)},
            "the same as far as known",
        ),
        ({"dob": date(2010, 2, 4)}, {"age": 16}, "one side gives an age only"),
        ({"age": 16}, {"age": 16}, "the same"),
    ],
)
def test_birthdays_agree_in_words(one, other, words):
    assert birthdays(Mention(1, **one), Mention(2, **other)) == words


def test_numbers_that_look_alike_when_masked_are_compared_whole():
    one, other = Mention(1, nhs_number="9990001235"), Mention(2, nhs_number="9990002235")
    assert one.shown["NHS number"] == other.shown["NHS number"]
    assert agreements(one, other, {}, shipped_model())["NHS number"] == "different"


def test_letters_apart_counts_swapped_neighbours_once():
    assert [letters_apart(*each) for each in (("ab", "ba"), ("", "abc"), ("hale", "hale"))] == [1, 3, 0]


# Explaining


def test_an_explanation_adds_up_from_the_prior_to_the_weight(workspace):
    found = explain(workspace, *pair(2), purpose="quality", who=ANALYST)
    assert sum(row.weight for row in found.rows) == pytest.approx(found.weight) == pytest.approx(6.5)
    assert [row.compared for row in found.rows] == [
        "before anything is compared", "forename", "surname", "date of birth", "NHS number",
    ]  # fmt: skip
    assert found.rows[0].agreement == "any two records are one person: 1 chance in 9"
    assert found.rows[1].meaning == "64 times likelier of one person"
    assert found.rows[4].meaning == "says nothing"


@pytest.mark.parametrize(
    ("one", "other", "decided_by", "words"),
    [
        ("register.csv:1:1", "panel.csv:1:1", "model", "above the line of 0.95: one person"),
        ("register.csv:2:1", "panel.csv:2:1", "model", "below the line: two people"),
        ("register.csv:3:1", "panel.csv:3:1", "through others", "other records join them"),
        ("register.csv:4:1", "panel.csv:4:1", "constraint", "but two NHS numbers: two people"),
        ("register.csv:1:1", "register.csv:5:1", "identical", "say the same in everything"),
        ("register.csv:1:1", "panel.csv:4:1", "model", "too little, or nothing, in common: two people"),
    ],
)
def test_an_explanation_says_who_or_what_decided(workspace, one, other, decided_by, words):
    found = explain(workspace, one, other, purpose="case", who=ANALYST)
    assert found.decided_by == decided_by
    assert words in found.sentence
    assert found == explain(workspace, one, other, purpose="case", who=ANALYST)


def test_the_order_of_the_two_does_not_change_why(workspace):
    there, back = (
        explain(workspace, *each, purpose="case", who=ANALYST) for each in (pair(2), pair(2)[::-1])
    )
    assert (there.rows, there.sentence) == (back.rows, back.sentence)


def test_a_link_is_explained_as_judged_only_by_a_build_made_since(workspace):
    say(workspace, 2, YES)
    assert explain(workspace, *pair(2), purpose="case", who="bea").decided_by == "model"
    joined = [
        Person(each.at, "PT1" if each.person == "PT2" else each.person, each.said, each.like)
        for each in PEOPLE
    ]
    add_build(workspace, "B2", joined, LINKS)
    found = explain(workspace, *pair(2), purpose="case", who="bea")
    assert (found.decided_by, found.is_one_person) == ("judged", True)
    assert "Judged same by ann" in found.sentence
    # The build of before still says what it knew.
    assert found.build == "B2"


def test_an_explanation_names_nobody(workspace):
    said = str(explain(workspace, *pair(2), purpose="quality", who=ANALYST).to_dict())
    assert "amsin" not in said
    assert "PT" not in said


def test_the_chain_is_the_one_whose_weakest_link_is_strongest():
    links = [(1, 2, 0.99), (2, 5, 0.6), (1, 3, 0.9), (3, 4, 0.9), (4, 5, 0.95)]
    assert strongest_chain(links, 1, 5) == (1, 3, 4, 5)
    assert strongest_chain(links, 1, 9) == ()


@pytest.mark.parametrize(
    ("weight", "words"), [(0.0, "says nothing"), (1.0, "2 times"), (-0.5, "1.4 times likelier of two")]
)
def test_a_weight_is_said_as_how_much_likelier(weight, words):
    assert words in meaning_of(weight)
