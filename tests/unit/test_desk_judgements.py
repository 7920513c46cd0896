"""Judging links: who may, twice or not, undone, looked at again, and kept through every build."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from desk_made import ANALYST
from review_made import GANGS, REGISTER, make_review

from kithmap.desk import audit, clock
from kithmap.desk.decisions import find_set_aside, judgements_for_link, outcome_of, wants_second
from kithmap.desk.judgements import Judged, judge, list_judgements, undo
from kithmap.desk.receive import receive
from kithmap.desk.taken import choose_extracts
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.errors import NotFound, NotPermitted, PurposeNotAgreed, WrongUse
from kithmap.governance.judging import DIFFERENT, NOT_SURE, REASONS, SAME, Verdict, settle
from kithmap.ingest.layouts import read_layout_text
from kithmap.register import judgements

YES, NO = Verdict(SAME, "name and birthday agree"), Verdict(DIFFERENT, "another birthday")
UNSURE = Verdict(NOT_SURE, "says too little")
ONE, OTHER = f"{REGISTER}.csv:2:1", f"{GANGS}.csv:2:1"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("review")
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        make_review(folder).close()
        yield folder


@pytest.fixture
def workspace(made, tmp_path, monkeypatch) -> Iterator[Workspace]:
    # The copy has its own key file and its own head of the audit: it goes its own way.
    folder = shutil.copytree(made, tmp_path / "copy")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    with open_workspace(folder / "workspace") as opened:
        yield opened


def judged(workspace, verdict=YES, *, who=ANALYST, pair=(ONE, OTHER), purpose="quality") -> Judged:
    return judge(workspace, *pair, verdict, purpose=purpose, who=who)


def for_link(workspace):
    """The decisions linking is given, by reference, and how many pairs are set aside."""
    taken, _ = choose_extracts(workspace, clock.today())
    names = {receipt.receipt_no: receipt.name for receipt in taken}
    rows = judgements_for_link(workspace, taken).to_pylist()
    aside = find_set_aside(workspace, taken)
    written = [
        tuple(
            f"{names[row[side] >> 36]}:{(row[side] >> 6) & 0x3FFFFFFF}"
            for side in ("mention_id", "other_mention_id")
        )
        for row in rows
    ]
    return [({*pair}, row["decision"]) for pair, row in zip(written, rows, strict=True)], len(aside)


def pair_that(workspace, *, wants: bool):
    """Two references whose pair is, or is not, one of those a second person looks at."""
    from kithmap.desk.extracts import Extracts
    from kithmap.register import builds

    extracts = Extracts(builds.get_build(workspace.register, None).manifest["extracts"])
    for first, second in product(range(2, 7), range(1, 6)):
        pair = f"{REGISTER}.csv:{first}:1", f"{GANGS}.csv:{second}:1"
        places = sorted(extracts.origin_of(extracts.mention_of(each)) for each in pair)
        if wants_second(workspace, (places[0], places[1])) is wants:
            return pair
    # The key of a workspace is chance: where none of the 25 is of the one in ten, share the first out.
    return pair


# What several people's word comes to


@pytest.mark.parametrize(
    ("said", "decision", "state"),
    [
        ({}, None, "not sure"),
        ({"ann": NOT_SURE}, None, "not sure"),
        ({"ann": SAME}, SAME, "decided"),
        ({"ann": SAME, "bea": NOT_SURE}, SAME, "decided"),
        ({"ann": SAME, "bea": DIFFERENT}, None, "disputed"),
        ({"ann": SAME, "bea": DIFFERENT, "cy": DIFFERENT}, DIFFERENT, "decided"),
    ],
)
def test_people_who_disagree_decide_nothing_until_a_third_does(said, decision, state):
    outcome = settle(said, wants_second=False)
    assert (outcome.decision, outcome.state) == (decision, state)


def test_one_pair_in_ten_waits_for_a_second_look_and_counts_meanwhile():
    alone, both = {"ann": SAME}, {"ann": SAME, "bea": SAME}
    assert settle(alone, wants_second=True).waits
    assert settle(alone, wants_second=True).decision == SAME
    assert not settle(both, wants_second=True).waits


def test_the_pairs_looked_at_twice_are_always_the_same_and_one_in_ten(workspace):
    from kithmap.model.keys import Origin

    pairs = [(Origin("a" * 64, row, 1), Origin("b" * 64, row, 1)) for row in range(1, 2001)]
    chosen = [wants_second(workspace, pair) for pair in pairs]
    assert 130 < sum(chosen) < 270
    assert chosen == [wants_second(workspace, (other, one)) for one, other in pairs]


# Judging


def test_a_judgement_says_of_what_by_whom_and_that_it_was_blind(workspace):
    made = judged(workspace, replace(YES, note="asked the school office")).judgement
    assert (made.decision, made.who, made.blind, made.purpose) == (SAME, ANALYST, True, "quality")
    assert {made.one.row, made.other.row} == {2}
    assert judgements.list_judgements(workspace.register) == (made,)


def test_two_mentions_may_be_named_in_either_order(workspace):
    judged(workspace)
    with pytest.raises(WrongUse, match="has judged this pair already"):
        judged(workspace, NO, pair=(OTHER, ONE))


@pytest.mark.parametrize(
    ("verdict", "fault"),
    [
        (Verdict("perhaps", "other"), "not a decision"),
        (Verdict(SAME, "twins"), "not a reason for 'same'"),
        (Verdict(SAME, "other"), "no note"),
        (Verdict(SAME, "other", "x" * 501), "longer than"),
        (Verdict(SAME, "other", "it is TAMSIN again"), "repeats something"),
        (Verdict(SAME, "other", "Okonjo is the father's name"), "repeats something"),
        (Verdict(DIFFERENT, "other", "born 14022010"), "repeats something"),
    ],
)
def test_a_judgement_has_a_reason_of_the_list_and_names_nobody(workspace, verdict, fault):
    with pytest.raises(WrongUse, match=fault) as refused:
        judged(workspace, verdict)
    assert "amsin" not in str(refused.value)
    assert judgements.list_judgements(workspace.register) == ()


def test_every_reason_of_the_list_may_be_given(workspace):
    for decision, reasons in REASONS.items():
        for reason in reasons:
            given = judged(workspace, Verdict(decision, reason, "seen on paper")).judgement
            undo(workspace, given.id, reason="next", purpose="quality", who=ANALYST)


@pytest.mark.parametrize(
    ("pair", "error"),
    [
        ((ONE, ONE), WrongUse),
        ((ONE, "nothing.csv:1"), NotFound),
        ((ONE, f"{GANGS}.csv:99:1"), NotFound),
        ((ONE, f"{GANGS}.csv"), WrongUse),
        ((ONE, "2:0:1"), WrongUse),
    ],
)
def test_a_judgement_is_of_two_mentions_of_the_build(workspace, pair, error):
    with pytest.raises(error):
        judged(workspace, pair=pair)


def test_a_mention_may_be_named_by_receipt_and_its_slot_left_out(workspace):
    by_name = judged(workspace).judgement
    again = judged(workspace, who="bea", pair=("1:2", "2:2")).judgement
    assert again.pair == by_name.pair
    assert again.second_of == by_name.id


@pytest.mark.parametrize(
    ("who", "purpose", "error"),
    [
        ("mo", "quality", NotPermitted),
        ("gil", "quality", NotPermitted),
        (ANALYST, "profiling", PurposeNotAgreed),
    ],
)
def test_judging_needs_the_role_and_the_purpose_and_refusals_are_written_down(workspace, who, purpose, error):
    with pytest.raises(error):
        judged(workspace, who=who, purpose=purpose)
    line = audit.show(workspace, last=1, who=ANALYST)[0]
    assert (line.actor, line.verb, line.outcome) == (who, "judge", "deny")


def test_the_audit_names_the_judgement_and_nobody(workspace):
    made = judged(workspace, replace(YES, note="asked the school office")).judgement
    lines = audit.show(workspace, last=3, who=ANALYST)
    assert lines[-1].details["judgement"] == made.id
    assert not any("amsin" in str(line) or "konjo" in str(line) for line in lines)
    assert audit.verify(workspace).intact


def test_whoever_was_shown_the_models_opinion_does_not_judge_blindly(workspace):
    from kithmap.desk.explain import explain

    explain(workspace, ONE, OTHER, purpose="quality", who=ANALYST)
    assert not judged(workspace).judgement.blind
    assert judged(workspace, who="bea").judgement.blind


# Undoing


def test_an_undone_judgement_counts_no_more_and_the_pair_may_be_judged_again(workspace):
    first = judged(workspace).judgement
    undone = undo(workspace, first.id, reason="the wrong row", purpose="quality", who="bea")
    assert (undone.undone_by, undone.undone_reason) == ("bea", "the wrong row")
    assert for_link(workspace) == ([], 0)
    judged(workspace, NO)
    assert for_link(workspace) == ([({f"{REGISTER}.csv:2", f"{GANGS}.csv:2"}, DIFFERENT)], 0)


@pytest.mark.parametrize(
    ("reason", "fault"), [("  ", "No reason"), ("Tamsin has moved", "repeats something")]
)
def test_undoing_needs_a_reason_that_names_nobody(workspace, reason, fault):
    first = judged(workspace).judgement
    with pytest.raises(WrongUse, match=fault):
        undo(workspace, first.id, reason=reason, purpose="quality", who=ANALYST)
    assert judgements.get_judgement(workspace.register, first.id).stands


def test_a_judgement_is_undone_once(workspace):
    first = judged(workspace).judgement
    undo(workspace, first.id, reason="the wrong row", purpose="quality", who=ANALYST)
    with pytest.raises(WrongUse, match="undone before"):
        undo(workspace, first.id, reason="again", purpose="quality", who=ANALYST)


def test_the_list_says_what_each_pair_comes_to(workspace):
    judged(workspace)
    judged(workspace, NO, who="bea")
    judged(workspace, UNSURE, pair=(f"{REGISTER}.csv:3", f"{GANGS}.csv:3"))
    listed = list_judgements(workspace, purpose="quality", who="cy")
    assert [(each.judgement.who, each.outcome.state) for each in listed] == [
        (ANALYST, "disputed"), ("bea", "disputed"), (ANALYST, "not sure"),
    ]  # fmt: skip


# For linking


def test_a_dispute_reaches_linking_only_when_a_third_person_has_decided(workspace):
    judged(workspace)
    judged(workspace, NO, who="bea")
    assert for_link(workspace) == ([], 0)
    third = judged(workspace, NO, who="cy")
    assert third.outcome == outcome_of(workspace, third.judgement.pair)
    assert [decision for _, decision in for_link(workspace)[0]] == [DIFFERENT]


def test_a_dispute_ends_when_one_comes_round(workspace):
    mine = judged(workspace).judgement
    judged(workspace, NO, who="bea")
    undo(workspace, mine.id, reason="I was wrong", purpose="quality", who=ANALYST)
    judged(workspace, NO)
    assert [decision for _, decision in for_link(workspace)[0]] == [DIFFERENT]


def corrected(workspace, layout, folder, change):
    """Receive an extract again with its layout changed, under a new receipt."""
    text = read_layout_text(layout)
    file = folder / "layout.toml"
    file.write_text(change(text), encoding="utf-8")
    extract = workspace.folder.parent / f"{layout}.csv"
    return receive(workspace, extract, layout=str(file), agreement=layout, who=ANALYST)


def test_a_judgement_outlasts_a_corrected_layout(workspace, tmp_path):
    judged(workspace)
    receipt = corrected(workspace, GANGS, tmp_path, lambda text: text.replace('alias = "Street name"\n', ""))
    assert receipt.receipt_no == 3
    assert for_link(workspace) == ([({f"{REGISTER}.csv:2", f"{GANGS}.csv:2"}, SAME)], 0)


def test_a_judgement_is_set_aside_when_the_corrected_layout_reads_somebody_else_there(workspace, tmp_path):
    judged(workspace)
    corrected(
        workspace, GANGS, tmp_path,
        lambda text: text.replace('id = "Nominal ref"\nname = "Name"\nalias = "Street name"', 'id = "Affiliation"\nname = "Basis for inclusion"'),
    )  # fmt: skip
    assert for_link(workspace) == ([], 1)


def test_a_judgement_waits_while_its_extract_is_not_taken(workspace):
    from kithmap.desk import agreements

    judged(workspace)
    agreements.suspend_agreement(workspace, GANGS, who=ANALYST)
    assert for_link(workspace) == ([], 0)
