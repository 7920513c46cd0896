"""Every page for every role and for nobody, for every purpose: no name is told, and forbidden looks like absent."""

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from addresses_made import PARAMETER, is_known, made_up, real
from conftest import PURPOSES

from kithmap.desk import accounts
from kithmap.desk.users import add_user
from kithmap.governance.permissions import User
from kithmap.governance.policy import Action, Role, purposes_for, purposes_of
from kithmap.governance.purposes import Purpose
from kithmap.register import audit
from kithmap.web.logs import Lines
from kithmap.web.page import Page
from kithmap.web.urls import PAGES

NAMED = {Action.SEE_PEOPLE, Action.SEE_LINKS, Action.REVIEW, Action.READ_NARRATIVES}
KEEPER, HERE, ELSEWHERE = "demo-administrator", "E09900001", "E09900002"
WORD = re.compile(r"[^\W_]+")
TAG = re.compile(r"<[^>]*>")
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
READ = [page for page in PAGES if "GET" in page.methods]
SENT = [page for page in PAGES if "POST" in page.methods]
NAMING = [page for page in PAGES if PARAMETER.search(page.path)]


@dataclass(frozen=True)
class Canaries:
    """Words that stand side by side in a name, and numbers: of young people, and of others in the extracts."""

    pairs: frozenset[tuple[str, str]]
    numbers: frozenset[str]
    others: frozenset[tuple[str, str]]

    def found_in(self, text: str) -> set[Any]:
        """The names and numbers that a text tells."""
        words = [word.casefold() for word in WORD.findall(TAG.sub(" ", text))]
        beside = set(pairwise(words))
        spaced = {"".join(three) for three in zip(words, words[1:], words[2:], strict=False)}
        return (beside & (self.pairs | self.others)) | ((set(words) | spaced) & self.numbers)


@pytest.fixture(scope="module")
def canaries(made: Path) -> Canaries:
    truth = made / "world" / "truth"
    people = duckdb.sql(
        f"select forename, surname, nhs_number, upn from '{truth / 'people.parquet'}' where is_young"
    ).fetchall()
    named = [(WORD.findall(first.casefold()), WORD.findall(last.casefold())) for first, last, *_ in people]
    pairs = {pair for first, last in named for pair in ((first[0], last[0]), (last[-1], first[0]))}
    numbers = {number.casefold() for *_, nhs, upn in people for number in (nhs, upn) if number}
    lines = (truth / "canaries.txt").read_text(encoding="utf-8").splitlines()
    others = {tuple(word.casefold() for word in WORD.findall(line)[:2]) for line in lines}
    assert len(pairs) > 200
    assert len(numbers) > 200
    assert len(others) > 100
    return Canaries(frozenset(pairs), frozenset(numbers), frozenset(others))


@pytest.fixture(scope="module")
def local(workspace) -> str:
    """The way in of an analyst of one authority alone."""
    add_user(workspace, "local-analyst", "analyst", who=KEEPER, authority=HERE)
    return f"/welcome/{accounts.invite(workspace, 'local-analyst', who=KEEPER)}"


