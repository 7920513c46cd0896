"""The guide to reviewing is followed as a reader would, and says what the code says."""

import re
import shlex
from pathlib import Path

import pytest
from review_made import make_review
from running import Run

from kithmap.governance.judging import DECISIONS, REASONS
from kithmap.register.judgements import list_judgements
from kithmap.register.open import open_register

DOCS = Path(__file__).resolve().parents[2] / "docs" / "how-to"
GUIDE = (DOCS / "review-links.md").read_text(encoding="utf-8")
COMMANDS = [
    line.removeprefix("$ kithmap ")
    for block in re.findall(r"^```console\n(.*?)^```", GUIDE, flags=re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def folder(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("guide")
    make_review(made).close()
    return made


def test_every_command_of_the_guide_does_what_the_guide_says(run: Run, folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    assert len(COMMANDS) >= 10
    for command in COMMANDS:
        words = shlex.split(command)
        if "JUDGEMENT" in words:
            register = open_register(folder / "workspace")
            words[words.index("JUDGEMENT")] = list_judgements(register)[0].id
        done = run(*words, "-w", folder / "workspace", "--as", "ann")
        assert done.code == 0, f"{command}: {done.err}"
    assert (folder / "link.svg").is_file()


def test_the_guide_finds_whom_it_looks_for(run: Run, folder: Path) -> None:
    asked = [shlex.split(command) for command in COMMANDS if command.startswith("find")]
    found = [run(*words, "-w", folder / "workspace", "--as", "ann", "--json").json for words in asked]
    assert [bool(each["records"]) for each in found] == [True, True]


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_guide_lists_the_reasons_of_each_decision(decision: str) -> None:
    assert f"| {decision} | {'; '.join(REASONS[decision])} |" in GUIDE
