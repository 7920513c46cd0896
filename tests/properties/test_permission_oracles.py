"""Every decision, three times: by the code, by the documentation's tables read back, and by Cedar."""

import itertools
import os
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cedarpy
import pytest

from kithmap.governance.agreement_parts import DataItem
from kithmap.governance.agreements import Agreement
from kithmap.governance.organisations import Organisation
from kithmap.governance.permissions import DATA, Resource, Subject, decide
from kithmap.governance.policy import OPERATIONS, Action, AgreedLevel, Kind, Operation, Role
from kithmap.governance.purposes import Purpose
from kithmap.model.columns import Sensitivity

PAGE = Path(__file__).resolve().parents[2] / "docs/explanation/permissions.md"
TODAY = date(2026, 7, 31)
# The organisation of the data, one of another kind, and the partnership's own.
AGENCY = Organisation.SOCIAL_CARE
ORGANISATIONS = (AGENCY, Organisation.POLICE, Organisation.PARTNERSHIP)
STANDINGS = ("none", "in force", "draft", "suspended", "superseded", "not yet", "ended")
PURPOSES = (None, *Purpose)
LEAST = 50_000
EVERY = "KITHMAP_EVERY_DECISION"


class Asked(NamedTuple):
    """One combination of everything a decision depends on."""

    role: Role
    organisation: Organisation
    purpose: Purpose | None
    action: Action
    kind: Kind
    standing: str
    level: AgreedLevel


@cache
def every_question() -> tuple[Asked, ...]:
    """Data actions over all of it; the others over every kind of thing, for which purpose and level play no part."""
    data = [action for action in OPERATIONS if OPERATIONS[action] is not None]
    duties = [action for action in Action if action not in data]
    of_data = itertools.product(Role, ORGANISATIONS, PURPOSES, data, DATA, STANDINGS, AgreedLevel)
    of_duties = itertools.product(
        Role, ORGANISATIONS, [None], duties, Kind, STANDINGS, [AgreedLevel.SHAREABLE]
    )
    return tuple(itertools.starmap(Asked, itertools.chain(of_data, of_duties)))


@cache
def agreement_of(standing: str, level: AgreedLevel) -> Agreement | None:
    if standing == "none":
        return None
    starts = {"not yet": date(2027, 1, 1)}.get(standing, date(2026, 1, 1))
    ends = {"not yet": date(2028, 1, 1), "ended": date(2026, 7, 30)}.get(standing, TODAY)
    state = standing if standing in ("draft", "suspended", "superseded") else "active"
    every = frozenset(Operation)
    return Agreement(
        id="A", title="A", holder="H", agency=AGENCY, authority=None, purposes=frozenset(Purpose),
        levels=frozenset({level}), start=starts, end=ends, state=state,
        items=tuple(DataItem("a_list", each.value, each, every) for each in Sensitivity),
    )  # fmt: skip


def by_code(asked: Asked) -> bool:
    subject = Subject(asked.role, asked.organisation, None, asked.purpose)
    agreement = agreement_of(asked.standing, asked.level)
    return decide(subject, asked.action, Resource(asked.kind, "a_list"), agreement, TODAY).allowed


def for_cedar() -> list[Asked]:
    """The questions Cedar is asked in every run of the tests; `make bench-governance` asks it all of them."""
    some = ("none", "in force", "suspended")
    return [asked for asked in every_question() if asked.standing in some]


class Page:
    """The documentation's tables, read by themselves: nothing of the code but the words of its enumerations."""

    def __init__(self, text: str) -> None:
        self.grants = [
            (role.replace(" ", "_"), action, words(purposes), words(data), whose)
            for role, action, purposes, data, whose in rows(text, "What a role may do")
        ]
        self.levels = {
            level.replace(" ", "_"): ({a.strip() for a in actions.split(";")}, words(purposes))
            for level, actions, purposes in rows(text, "What a level of agreement allows")
        }
        self.needs = dict(rows(text, "What an action needs of the agreement"))

    def allows(self, asked: Asked) -> bool:
        purpose = asked.purpose.value if asked.purpose else ""
        granted = any(
            role == asked.role.value
            and action == asked.action.value
            and (not purposes or purpose in purposes)
            and asked.kind.value in data
            and (whose == "every" or (asked.standing != "none" and asked.organisation is AGENCY))
            for role, action, purposes, data, whose in self.of(asked.role.value, asked.action.value)
        )
        needed = self.needs.get(asked.action.value)
        if not granted or needed is None:
            return granted
        if asked.standing != "in force" or needed == "none":
            return asked.standing == "in force"
        actions, purposes = self.levels[asked.level.value]
        return asked.action.value in actions and purpose in purposes

    @cache  # noqa: B019  one page, for one test session
    def of(self, role: str, action: str) -> tuple:
        return tuple(line for line in self.grants if line[:2] == (role, action))


