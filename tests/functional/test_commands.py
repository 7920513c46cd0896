"""The commands, as a person at a terminal meets them."""

import csv
import json
import re
from pathlib import Path

import pytest
from running import Run

# One worker makes the demonstration once for all these tests.
PURPOSE = "PP-2026-01"


def test_the_demonstration_ends_with_its_headline_and_its_profiles(demo: Path) -> None:
    assert sorted(path.name for path in (demo / "profiles").glob("*.html")) == [
        "profile-R0.html",
        "profile-R1.html",
    ]
    page = (demo / "profiles" / "profile-R1.html").read_text(encoding="utf-8")
    assert "young people" in page


def test_a_demonstration_is_not_made_over_what_is_there(demo: Path, run: Run) -> None:
    done = run("demo", demo, "--young", "300")
    assert done.code == 2
    assert "already holds something" in done.err


def test_every_measure_answers_with_the_agreed_keys(demo: Path, run: Run) -> None:
    measures = [m["name"] for m in run("measures", "--json").json]
    assert {"overlap", "prevalence", "shared_contexts", "schools", "sources"} <= set(measures)
    for measure in measures:
        answer = run("ask", measure, "--purpose", PURPOSE, "-w", demo, "--json").json
        assert {
            "question",
            "unit",
            "columns",
            "rows",
            "status",
            "sentence",
            "caveats",
            "build",
            "purpose",
        } <= set(answer)
        assert answer["rows"]
        assert answer["purpose"] == PURPOSE


def test_an_answer_fits_a_terminal_of_80_columns(demo: Path, run: Run) -> None:
    for measure in ("overlap", "prevalence", "shared_contexts", "schools", "sources"):
        text = run("ask", measure, "--purpose", PURPOSE, "-w", demo).out
        assert max(len(line) for line in text.splitlines()) <= 80


def test_a_question_without_a_purpose_is_wrong_use(demo: Path, run: Run) -> None:
    assert run("ask", "overlap", "-w", demo).code == 2


def test_a_question_for_an_unknown_purpose_is_not_answered(demo: Path, run: Run) -> None:
    done = run("ask", "overlap", "--purpose", "NOBODY-AGREED", "-w", demo)
    assert done.code in (2, 3)
    assert done.out == ""


def test_a_question_for_a_purpose_it_is_not_agreed_for_is_refused_and_logged(demo: Path, run: Run) -> None:
    done = run("ask", "schools", "--purpose", "CASE-2026-01", "-w", demo, "--json")
    logged = run("audit", "show", "--last", "3", "-w", demo, "--json").json
    assert done.code in (0, 3)
    if done.code == 3:
        assert done.json["error"] == "PurposeNotAgreed"
        assert any(line["outcome"] == "deny" for line in logged)


def test_an_unknown_measure_gets_a_suggestion(demo: Path, run: Run) -> None:
    done = run("ask", "overlop", "--purpose", PURPOSE, "-w", demo)
    assert done.code == 2
    assert "overlap" in done.err


def test_an_unknown_option_names_the_options_there_are(demo: Path, run: Run) -> None:
    done = run("ask", "overlap", "--lisst", "CSE", "--purpose", PURPOSE, "-w", demo)
    assert done.code == 2
    assert "lists" in done.err


