"""The gate: nothing leaves where a group stands apart and nobody has said what is made of it."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from desk_made import ANALYST, APPROVERS, agree, make_workspace

from kithmap.desk.ask import ask
from kithmap.desk.build import build
from kithmap.desk.disproportion import find_disproportion, note_where_needed, population_of, write_note
from kithmap.desk.receive import receive
from kithmap.desk.residents import find_residents, load_residents
from kithmap.desk.share import share
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.errors import DataProblem, NoteMissing, NotPermitted, UnreadableFile, WrongUse
from kithmap.governance.levels import Level

NOTE = "The list was drawn from one source; the panel will read it beside what schools know before it meets."
HEADS = "authority,ethnic_group,residents,source,as_at\n"
PANEL = (
    'name = "panel"\nholder = "Panel"\ngrain = "one row per young person"\n[person]\nforename = "First"\nsurname = "Last"\n'
    'dob = "DoB"\nethnicity = "Ethnicity"\n[list]\nname = "panel"\nharm = "SYV"\n[school]\nname = "School"\n'
)  # fmt: skip


def people() -> pl.DataFrame:
    """Forty black and forty white young people, the first thirty black and the first five white on the list."""
    size = 80
    letters = "abcdefghijklmnopqrstuvwxyz"
    return pl.DataFrame(
        {
            "First": [f"Q{letters[n % 26]}{letters[n // 26]}ri" for n in range(size)],
            "Last": [f"Ve{letters[(n * 7) % 26]}{letters[n // 26]}mo" for n in range(size)],
            "DoB": [f"{1 + n % 28:02d}/{1 + n % 12:02d}/2011" for n in range(size)],
            "Ethnicity": ["BCRB" if n % 2 else "WBRI" for n in range(size)],
            "School": ["Larkspur Academy"] * size,
        }
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("disproportion")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        workspace = make_workspace(home / "workspace")
        everybody = people().with_row_index("n")
        chosen = everybody.filter(
            (pl.col("n") % 2 == 1) & (pl.col("n") < 60) | (pl.col("n") % 2 == 0) & (pl.col("n") < 10)
        )
        (home / "panel.toml").write_text(PANEL, encoding="utf-8")
        chosen.drop("n").write_csv(home / "panel.csv")
        agree(workspace, "panel", "Panel", ["panel"])
        receive(
            workspace, home / "panel.csv", layout=str(home / "panel.toml"), agreement="panel", who=ANALYST
        )
        build(workspace, who=ANALYST)
        (home / "residents.csv").write_text(
            f"{HEADS}X01,black,40,census,2026-06-30\nX01,WBRI,40,census,2026-06-30\n"
        )
        load_residents(workspace, home / "residents.csv", who=ANALYST)
        workspace.close()
        yield home


@pytest.fixture
def workspace(made: Path) -> Iterator[Workspace]:
    with open_workspace(made / "workspace") as opened:
        yield opened


def test_a_release_is_refused_until_a_note_is_written_and_then_says_it(workspace: Workspace) -> None:
    result = ask(workspace, "prevalence", purpose="profiling", who=ANALYST)
    found = find_disproportion(workspace, result, Level.R1)
    assert found.needs_note
    assert [(each.group, each.is_more) for each in found.apart] == [("black", True), ("white", False)]
    with pytest.raises(NoteMissing) as refused:
        share(workspace, result, level="R1", to="the partnership", approved_by=APPROVERS)
    assert refused.value.exit_code == 3
    write_note(workspace, NOTE, who=ANALYST)
    release = share(workspace, result, level="R1", to="the partnership", approved_by=APPROVERS)
    assert f"The partnership's note: {NOTE}" in release.caveats
    assert any("black more often against residents of 10 to 17" in caveat for caveat in release.caveats)
    # Numbers by group leave only as an answer of their own.
    assert not any(char.isdigit() for char in found.sentences[0].replace("10 to 17", ""))


def test_a_note_is_of_just_the_people_it_was_written_for(workspace: Workspace) -> None:
    write_note(workspace, NOTE, who=ANALYST)
    other = ask(workspace, "prevalence", purpose="profiling", who=ANALYST, options={"harm": "SYV"})
    assert find_disproportion(workspace, other, Level.R1).note is None
    note_where_needed(workspace, other, NOTE)
    assert find_disproportion(workspace, other, Level.R1).note == NOTE
    same = ask(
        workspace, "prevalence", purpose="profiling", who=ANALYST, options={"harm": "syv", "by": "sex"}
    )
    assert find_disproportion(workspace, same, Level.R1).note == NOTE


def test_a_note_names_nobody_and_says_something(workspace: Workspace) -> None:
    named = people().row(1, named=True)
    for text in (
        f"It rests on {named['First']} {named['Last']} mostly, so says the panel.",
        "Ring 07700 900123 about this list, please.",
    ):
        with pytest.raises(WrongUse, match="names somebody") as refused:
            write_note(workspace, text, who=ANALYST)
        assert named["Last"] not in str(refused.value)
    with pytest.raises(WrongUse, match="too little"):
        write_note(workspace, "Seen.", who=ANALYST)
    with pytest.raises(WrongUse, match="longer"):
        write_note(workspace, "word " * 200, who=ANALYST)
    with pytest.raises(NotPermitted):
        write_note(workspace, NOTE, who="gil")


def test_whom_an_answer_is_of_goes_by_what_narrows_it() -> None:
    assert population_of("overlap", {"by": "list", "lists": "", "authority": "X01"}) == {
        "authority": "X01",
        "basis": "list",
    }
    assert population_of("schools", {"harm": "CSE", "permutations": 99, "seed": 1}) == {"harm": "CSE"}


def test_residents_are_replaced_and_their_source_is_kept(workspace: Workspace, made: Path) -> None:
    assert find_residents(workspace).to_dict() == {
        "authorities": 1,
        "residents": 80,
        "sources": ["census, 30/06/2026"],
    }


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("X01,black,many,census,2026-06-30", "not a whole number"), ("X01,Klingon,4,census,2026-06-30", "not a group"),
        ("X01,black,4,census,30/06/2026", "as_at is not a day"), (",black,4,census,2026-06-30", "authority is empty"),
        ("X01,black,4,census,2026-06-30\nX01,Black,5,census,2026-06-30", "earlier row"), ("", "no rows"),
    ],
)  # fmt: skip
def test_faults_in_a_file_of_residents_are_said_with_their_row(
    workspace: Workspace, tmp_path: Path, rows: str, says: str
) -> None:
    file = tmp_path / "residents.csv"
    file.write_text(HEADS + rows + "\n", encoding="utf-8")
    before = find_residents(workspace)
    with pytest.raises(DataProblem, match=says):
        load_residents(workspace, file, who=ANALYST)
    assert find_residents(workspace) == before


def test_a_file_without_the_columns_or_that_is_no_text_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "residents.csv"
    file.write_text("authority,residents\nX01,4\n", encoding="utf-8")
    with pytest.raises(DataProblem, match="no column ethnic_group, source, as_at"):
        load_residents(workspace, file, who=ANALYST)
    file.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UnreadableFile):
        load_residents(workspace, file, who=ANALYST)
    with pytest.raises(NotPermitted):
        load_residents(workspace, file, who="gil")