def rows(text: str, title: str) -> list[list[str]]:
    """The rows of the table under a heading."""
    part = text.split(f"## {title}\n")[1].split("\n## ", maxsplit=1)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def words(cell: str) -> set[str]:
    return set() if cell == "none needed" else set(cell.split(", "))


def cedar_policies(page: Page, role: Role, action: Action) -> str:
    """The page's tables as Cedar policies, as far as they speak of a role and an action."""
    return "\n".join((*_permits(page, role, action), *_forbids(page)))


def _permits(page: Page, role: Role, asked: Action) -> Iterator[str]:
    for of, action, purposes, data, whose in page.of(role.value, asked.value):
        conditions = [f"{_set('Kind', data)}.contains(resource)"]
        if purposes:
            conditions.append(f"{_strings(purposes)}.contains(context.purpose)")
        if whose == "own":
            conditions.append('context.standing != "none" && context.organisation == context.agency')
        yield f'permit(principal == Role::"{of}", action == Action::"{action}", resource) when {{ {" && ".join(conditions)} }};'


def _forbids(page: Page) -> Iterator[str]:
    """What an agreement must be and say, over whatever is permitted."""
    listed = ", ".join(f'Action::"{action}"' for action in page.needs)
    yield f'forbid(principal, action in [{listed}], resource) unless {{ context.standing == "in force" }};'
    of_data = ", ".join(f'Action::"{action}"' for action, needed in page.needs.items() if needed != "none")
    for level, (actions, purposes) in page.levels.items():
        allowed = ", ".join(f'Action::"{action}"' for action in sorted(actions))
        yield (
            f'forbid(principal, action in [{of_data}], resource) when {{ context.level == "{level}" }}'
            f" unless {{ [{allowed}].contains(action) && {_strings(purposes)}.contains(context.purpose) }};"
        )


def _set(kind: str, values: set[str]) -> str:
    return "[" + ", ".join(f'{kind}::"{value}"' for value in sorted(values)) + "]"


def _strings(values: set[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in sorted(values)) + "]"


def by_cedar(page: Page, questions: list[Asked]) -> list[bool]:
    """Cedar's answers, to the questions of each role and action in one batch."""
    answers: dict[Asked, bool] = {}
    together = sorted(questions, key=_role_and_action)
    for (role, action), group in itertools.groupby(together, key=_role_and_action):
        asked = list(group)
        policies = cedar_policies(page, Role(role), Action(action))
        decided = cedarpy.is_authorized_batch([_request(each) for each in asked], policies, [])
        answers.update(zip(asked, (each.allowed for each in decided), strict=True))
    return [answers[each] for each in questions]


def _role_and_action(asked: Asked) -> tuple[str, str]:
    return asked.role.value, asked.action.value


def _request(asked: Asked) -> dict:
    return {
        "principal": f'Role::"{asked.role.value}"',
        "action": f'Action::"{asked.action.value}"',
        "resource": f'Kind::"{asked.kind.value}"',
        "context": {
            "purpose": asked.purpose.value if asked.purpose else "",
            "organisation": asked.organisation.value, "agency": AGENCY.value,
            "standing": asked.standing, "level": asked.level.value,
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(PAGE.read_text(encoding="utf-8"))


def test_there_are_enough_questions_and_each_is_asked_once():
    questions = every_question()
    assert len(questions) == len(set(questions)) >= LEAST


def test_the_code_decides_as_the_documentation_says(page):
    wrong = [asked for asked in every_question() if by_code(asked) != page.allows(asked)]
    assert not wrong, f"{len(wrong)} of {len(every_question())}, first {wrong[0]}"


def test_cedar_decides_as_the_code_does(page):
    questions = list(every_question()) if EVERY in os.environ else for_cedar()
    assert len(questions) >= LEAST
    wrong = [
        asked
        for asked, allowed in zip(questions, by_cedar(page, questions), strict=True)
        if allowed != by_code(asked)
    ]
    assert not wrong, f"{len(wrong)} of {len(questions)}, first {wrong[0]}"


def test_the_questions_are_worth_asking(page):
    answers = [by_code(asked) for asked in every_question()]
    assert 1000 < sum(answers) < len(answers) / 2
