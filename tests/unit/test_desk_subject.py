"""Those whom records tell of: what is held, what they ask, and what comes of it when it is upheld."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from desk_made import ANALYST, APPROVERS, make_small_world, make_workspace, receive_some

from kithmap.desk import agreements, audit, subject
from kithmap.desk.answers import Result
from kithmap.desk.ask import ask
from kithmap.desk.build import build
from kithmap.desk.caveats import OBJECTED
from kithmap.desk.disputed import with_disputes
from kithmap.desk.objected import find_objected
from kithmap.desk.publishing import open_engine
from kithmap.desk.recall import notices
from kithmap.desk.share import share
from kithmap.desk.subject import Wish
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.errors import NotFound, NotPermitted, WrongUse
from kithmap.governance.purposes import Purpose
from kithmap.register import builds

MANAGER, GOVERNANCE = APPROVERS
CSE, GANGS = "CSE", "gangs"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Six extracts, linked."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("subject")
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        world = make_small_world(tmp_path_factory.getbasetemp() / "world")
        with make_workspace(folder / "workspace") as made:
            receive_some(made, world)
            build(made, who=ANALYST)
        yield folder / "workspace"


@pytest.fixture
def workspace(home: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The same for every test, whatever another test asked of it."""
    with open_workspace(copytree(home, tmp_path / "workspace")) as opened:
        yield opened


@pytest.fixture
def people(workspace: Workspace) -> Iterator[str]:
    """Young people on both lists."""
    engine = open_engine(workspace, builds.get_build(workspace.register, None))
    concern = engine.table("concern")
    both = concern.group_by("person_id").agg(lists=concern.list.nunique())
    young = engine.table("person").filter(lambda each: each.is_young)
    found = engine.fetch(both.filter(both.lists == 2).semi_join(young, "person_id"))
    return iter(sorted(found["person_id"].to_pylist()))


def counts(workspace: Workspace, purpose: str = "profiling") -> dict[str, int]:
    """How many young people are on each list, and on both."""
    return counted(asked(workspace, purpose))


def asked(workspace: Workspace, purpose: str = "profiling") -> Result:
    return ask(workspace, "overlap", purpose=purpose, who=ANALYST, options={"lists": f"{CSE}, {GANGS}"})


def counted(result: Result) -> dict[str, int]:
    rows = result.table.to_pylist()
    return {row["kind"] + " " + str(row["lists"]): row["young_people"] for row in rows}


def less(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: before[name] - after[name] for name in before if before[name] != after[name]}


def mention_on(workspace: Workspace, person: str, layout: str) -> str:
    held = subject.view(workspace, person, purpose="case", reason="to know what is held", who=ANALYST)
    return next(each["reference"] for each in held.mentions if layout.lower() in each["agreement"])


def upheld(workspace: Workspace, person: str, wish: Wish, **how: bool) -> subject.Decided:
    request = subject.ask_for(workspace, person, wish, purpose="case", who=ANALYST)
    return subject.decide(workspace, request.request_id, "upheld", who=GOVERNANCE, **how)


def test_what_is_held_on_a_person_is_shown_by_place_and_never_by_name(workspace, people):
    person = next(people)
    held = subject.view(workspace, person, purpose="case", reason="to know what is held", who=ANALYST)
    assert {each["agreement"] for each in held.mentions} >= {"cse_panel_list", "gangs_panel_list"}
    assert {each["list"] for each in held.facts["concern"]} >= {CSE, GANGS}
    assert repr(held) == f"<SubjectView of {len(held.mentions)} mentions>"
    line = audit.show(workspace, last=1, who=ANALYST)[0]
    assert (line.verb, line.details["people"], line.purpose) == ("subject show", [person], "case")


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        (Wish("objection", "because of Jordan"), WrongUse),
        (Wish("complaint", "was given in confidence"), WrongUse),
        (Wish("dispute", "did not happen", "nobody.csv:1:1"), NotFound),
    ],
)
def test_a_request_is_of_a_known_kind_with_a_reason_of_the_list(workspace, people, wish, error):
    with pytest.raises(error) as refused:
        subject.ask_for(workspace, next(people), wish, purpose="case", who=ANALYST)
    assert "Jordan" not in str(refused.value)


def test_a_mention_of_somebody_else_is_no_part_of_a_request(workspace, people):
    person, other = next(people), next(people)
    wish = Wish("dispute", "did not happen", mention_on(workspace, other, CSE))
    with pytest.raises(NotFound, match="not of this person"):
        subject.ask_for(workspace, person, wish, purpose="case", who=ANALYST)


def test_only_whoever_may_approve_decides_and_only_once(workspace, people):
    wish = Wish("access", "to know what is held")
    request = subject.ask_for(workspace, next(people), wish, purpose="case", who=ANALYST)
    with pytest.raises(NotPermitted):
        subject.decide(workspace, request.request_id, "upheld", who=ANALYST)
    assert subject.decide(workspace, request.request_id, "upheld", who=MANAGER).marked == 0
    with pytest.raises(WrongUse):
        subject.decide(workspace, request.request_id, "declined", who=MANAGER)
    assert request.request_id in {each.request_id for each in subject.list_requests(workspace, who=MANAGER)}


def test_an_objection_takes_effect_when_it_is_upheld_and_a_declined_one_never(workspace, people):
    before = counts(workspace)
    wish = Wish("objection", "no longer concerns them")
    request = subject.ask_for(workspace, next(people), wish, purpose="case", who=ANALYST)
    assert counts(workspace) == before
    subject.decide(workspace, request.request_id, "declined", who=GOVERNANCE)
    assert counts(workspace) == before