def told(answer: Any) -> str:
    """All that an answer tells: headers, cookies and content; a workbook's sheets unpacked."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    around = f"{dict(answer.headers)} {answer.cookies.output()}"
    return f"{around}\n{content.decode('utf-8', errors='replace')}"


def bare(answer: Any) -> bytes:
    return TOKEN.sub(b"", answer.content)


@cache
def may_name(page: Page, role: Role, kind: Purpose | None) -> bool:
    """Whether a page is declared to show names, to this role under this purpose."""
    return any(
        kind in purposes_for(action, role) for action in page.policy.actions if action in NAMED and kind
    )


def chosen_for(client: Any, kind: Purpose | None) -> bool:
    """Choose a purpose of a kind; whether the role may."""
    return kind is None or client.post("/purpose", {"purpose": PURPOSES[kind.value]}).status_code == 302


def walk(client: Any, workspace: Any, kinds: list[Purpose | None]) -> Iterator[tuple[Page, Any, str, Any]]:
    """Ask for every page under every kind of purpose: those that serve none, without one and under the last."""
    for kind in kinds:
        if not chosen_for(client, kind):
            continue
        for page in READ:
            if kind not in (None, kinds[-1]) and page.policy.purpose != "needed":
                continue
            for address, authorities in [*real(workspace, page), (made_up(page), frozenset())]:
                answer = client.get(address)
                assert answer.status_code < 500, (page.name, kind)
                yield page, kind, address, (answer, authorities)


@pytest.mark.parametrize("page", NAMING, ids=lambda page: page.name)
def test_what_every_address_names_is_known_to_these_tests(page):
    for _, parameter in PARAMETER.findall(page.path):
        first = page.path.split("/")[0].split(".")[0]
        assert is_known(page, parameter), (
            f"No test knows what '{parameter}' of the page '{page.path}' names: add a line for"
            f" '{first} {parameter}' to FINDERS in tests/web/addresses_made.py."
        )


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_no_page_tells_a_role_whose_names_it_may_not_see(role, browse, workspace, canaries, caplog):
    client = browse(role, None)
    absent: dict[str, bytes] = {}
    with caplog.at_level(logging.INFO):
        for page, kind, address, (answer, _) in walk(client, workspace, [None, *purposes_of(role)]):
            if not may_name(page, role, kind):
                assert not canaries.found_in(told(answer)), (page.name, kind)
            if not page.is_for(User("somebody", role)):
                assert answer.status_code == 404, address
                if "<" in page.path:
                    absent.setdefault(f"{page.name} {kind}", bare(answer))
                    assert bare(answer) == absent[f"{page.name} {kind}"], address
    logged = "\n".join(Lines().format(each) + each.getMessage() for each in caplog.records)
    assert not canaries.found_in(logged)


def test_an_analyst_of_one_authority_finds_nothing_of_another(browse, workspace, local, canaries):
    client = browse(None)
    client.get(local)
    others = 0
    kinds = [None, *purposes_of(Role.ANALYST)]
    for page, kind, address, (answer, authorities) in walk(client, workspace, kinds):
        if authorities - {HERE}:
            others += 1
            assert answer.status_code in (302, 404), address
            if answer.status_code == 404:
                assert bare(answer) == bare(client.get(made_up(page))), address
        if not may_name(page, Role.ANALYST, kind):
            assert not canaries.found_in(told(answer)), page.name
    assert others, "something of another authority was asked for"


def test_nobody_is_told_anything_of_what_is_in_the_workspace(browse, workspace, canaries):
    client = browse(None)
    for page, _, _, (answer, _) in walk(client, workspace, [None]):
        assert not canaries.found_in(told(answer)), page.name
        assert page.anonymous or answer.status_code == 302, page.name
        assert page.anonymous or answer["Location"].startswith("/sign-in"), page.name


@pytest.mark.parametrize("page", SENT, ids=lambda page: page.name)
def test_no_form_is_taken_without_its_token(page, browse, workspace):
    from django.test import Client

    for cookies in (browse(None).cookies, browse("analyst", "sharing").cookies):
        client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
        client.cookies = cookies
        addresses = [*(address for address, _ in real(workspace, page)), made_up(page)]
        lines = audit.head(workspace.register).seq
        for address in addresses:
            refused = client.post(address, {"session": "others", "purpose": PURPOSES["case"]})
            assert refused.status_code == 403, address
            assert b"Nothing was changed" in refused.content, address
        assert audit.head(workspace.register).seq == lines, "not even the desk was asked"


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_a_form_that_is_not_for_a_role_is_not_there_for_it(role, browse, workspace):
    client = browse(role, None)
    for page in SENT:
        if page.is_for(User("somebody", role)) or page.anonymous:
            continue
        for address in [*(address for address, _ in real(workspace, page)), made_up(page)]:
            answer = client.post(address, {"reason": "holder", "sure": "yes"})
            assert answer.status_code == 404, address
            assert bare(answer) == bare(client.post(made_up(page))), address


def test_neither_the_audit_nor_the_counts_hold_a_name(browse, workspace, canaries):
    client = browse("coordinator", "case")
    for page in READ:
        for address, _ in [*real(workspace, page)][:1]:
            client.get(address)
    lines = audit.last_lines(workspace.register, 5_000)
    assert not canaries.found_in("\n".join(str(line.to_dict()) for line in lines))
    assert not canaries.found_in(browse(None).get("/metrics").content.decode())


def test_a_name_that_is_typed_into_an_address_is_not_written_down(browse, workspace, canaries):
    first, last = min(canaries.pairs)
    asked = dict.fromkeys(("name", "q", "asked", "find", "school", "context"), f"{first} {last}")
    client = browse("analyst", "case")
    before = audit.head(workspace.register).seq
    for page in READ:
        if "<" not in page.path:
            client.get(f"/{page.path}", asked)
    lines = audit.last_lines(workspace.register, audit.head(workspace.register).seq - before)
    told = [line.verb for line in lines if canaries.found_in(str(line.to_dict()))]
    assert not told


def test_these_tests_see_a_name_that_is_told(canaries):
    first, last = next(iter(canaries.pairs))
    assert canaries.found_in(f"<td>{first.title()}</td>\n<td>{last.upper()}</td>")
    number = next(each for each in canaries.numbers if each.isdigit())
    assert canaries.found_in(f"NHS {number[:3]} {number[3:6]} {number[6:]}.")
    assert not canaries.found_in("Nobody is named here.")
