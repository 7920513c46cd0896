"""Every page in a real browser, for three roles: axe finds nothing, nothing comes from elsewhere, 320 pixels are enough."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from addresses_made import real, samples
from conftest import PURPOSES
from registers_made import MILL, workbook

from kithmap.desk.audit_workbook import make_audit_workbook
from kithmap.desk.export_review import make_review_workbook
from kithmap.desk.received import agreements_open_to
from kithmap.desk.receiving import begin
from kithmap.desk.uploads import FILLED, Incoming, keep_incoming
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.governance.policy import Role
from kithmap.model.registers import PLACE_PROVISION
from kithmap.web.page import Page
from kithmap.web.urls import PAGES

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ROLES = (Role.ANALYST, Role.MANAGER, Role.INFORMATION_GOVERNANCE)
NARROW, WIDE = {"width": 320, "height": 800}, {"width": 1100, "height": 900}
# What is no page that somebody reads: files, data for scripts, and what answers machines.
NO_PAGE = {"healthz", "metrics", "stay", "welcome", "by_provider", "back", "profile_download"}
# Pages of another role than the three, or to which only a moment leads that the day's test goes through.
ELSEWHERE = {
    "invitation": "serves once, whoever has its link",
    "one_judgement": "is seen by the reviewers' own tests: a judgement is made in a browser first",
}
# The purpose that what is shown is for, where it is not any.
OF_ITS_OWN = {"profile_edit": "sharing", "review_sent": "quality"}
# Pages that show a workbook which somebody filled in, and what makes one.
BOOKS: dict[str, Callable[..., tuple[Any, bytes]]] = {
    "review_sent": make_review_workbook, "audit_sent": make_audit_workbook,
}  # fmt: skip
RUN = "levels => axe.run(document, {runOnly: {type: 'tag', values: levels}, resultTypes: ['violations']})"


@dataclass
class Seen:
    """What one role saw: the pages that answered, and every fault with the page it is on."""

    pages: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def is_read(page: Page) -> bool:
    """Whether a page is one that somebody reads."""
    is_file = ".<" in page.path or page.path.endswith((".json", ".toml", ".csv", ".xlsx"))
    return "GET" in page.methods and not is_file and page.name not in NO_PAGE


READ = [page for page in PAGES if is_read(page)]


@pytest.fixture(scope="module")
def examples(site_folder: Path) -> dict[str, str]:
    """An address of each page that somebody reads, of things that there are in the workspace."""
    with open_workspace(site_folder) as workspace:
        upload = sent_in(workspace)
        found: dict[str, str] = {}
        for page in READ:
            if "<" not in page.path:
                found[page.name] = f"/{page.path}"
            elif page.name == "entries_sent":
                found[page.name] = f"/registers/{PLACE_PROVISION.name}/import/{sheet_in(workspace)}"
            elif "<str:upload>" in page.path:
                sent = filled_in(workspace, BOOKS[page.name]) if page.name in BOOKS else upload
                found[page.name] = "/" + page.path.replace("<str:upload>", sent)
            else:
                addresses = [address for address, _ in real(workspace, page)]
                found |= {page.name: quote(addresses[0])} if addresses else {}
        return found


def sent_in(workspace: Workspace) -> str:
    """A file that the analyst has sent in and not received yet."""
    agreed = next(
        each for each in agreements_open_to(workspace, who="demo-analyst") if "exclusions" in str(each)
    )
    incoming = Incoming(workspace)
    incoming.write(b"Surname,Forename,DoB,Panel date\nOkonjo,Tamsin,03/09/2009,01/07/2026\n")
    return begin(workspace, incoming, "panel_next.csv", agreement=agreed.id, who="demo-analyst").upload_id


def filled_in(workspace: Workspace, make: Callable[..., tuple[Any, bytes]]) -> str:
    """A workbook that the analyst has downloaded and sent in as it was."""
    samples(workspace)
    _, content = make(workspace, "book.xlsx", purpose=PURPOSES["quality"], who="demo-analyst", most=20)
    incoming = Incoming(workspace)
    incoming.write(content)
    return keep_incoming(workspace, incoming, "book.xlsx", who="demo-analyst", kind=FILLED).upload_id


def sheet_in(workspace: Workspace) -> str:
    """A sheet of a register that the analyst has filled in, with a cell that is refused, and sent in."""
    rows = [MILL, {**MILL, "place": "Quay"}, {**MILL, "place": "Pier", "start_on": "never"}]
    incoming = Incoming(workspace)
    incoming.write(workbook(PLACE_PROVISION, rows))
    kind = f"sheet of {PLACE_PROVISION.name}"
    return keep_incoming(workspace, incoming, "filled.xlsx", who="demo-analyst", kind=kind).upload_id


def test_every_page_that_names_something_has_an_example(examples):
    lacking = {page.name for page in READ if is_for_one(page)} - examples.keys() - ELSEWHERE.keys()
    assert not lacking, "name one in tests/web/addresses_made.py, or say in ELSEWHERE why there is none"


@pytest.fixture(scope="module")
def seen(examples, site, chromium) -> dict[Role, Seen]:
    """What each role sees of every page; each page is opened once for each."""
    address, links = site
    found: dict[Role, Seen] = {}
    for role in ROLES:
        found[role] = Seen()
        context = chromium.new_context(viewport=WIDE, reduced_motion="reduce")
        page = context.new_page()
        page.set_default_timeout(60_000)
        watch(page, address, found[role])
        page.goto(links[role.value])
        look_at_all(page, address, role, examples, found[role])
        context.close()
    return found


def look_at_all(browser: Any, address: str, role: Role, examples: dict[str, str], found: Seen) -> None:
    chosen = ""
    for declared in READ:
        if declared.name not in examples or not may_see(declared, role):
            continue
        action = declared.policy.action
        if action is not None and declared.policy.purpose:
            wanted = OF_ITS_OWN.get(declared.name, declared.policy.purposes_for(role)[0].value)
            if wanted != chosen:
                browser.goto(f"{address}/purpose")
                browser.check(f"input[value='{PURPOSES[wanted]}']")
                browser.get_by_role("button", name="Continue").click()
                chosen = wanted
        answer = browser.goto(f"{address}{examples[declared.name]}")
        landed = urlsplit(browser.url).path
        if answer.status == 200 and (landed != "/purpose" or declared.name == "choose_purpose"):
            found.pages.add(declared.name)
        found.faults += [f"{declared.name}: {fault}" for fault in faults_of(browser)]


def may_see(page: Page, role: Role) -> bool:
    from kithmap.governance.permissions import User

    return page.is_for(User("somebody", role))


def is_for_one(page: Page) -> bool:
    """Whether one of the roles may see a page."""
    return any(may_see(page, role) for role in ROLES)


def watch(browser: Any, address: str, found: Seen) -> None:
    """Note what the browser complains of, and every request to another place."""

    def asked(request: Any) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            found.faults.append(f"{browser.url} asks {request.url}")

    def complained(message: Any) -> None:
        # That a page is not there is no fault of a script.
        if message.type == "error" and "status of 40" not in message.text:
            found.faults.append(f"{browser.url}: {message.text}")

    browser.on("request", asked)
    browser.on("console", complained)
    browser.on("pageerror", lambda error: found.faults.append(f"{browser.url}: {error}"))


def faults_of(browser: Any) -> list[str]:
    """What axe finds on a page, and whether it is too wide for 320 pixels."""
    browser.evaluate(AXE.read_text(encoding="utf-8"))
    result = browser.evaluate(RUN, LEVELS)
    found = [
        f"{each['id']} at {each['nodes'][0]['target']} ({len(each['nodes'])})"
        for each in result["violations"]
    ]
    browser.set_viewport_size(NARROW)
    width = browser.evaluate("document.documentElement.scrollWidth")
    if width > NARROW["width"]:
        found.append(f"{width} pixels wide at 320")
    browser.set_viewport_size(WIDE)
    return found


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value)
def test_no_page_has_a_fault_that_axe_finds_nor_asks_another_place(seen, role):
    faults = seen[role].faults
    assert not faults, "\n".join(faults)


def test_every_page_was_seen_by_one_of_the_roles(seen):
    looked_at = set().union(*(each.pages for each in seen.values()))
    mine = {page.name for page in READ if is_for_one(page)}
    unseen = mine - looked_at - ELSEWHERE.keys()
    assert not unseen, unseen
