"""Reviewing links, as an analyst at a terminal does: a pair, a decision, a new build that obeys it."""

import re
from pathlib import Path

import pytest
from review_made import GANGS, REGISTER, make_review
from running import Run

LAYOUT = 'alias = "Street name"\n'


@pytest.fixture(scope="module")
def folder(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("review")
    make_review(made).close()
    return made


@pytest.fixture(scope="module")
def act(run: Run, folder: Path):
    """Run a command in the workspace, for the quality purpose, as ann."""

    def done(*words: object, who: str = "ann", purpose: str = "quality"):
        return run(*words, "-w", folder / "workspace", "--as", who, "--purpose", purpose)

    return done


def people(run: Run, folder: Path) -> dict[str, str]:
    """The person of each row, as the newest build has it."""
    out = folder / "links.csv"
    done = run("links", "-o", out, "-w", folder / "workspace", "--as", "ann", "--purpose", "quality")
    assert done.code == 0, done.err
    rows = [line.split(",") for line in out.read_text(encoding="utf-8").splitlines()[1:]]
    return {f"{name}:{row}:1": person for name, row, person in rows}


JOINED = f"{REGISTER}.csv:2:1", f"{GANGS}.csv:2:1"
PARTED = f"{REGISTER}.csv:6:1", f"{GANGS}.csv:5:1"


@pytest.fixture(scope="module")
def judged(act, run: Run, folder: Path) -> None:
    """Two who were never compared judged one person; a link judged two people; and built again."""
    before = people(run, folder)
    assert before[JOINED[0]] != before[JOINED[1]]
    for pair, decision, reason in (
        (JOINED, "same", "changed name"),
        (PARTED, "different", "another birthday"),
    ):
        done = act("review", "judge", *pair, decision, "-r", reason)
        assert done.code == 0, done.err
        assert "is kept" in done.out
    built = run("build", "-w", folder / "workspace", "--as", "ann")
    assert built.code == 0, built.err


def obeyed(run: Run, folder: Path) -> bool:
    now = people(run, folder)
    return now[JOINED[0]] == now[JOINED[1]] and now[PARTED[0]] != now[PARTED[1]]


def test_the_pair_is_shown_side_by_side_with_words_and_without_the_models_opinion(act) -> None:
    text = act("review", "next", who="bea").out
    assert "how they agree" in text
    assert "date of birth" in text
    assert not re.search(r"probab|weight|\b0\.\d", text)


def test_a_judgement_changes_the_next_build(act, run: Run, folder: Path, judged) -> None:
    assert obeyed(run, folder)


def test_the_link_is_explained_as_judged_with_a_table_and_a_figure(act, folder: Path, judged) -> None:
    figure = folder / "link.svg"
    done = act("explain", *PARTED, "-o", figure)
    assert "Judged different by ann" in done.out
    assert "before anything is compared" in done.out
    assert "the whole" in done.out
    assert figure.read_text(encoding="utf-8").startswith("<svg")


def test_a_judgement_survives_the_correction_of_a_layout(act, run: Run, folder: Path, judged) -> None:
    from kithmap.ingest.layouts import read_layout_text

    corrected = folder / "gangs_panel_list.toml"
    corrected.write_text(read_layout_text(GANGS).replace(LAYOUT, ""), encoding="utf-8")
    extract, there = folder / f"{GANGS}.csv", folder / "workspace"
    done = run("receive", extract, "--layout", corrected, "--agreement", GANGS, "-w", there, "--as", "ann")
    assert done.code == 0, done.err
    built = run("build", "--in-full", "-w", there, "--as", "ann", "--json")
    assert built.json["figures"]["why_in_full"] == "It was asked for."
    assert obeyed(run, folder)


def test_two_nhs_numbers_are_not_overruled_by_a_judgement(act, run: Run, folder: Path, judged) -> None:
    pair = f"{REGISTER}.csv:1:1", f"{REGISTER}.csv:7:1"
    act("review", "judge", *pair, "same", "-r", "written wrongly")
    assert run("build", "-w", folder / "workspace", "--as", "ann").code == 0
    now = people(run, folder)
    assert now[pair[0]] != now[pair[1]]
    assert "Judged same by ann" in (said := act("explain", *pair).out)
    assert "but" in said
    assert "two people" in said


def test_a_judgement_is_listed_and_undone(act, judged) -> None:
    listed = act("review", "list", "--json").json
    assert listed[0]["who"] == "ann"
    assert act("review", "undo", listed[0]["id"], "-r", "the wrong row").code == 0
    assert "undone" in act("review", "list").out
    again = act("review", "undo", listed[0]["id"], "-r", "the wrong row")
    assert (again.code, "undone before" in again.err) == (2, True)


def test_a_workbook_leaves_and_comes_back(act, folder: Path, judged) -> None:
    book = folder / "pairs.xlsx"
    left = act("review", "export", "-o", book, "--json").json
    assert left["pairs"] >= 1
    back = act("review", "import", book, "--json").json
    assert (back["added"], back["left_empty"]) == (0, left["pairs"])


def test_a_pair_may_be_shown_by_its_rows(act) -> None:
    done = act("review", "show", f"{REGISTER}.csv:2", f"{GANGS}.csv:2")
    assert "Tamsin" in done.out
    assert done.code == 0


@pytest.mark.parametrize("words", [("next",), ("list",), ("show", f"{REGISTER}.csv:2", f"{GANGS}.csv:2")])
def test_reviewing_for_profiling_is_refused(act, words) -> None:
    done = act("review", *words, purpose="profiling")
    assert (done.code, "does not allow" in done.err) == (3, True)


def test_whom_one_looks_for_must_be_said_and_for_case_work(act) -> None:
    assert act("find", purpose="case").code == 2
    assert act("find", "--name", "Tamsin Okonjo", purpose="quality").code == 3