def test_links_need_a_case_or_quality_purpose(demo: Path, run: Run, tmp_path: Path) -> None:
    assert run("links", "-o", tmp_path / "links.csv", "--purpose", PURPOSE, "-w", demo).code == 3
    assert not (tmp_path / "links.csv").exists()
    assert run("links", "-o", tmp_path / "links.csv", "--purpose", "QA-2026-01", "-w", demo).code == 0
    with (tmp_path / "links.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"extract", "row", "person_id"}
    assert all(int(row["row"]) >= 1 for row in rows)


def test_a_release_needs_two_approvers_and_neither_is_the_author(demo: Path, run: Run) -> None:
    share = ("share", "overlap", "--purpose", PURPOSE, "--level", "R1", "--to", "Hartwell MASH", "-w", demo)
    assert run(*share, "--approved-by", "demo-manager").code == 3
    assert run(*share, "--approved-by", "demo-manager", "--approved-by", "demo-manager").code == 3
    assert run(*share, "--approved-by", "demo-manager", "--approved-by", "alex").code == 3
    assert run(*share, "--approved-by", "demo-manager", "--approved-by", "demo-governance").code == 0


def test_a_release_to_the_partnership_shows_no_count_under_five(demo: Path, run: Run) -> None:
    done = run(
        "share", "overlap", "--purpose", PURPOSE, "--level", "R1", "--to", "Hartwell MASH", "-w", demo,
        "--approved-by", "demo-manager", "--approved-by", "demo-governance", "--json",
    )  # fmt: skip
    rows, columns = done.json["rows"], done.json["columns"]
    index = columns.index("young_people")
    values = [row[index] if isinstance(row, list) else row["young_people"] for row in rows]
    assert not [value for value in values if value in (1, 2, 3, 4)]


def test_receiving_the_same_file_twice_changes_nothing_and_says_so(demo: Path, run: Run) -> None:
    manifest = json.loads((demo / "world" / "manifest.json").read_text(encoding="utf-8"))
    extract = manifest["extracts"][1]
    path = demo / "world" / "extracts" / extract["file"]
    words = ("receive", path, "--layout", extract["layout"], "--agreement", extract["agreement"], "-w", demo)
    done = run(*words)
    assert done.code == 0
    assert "Nothing has changed" in done.out
    assert run(*words, "--json").json["already"] is True


def test_inspect_masks_names_unless_a_case_purpose_allows_them(demo: Path, run: Run) -> None:
    path = demo / "world" / "extracts" / "police_missing.csv"
    masked = run("inspect", path)
    assert masked.code == 0
    refused = run("inspect", path, "--show-people", "-w", demo)
    assert refused.code == 3
    assert run("inspect", path, "--show-people", "--purpose", PURPOSE, "-w", demo).code == 3
    shown = run("inspect", path, "--show-people", "--purpose", "CASE-2026-01", "-w", demo)
    assert shown.code == 0
    assert shown.out != masked.out


def test_a_proposed_layout_can_be_received_with(demo: Path, run: Run, tmp_path: Path) -> None:
    path = demo / "world" / "extracts" / "police_missing.csv"
    assert run("inspect", path, "--layout-out", tmp_path / "proposed.toml").code == 0
    assert run("layouts", tmp_path / "proposed.toml").code == 0


def test_the_profile_can_be_published_again_at_another_level(demo: Path, run: Run, tmp_path: Path) -> None:
    done = run(
        "publish", "profile", "--purpose", PURPOSE, "--level", "R3", "-o", tmp_path, "-w", demo,
        "--approved-by", "demo-manager", "--approved-by", "demo-governance",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert (tmp_path / "profile-R3.html").is_file()


@pytest.mark.parametrize(
    "words",
    [
        ("builds",),
        ("user", "list"),
        ("agreement", "list"),
        ("purpose", "list"),
        ("audit", "verify"),
        ("doctor",),
    ],
)
def test_every_list_prints_for_people_and_for_machines(demo: Path, run: Run, words: tuple[str, ...]) -> None:
    printed = run(*words, "-w", demo).out
    assert printed.strip()
    # A value's name in the code is no word for a reader.
    assert not re.search(r"\b[A-Z]\w+\.[A-Z_]{2,}\b", printed)
    assert run(*words, "-w", demo, "--json").json


def test_a_folder_that_is_no_workspace_is_named_as_such(run: Run, tmp_path: Path) -> None:
    done = run("builds", "-w", tmp_path)
    assert done.code == 2
    assert "not a Kithmap workspace" in done.err


def test_a_suspended_agreement_receives_nothing(demo: Path, run: Run, tmp_path: Path) -> None:
    run("new", tmp_path / "mine")
    agreement = sorted((demo / "world" / "agreements").glob("*.toml"))[0]
    purpose = sorted((demo / "world" / "purposes").glob("pp-*.toml"))[0]
    assert run("purpose", "add", purpose, "-w", tmp_path / "mine").code == 0
    added = run("agreement", "add", agreement, "-w", tmp_path / "mine", "--json").json
    assert run("agreement", "suspend", added["id"], "-w", tmp_path / "mine").code == 0
    manifest = json.loads((demo / "world" / "manifest.json").read_text(encoding="utf-8"))
    extract = next(e for e in manifest["extracts"] if e["agreement"] == added["id"])
    path = demo / "world" / "extracts" / extract["file"]
    done = run(
        "receive", path, "--layout", extract["layout"], "--agreement", added["id"], "-w", tmp_path / "mine"
    )
    assert done.code == 3
