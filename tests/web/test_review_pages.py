"""Reviewing links in the browser: blindly, one pair after another; undone; and closed to whoever may not."""

import re

import pytest

from kithmap.desk.likeness import AGREES, COMPARISONS, DIFFERS, degree
from kithmap.register import audit as kept_audit
from kithmap.register import judgements as kept_judgements

SAME = {"decision": "same", "why-same": "name and birthday agree"}


@pytest.fixture
def reviewer(browse):
    """An analyst who has begun a sitting of ten pairs, for a quality purpose; undoes what they judged."""
    client = browse("analyst", "quality")
    client.post("/review", {"size": "10"})
    yield client
    for path in judged(client):
        client.post(path, {"reason": "only a test"})


def judged(client) -> list[str]:
    """The judgements that stand, each by its address."""
    page = client.get("/review/judgements").content.decode()
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    return [re.findall(r'href="(/review/judgements/\w+)"', row)[0] for row in rows if "href" in row and "undone" not in row]  # fmt: skip


def pair(client) -> str:
    """The address of the pair that is next."""
    return client.get("/review/next")["Location"]


def waiting(client) -> int:
    found = re.search(r"([\d,]+) pairs of records wait for you", client.get("/review").content.decode())
    assert found
    return int(found[1].replace(",", ""))


def test_a_pair_is_shown_side_by_side_and_nothing_of_what_the_computer_made_of_it(reviewer):
    page = reviewer.get(pair(reviewer)).content.decode()
    assert "Pair 1 of 10" in page
    assert "The two records side by side" in page
    assert "bits" not in page
    assert "probability" not in page


def test_how_two_records_agree_is_a_word_and_a_sign(reviewer):
    page = reviewer.get(pair(reviewer)).content.decode()
    assert re.search(r'<strong><span aria-hidden="true">[=≈≠?] </span>(Agrees|Close|Differs|Missing)</strong>', page)  # fmt: skip


def test_every_comparison_of_the_model_says_in_words_that_it_agrees_at_best_and_differs_at_worst():
    from kithmap.linkage.model import shipped_model

    shown = [each for each in shipped_model().comparisons if each.name in COMPARISONS.values()]
    assert len(shown) == len(COMPARISONS)
    for each in shown:
        words = [level.says or level.when for level in each.levels]
        assert degree(words[0]) == AGREES, words[0]
        assert degree(words[-1]) == DIFFERS, words[-1]


def test_deciding_leads_to_the_next_pair_and_is_kept_as_blind(reviewer, workspace):
    first = pair(reviewer)
    answer = reviewer.post(first, SAME, follow=True)
    assert answer.redirect_chain[0][0] == "/review/next"
    page = answer.content.decode()
    assert "Pair 2 of 10" in page
    assert "kept as the same person" in page
    assert answer.redirect_chain[-1][0] != first
    made = kept_judgements.list_judgements(workspace.register)[-1]
    assert (made.decision, made.blind) == ("same", True)


def test_who_asks_for_the_score_first_does_not_judge_blindly(reviewer, workspace):
    first = pair(reviewer)
    shown = reviewer.get(f"{first}?show=score").content.decode()
    assert "What the computer made of it" in shown
    reviewer.post(first, SAME)
    assert not kept_judgements.list_judgements(workspace.register)[-1].blind


def test_a_pair_without_a_decision_or_a_reason_stays_with_what_is_missing(reviewer, workspace):
    first, before = pair(reviewer), len(kept_judgements.list_judgements(workspace.register))
    nothing = reviewer.post(first, {})
    assert nothing.status_code == 422
    assert "Choose whether the two records are of one person" in nothing.content.decode()
    reasonless = reviewer.post(first, {"decision": "different", "note": "typed before"})
    assert reasonless.status_code == 422
    assert "Choose why" in reasonless.content.decode()
    assert 'value="typed before"' in reasonless.content.decode(), "what was typed is kept"
    assert len(kept_judgements.list_judgements(workspace.register)) == before


def test_a_note_that_names_somebody_of_the_pair_is_refused(reviewer, workspace):
    first = pair(reviewer)
    page = reviewer.get(first).content.decode()
    surname = re.search(r"Surname</th><td[^>]*>([^<]+)</td><td[^>]*>([^<]+)</td>", page)
    assert surname
    name = next(each for each in surname.groups() if each != "not said")
    answer = reviewer.post(first, {"decision": "same", "why-same": "other", "note": f"looks like {name}"})
    assert answer.status_code == 422
    assert "Error:" in answer.content.decode()


def test_a_pair_that_is_left_for_later_comes_after_the_others(reviewer):
    first = pair(reviewer)
    reviewer.post(first, {"later": "yes"})
    assert pair(reviewer) != first


def test_a_judgement_is_undone_with_a_reason_and_its_pair_waits_again(reviewer):
    before, first = waiting(reviewer), pair(reviewer)
    reviewer.post(first, SAME)
    assert waiting(reviewer) == before - 1 or waiting(reviewer) == before, "one in ten is for somebody else"
    (made,) = judged(reviewer)
    assert "Why it should not stand" in reviewer.post(made, {"reason": ""}).content.decode()
    reviewer.post(made, {"reason": "pressed the wrong key"})
    assert judged(reviewer) == []
    assert pair(reviewer) == first


def test_a_pair_that_one_has_judged_does_not_wait_any_more(reviewer):
    first = pair(reviewer)
    reviewer.post(first, SAME)
    for answer in (reviewer.get(first), reviewer.post(first, SAME)):
        assert answer.status_code == 302
        assert answer["Location"] == "/review/next"


def test_a_pair_that_never_was_answers_like_one_that_waits_no_longer(reviewer):
    first = pair(reviewer)
    reviewer.post(first, SAME)
    gone, never = reviewer.get(first), reviewer.get("/review/0123456789abcdef01234567")
    assert (gone.status_code, gone["Location"]) == (never.status_code, never["Location"])


def test_whoever_may_see_part_of_the_data_finds_no_pair_of_other_data(browse, reviewer):
    mine = pair(reviewer)
    theirs = browse("social_care_analyst", "quality")
    shown = theirs.get(mine)
    assert shown.status_code == 302, "a record of the pair is another organisation's"
    assert "wait" in theirs.get("/review").content.decode()


def test_links_are_reviewed_for_case_and_quality_purposes_alone(browse):
    answer = browse("analyst", "profiling").get("/review")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/purpose")
    assert browse("manager", "quality").get("/review").status_code == 404


def test_a_sitting_ends_when_it_has_as_many_pairs_as_were_chosen(reviewer):
    for _ in range(10):
        reviewer.post(pair(reviewer), {"decision": "not sure", "why-not-sure": "says too little"})
    page = reviewer.get("/review/next", follow=True)
    assert page.redirect_chain[-1][0] == "/review"
    assert "You have judged 10 pairs" in page.content.decode()


def test_the_audit_says_that_a_pair_was_shown_and_of_whom_by_pseudonym(reviewer, workspace):
    reviewer.get(pair(reviewer))
    line = kept_audit.last_lines(workspace.register, 1)[-1]
    assert (line.verb, line.details["shown"]) == ("review", 1)
    assert line.details["people"]


def test_the_judgements_are_a_file_too(reviewer):
    reviewer.post(pair(reviewer), SAME)
    file = reviewer.get("/review/judgements.csv").content.decode()
    assert "name and birthday agree" in file
