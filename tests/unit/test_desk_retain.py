"""Deleting what may be kept no longer: an agreement ends, and nothing that its extract said is left anywhere."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from desk_made import ANALYST, agreement_file, files_with, make_small_world, make_workspace, names_in

from kithmap.desk import agreements, audit, retain, subject
from kithmap.desk.ask import ask
from kithmap.desk.build import build
from kithmap.desk.receive import receive
from kithmap.desk.redact import find_signature, propose, sign
from kithmap.desk.subject import Wish
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.errors import NotPermitted
from kithmap.ingest.layouts import load_layout
from kithmap.register import builds, receipts

LIST, POLICE = "cse_panel_list", "police_crime_party"
KEEPER = "gil"


def agree_until(workspace: Workspace, layout: str, end: str) -> None:
    """An agreement, or a new version of it, that ends on a day and lets nothing be kept longer."""
    file = agreement_file(workspace.folder.parent, layout, load_layout(layout).holder, [layout], end=end)
    kept = f'[retention]\nrule = "Until the agreement ends"\nuntil = {end}\n'
    file.write_text(file.read_text(encoding="utf-8") + kept, encoding="utf-8")
    agreements.add_agreement(workspace, file, who=ANALYST)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A list and a police file, linked."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("retain")
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        world = make_small_world(tmp_path_factory.getbasetemp() / "world")
        with make_workspace(folder / "workspace") as made:
            for layout, file in ((LIST, "hartwell_cse_panel_list.xlsx"), (POLICE, "police_crime_party.csv")):
                agree_until(made, layout, "2099-12-31")
                receive(made, world / "extracts" / file, layout=layout, agreement=layout, who=ANALYST)
            build(made, who=ANALYST)
        yield folder / "workspace"


@pytest.fixture
def workspace(home: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The same for every test, whatever another test deleted."""
    with open_workspace(copytree(home, tmp_path / "workspace")) as opened:
        yield opened


def test_when_an_agreement_has_ended_its_extract_is_deleted_and_nothing_it_said_is_left(workspace):
    told = names_in(workspace)
    reference = f"{POLICE}.csv:1"
    text = propose(workspace, reference, purpose="case", who=ANALYST).redacted.text
    sign(workspace, text, reference, purpose="case", who=ANALYST)
    person = first_person(workspace)
    subject.ask_for(workspace, person, Wish("access", "to know what is held"), purpose="case", who=ANALYST)
    assert retain.find_due(workspace) == ()

    for layout in (LIST, POLICE):
        agree_until(workspace, layout, "2026-01-31")
    due = retain.find_due(workspace)
    assert [each.agreement for each in due] == [LIST, POLICE]
    done = retain.delete_due(workspace, who=KEEPER)

    assert done.left == ()
    assert "Nothing of them is found" in done.sentence
    assert (builds.list_builds(workspace.register), receipts.kept_receipts(workspace.register)) == ((), ())
    assert sorted(path.name for path in workspace.builds.iterdir()) == []
    assert find_signature(workspace, text) is None
    assert told
    assert files_with(workspace.folder, told) == {}
    assert narratives_left(workspace, text) == []


def test_the_proof_of_deleting_is_a_line_of_the_audit_that_names_nobody(workspace):
    agree_until(workspace, LIST, "2026-01-31")
    retain.delete_due(workspace, who=KEEPER)
    line = audit.show(workspace, last=1, who=ANALYST)[0]
    assert (line.actor, line.verb, line.details["left"]) == (KEEPER, "retain", [])
    assert [each["agreement"] for each in line.details["extracts"]] == [LIST]


def test_what_another_agreement_still_lets_be_kept_stays_and_is_built_again(workspace):
    agree_until(workspace, LIST, "2026-01-31")
    done = retain.delete_due(workspace, who=KEEPER)
    assert len(done.builds) == 1
    assert [each.layout for each in receipts.kept_receipts(workspace.register)] == [POLICE]
    build(workspace, who=ANALYST)
    answer = ask(workspace, "prevalence", purpose="profiling", who=ANALYST)
    assert answer.extracts == tuple(each.receipt_no for each in receipts.kept_receipts(workspace.register))
    assert retain.delete_due(workspace, who=KEEPER).sentence == "Nothing is past its day."


def test_whoever_may_not_withdraw_deletes_nothing(workspace):
    agree_until(workspace, LIST, "2026-01-31")
    with pytest.raises(NotPermitted):
        retain.delete_due(workspace, who="nobody")
    assert len(receipts.kept_receipts(workspace.register)) == 2


def test_what_is_left_is_found_wherever_it_is(workspace):
    numbers = [each.receipt_no for each in receipts.kept_receipts(workspace.register)]
    (made,) = builds.list_builds(workspace.register)
    (workspace.tmp / "half-written").write_bytes(b"rows")
    (workspace.builds / "of-nobody.duckdb").write_bytes(b"rows")
    left = retain.find_left(workspace, numbers)
    assert set(left) >= {
        f"records of receipt {numbers[0]}",
        f"build {made.build_id}",
        "tmp/half-written",
        "builds/of-nobody.duckdb",
    }


def first_person(workspace: Workspace) -> str:
    from kithmap.desk.publishing import open_engine

    engine = open_engine(workspace, builds.get_build(workspace.register, None))
    people = engine.fetch(engine.table("concern").select("person_id"))
    return str(people["person_id"][0].as_py())


def narratives_left(workspace: Workspace, text: str) -> list[str]:
    """The files that still hold a stretch of what was signed."""
    stretch = text.encode()[: len(text) // 2]
    assert len(stretch) > 20
    return [
        path.name for path in workspace.folder.rglob("*") if path.is_file() and stretch in path.read_bytes()
    ]
