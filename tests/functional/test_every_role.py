"""Every role tries every kind of command on real records: what the table denies is refused, and no name is told."""

import csv

import pytest

from kithmap.governance.permissions import User, may_act, may_do
from kithmap.governance.policy import Action, Role
from kithmap.governance.purposes import Purpose

PURPOSES = {"PP-2026-01": Purpose.PROFILING, "CASE-2026-01": Purpose.CASE}
ASKED = (
    (Action.ASK, "overlap"),
    (Action.ASK_CONTEXTS, "schools"),
)


@pytest.fixture(scope="module")
def people(run, demo) -> dict[Role, str]:
    """A user of every role; the first keeps agreements, and adds the administrator last."""
    names = {role: f"crawl-{role.value}" for role in Role}
    for role in (*(role for role in Role if role is not Role.ADMINISTRATOR), Role.ADMINISTRATOR):
        assert run("user", "add", names[role], "--role", role.value, "-w", demo, "--as", "alex").code == 0
    return names


@pytest.fixture(scope="module")
def names(demo) -> set[str]:
    """Surnames and forenames side by side, and the canaries: none of them is ever told by a question."""
    found = {
        line.split(" (")[0]
        for line in (demo / "world/truth/canaries.txt").read_text(encoding="utf-8").splitlines()
    }
    for file in sorted((demo / "world/extracts").glob("*csc_person_register.csv")):
        for row in csv.DictReader(file.read_bytes().decode("cp1252", errors="replace").splitlines()):
            found |= (
                {f"{row['Forename']} {row['Surname']}", row["NHS Number"]} if "Forename" in row else set()
            )
    assert len(found) > 100
    return found - {"", " "}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_a_question_is_answered_to_the_roles_of_the_table_alone(
    run, demo, people, names, role, purpose, asked
):
    action, measure = asked
    done = run("ask", measure, "--purpose", purpose, "-w", demo, "--as", people[role], "--json")
    may = may_act(User("u", role), action, PURPOSES[purpose])
    # A role that reads only its own organisation's data may find that the build holds none of it.
    assert done.code in ((0, 3) if may else (3,))
    if may and role in (Role.ANALYST, Role.MANAGER, Role.COORDINATOR):
        assert done.code == 0 or Purpose.PROFILING is not PURPOSES[purpose]
    assert not [name for name in names if name in done.out + done.err]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("action", "words"),
    [
        (Action.SEE_LINKS, ("links", "-o", "-", "--purpose", "CASE-2026-01")),
        (Action.SEE_AUDIT, ("audit", "show")),
        (Action.SEE_AUDIT, ("agreement", "use")),
        (Action.KEEP_AGREEMENTS, ("agreement", "suspend", "ISA-01")),
        (Action.SEE_REGISTERS, ("register", "show", "place_provision")),
        (Action.KEEP_REGISTERS, ("register", "add", "place_provision", "--set", "place=Quay")),
        (Action.REVIEW, ("review", "list", "--purpose", "CASE-2026-01")),
        (Action.SEE_PEOPLE, ("find", "--name", "Nobody Atall", "--purpose", "CASE-2026-01")),
    ],
)  # fmt: skip
def test_what_the_table_denies_a_role_is_refused(run, demo, people, role, action, words):
    if may_do(User("u", role), action):
        return
    done = run(*words, "-w", demo, "--as", people[role])
    assert done.code == 3
    assert not done.out