def test_an_upheld_objection_to_a_mention_takes_that_list_out_and_no_other(workspace, people):
    person, before = next(people), asked(workspace)
    reference = mention_on(workspace, person, GANGS)
    done = upheld(workspace, person, Wish("objection", "was given in confidence", reference))
    after = asked(workspace)
    told = less(counted(before), counted(after))
    assert told == {f"total {GANGS}": 1, f"combination {CSE} + {GANGS}": 1, f"combination {CSE}": -1}
    assert OBJECTED in after.caveats
    assert done.notices == ()


def test_an_upheld_objection_of_a_person_takes_them_out_of_every_answer(workspace, people):
    person, before = next(people), counts(workspace)
    upheld(workspace, person, Wish("objection", "no longer concerns them"))
    after = counts(workspace)
    assert less(before, after)[f"combination {CSE} + {GANGS}"] == 1
    assert before["all All"] - after["all All"] == 1


def test_what_may_not_be_used_for_profiling_may_still_be_used_for_a_case(workspace, people):
    person, before = next(people), counts(workspace)
    upheld(workspace, person, Wish("objection", "should not be used for profiling"))
    assert before["all All"] - counts(workspace)["all All"] == 1
    made = builds.get_build(workspace.register, None)
    assert person in {each.person_id for each in find_objected(workspace, made, Purpose.SHARING)}
    assert person not in {each.person_id for each in find_objected(workspace, made, Purpose.CASE)}


def test_whoever_works_on_a_case_still_sees_what_is_held(workspace, people):
    person = next(people)
    upheld(workspace, person, Wish("objection", "no longer concerns them"))
    held = subject.view(workspace, person, purpose="case", reason="to know what is held", who=ANALYST)
    assert held.mentions
    assert held.facts["concern"]


def test_a_dispute_is_counted_apart_and_counted_as_recorded(workspace, people):
    person, before = next(people), counts(workspace)
    wish = Wish("dispute", "did not happen", mention_on(workspace, person, CSE), "CSE")
    request = subject.ask_for(workspace, person, wish, purpose="case", who=ANALYST)
    assert counts(workspace) == before
    said = with_disputes(workspace, asked(workspace)).caveats[-1]
    assert said.endswith("is counted as recorded. Disputes: fewer than 10 not yet decided.")
    subject.decide(workspace, request.request_id, "upheld", who=MANAGER)
    assert with_disputes(workspace, asked(workspace)).caveats[-1].endswith("Disputes: fewer than 10 upheld.")
    held = subject.view(workspace, person, purpose="case", reason="to know what is held", who=ANALYST)
    assert {each["list"] for each in held.facts["concern"] if each["disputed"]} == {CSE}
    assert person not in said


def test_a_dispute_of_what_an_answer_does_not_rest_on_is_not_said_of_it(workspace, people):
    person = next(people)
    wish = Wish("dispute", "happened otherwise", mention_on(workspace, person, GANGS))
    subject.ask_for(workspace, person, wish, purpose="case", who=ANALYST)
    answer = asked(workspace)
    assert with_disputes(workspace, answer) != answer
    agreements.suspend_agreement(workspace, "gangs_panel_list", who=ANALYST)
    later = asked(workspace)
    assert with_disputes(workspace, later) == later


def test_a_flag_found_to_be_wrong_leaves_and_what_was_released_of_it_may_be_recalled(workspace, people):
    """The retraction of one concern: later answers lose it alone; every recipient of what rests on it is told."""
    person, answer = next(people), asked(workspace)
    sent = share(workspace, answer, level="R1", to="Hartwell MASH", approved_by=APPROVERS)
    done = upheld(workspace, person, wrong_harm(workspace, person))
    assert (done.marked, done.resting, done.notices) == (1, (sent.release_id,), ())
    assert notices(workspace, who=MANAGER) == ()
    told = less(counted(answer), counts(workspace))
    assert told == {f"total {CSE}": 1, f"combination {CSE} + {GANGS}": 1, f"combination {GANGS}": -1}


def test_what_rests_on_a_flag_found_to_be_wrong_is_recalled_where_whoever_decides_says_so(workspace, people):
    person = next(people)
    share(workspace, asked(workspace), level="R1", to="Hartwell MASH", approved_by=APPROVERS)
    done = upheld(workspace, person, wrong_harm(workspace, person), recall=True)
    assert done.resting == ()
    assert [each.recipient for each in done.notices] == ["Hartwell MASH"]
    assert "a correction was upheld" in done.notices[0].text
    assert person not in done.notices[0].text
    assert len(notices(workspace, who=MANAGER)) == 1


def test_what_is_corrected_otherwise_is_counted_until_the_holder_sends_it_anew(workspace, people):
    person, before = next(people), counts(workspace)
    upheld(workspace, person, Wish("correction", "a wrong date", mention_on(workspace, person, CSE)))
    assert counts(workspace) == before


def test_an_objection_outlasts_the_build_it_was_made_at(workspace, people):
    upheld(workspace, next(people), Wish("objection", "no longer concerns them"))
    upheld(workspace, person := next(people), Wish("objection", "was given in confidence", mention_on(workspace, person, CSE)))  # fmt: skip
    after = asked(workspace)
    build(workspace, who=ANALYST)
    later = asked(workspace)
    assert later.build != after.build
    assert counted(later) == counted(after)


def wrong_harm(workspace: Workspace, person: str) -> Wish:
    return Wish("correction", "a wrong harm", mention_on(workspace, person, CSE), "CSE")
