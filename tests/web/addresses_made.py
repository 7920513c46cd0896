"""Addresses of every page, filled with ids that there are, ids of another authority, and ids that nobody made.

A page whose path names something new needs a line in FINDERS: `"<first part of the path> <parameter>"` (or the
parameter alone, where it means the same everywhere) over a function that gives ids of the served workspace.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import duckdb

from kithmap.desk import jobs
from kithmap.desk.agreements import list_agreements
from kithmap.desk.ask import ask
from kithmap.desk.audit_sample import draw, list_samples
from kithmap.desk.build import list_builds
from kithmap.desk.contexts import find_contexts
from kithmap.desk.find import Wanted, find
from kithmap.desk.judgements import list_judgements
from kithmap.desk.pairs import judge_waiting, look_at_queue
from kithmap.desk.profiles import Content, Section, list_profiles, start_profile
from kithmap.desk.received import list_extracts
from kithmap.desk.registers import add_entry, list_entries
from kithmap.desk.releasing import Terms, look_over, submit
from kithmap.desk.share import share_with_self
from kithmap.desk.workspace import Workspace
from kithmap.governance.judging import NOT_SURE, REASONS, Verdict
from kithmap.governance.levels import Level
from kithmap.measures import get_measure
from kithmap.register.audit_samples import get_sample
from kithmap.web.page import Page

ANALYST, CASE, QUALITY = "demo-analyst", "CASE-2026-01", "QA-2026-01"
PARAMETER = re.compile(r"<(\w+):(\w+)>")
# What nobody made, by how a path reads it.
MADE_UP = {"int": "987654321", "str": "made-up-by-nobody", "path": "made/up/by-nobody", "slug": "made-up"}


@dataclass(frozen=True)
class Id:
    """Something that there is, as an address names it; `authority` where it is of one authority alone."""

    value: str
    authority: str | None = None


def receipts(workspace: Workspace) -> list[Id]:
    """A receipt of each authority, and one that is regional."""
    of: dict[str | None, Id] = {}
    for each in list_extracts(workspace, who=ANALYST):
        of.setdefault(each.receipt.la_code, Id(str(each.receipt.receipt_no), each.receipt.la_code))
    return list(of.values())[:3]


def builds(workspace: Workspace) -> list[Id]:
    """Every build."""
    return [Id(each["build"]) for each in list_builds(workspace)][:1]


def releases(workspace: Workspace) -> list[Id]:
    """A release on its road; made where there is none."""
    if not look_over(workspace, who=ANALYST):
        result = ask(workspace, get_measure("overlap"), purpose="SH-2026-01", who=ANALYST)
        submit(workspace, result, Terms(Level.R1, "the partnership"))
    return [Id(each.release_id) for each in look_over(workspace, who=ANALYST)][:1]


def waiting_jobs(workspace: Workspace) -> list[Id]:
    """A job of the analyst's that waits; asked for where there is none."""
    if not jobs.list_jobs(workspace, who=ANALYST):
        jobs.request_job(workspace, "build", who=ANALYST)
    return [Id(each.job_id) for each in jobs.list_jobs(workspace, who=ANALYST)][:1]


def waiting_pairs(workspace: Workspace) -> list[Id]:
    """The pair of records that waits longest."""
    found = look_at_queue(workspace, purpose=CASE, who=ANALYST).next
    return [Id(found)] if found else []


def judged_pairs(workspace: Workspace) -> list[Id]:
    """A judgement; made where there is none."""
    if not list_judgements(workspace, purpose=CASE, who=ANALYST):
        waits = waiting_pairs(workspace)[0].value
        judge_waiting(workspace, waits, Verdict(NOT_SURE, REASONS[NOT_SURE][0]), purpose=CASE, who=ANALYST)
    listed = list_judgements(workspace, purpose=CASE, who=ANALYST)
    return [Id(each.judgement.id) for each in listed][:1]


def samples(workspace: Workspace) -> list[Id]:
    """An audit sample; drawn where there is none."""
    if not list_samples(workspace):
        draw(workspace, purpose=QUALITY, who=ANALYST, records=20, seed=1)
    return [Id(each.sample) for each in list_samples(workspace)][:1]


def sampled(workspace: Workspace) -> list[Id]:
    """A record of the sample, of each authority."""
    kept = get_sample(workspace.register, samples(workspace)[0].value)
    listed = list_extracts(workspace, who=ANALYST)
    whose = {each.receipt.sha256: each.receipt.la_code for each in listed}
    of: dict[str | None, Id] = {}
    for each in kept.records:
        authority = whose[each.origin.sha256]
        of.setdefault(authority, Id(str(each.number), authority))
    return list(of.values())[:3]


def profiles(workspace: Workspace) -> list[Id]:
    """A profile that is being written; begun where there is none."""
    if not list_profiles(workspace, who=ANALYST):
        content = Content("Peer harm", Level.R1, "the partnership", (Section("a", "overlap", {}),))
        start_profile(workspace, content, purpose="SH-2026-01", who=ANALYST)
    return [Id(each.record.profile_id) for each in list_profiles(workspace, who=ANALYST)][:1]


def contexts(workspace: Workspace) -> list[Id]:
    """A context with a name."""
    found = find_contexts(workspace, "school", purpose="PP-2026-01", who=ANALYST)
    return [Id(each.context_id) for each in found][:1]


def combinations(workspace: Workspace) -> list[Id]:
    """A combination of lists."""
    result = ask(workspace, get_measure("overlap"), purpose="PP-2026-01", who=ANALYST)
    rows = share_with_self(workspace, result).rows
    return [Id(str(row["lists"])) for row in rows if row.get("kind") == "combination"][:1]


def people(workspace: Workspace) -> list[Id]:
    """A young person of the world's truth, by pseudonym."""
    truth = workspace.folder.parent / "world" / "truth" / "people.parquet"
    likely = duckdb.sql(f"select forename, surname from '{truth}' where is_young order by person").fetchmany(
        20
    )
    for first_name, last_name in likely:
        found = find(workspace, Wanted(name=f"{first_name} {last_name}"), purpose=CASE, who=ANALYST)
        if found.records:
            return [Id(found.records[0].person_id)]
    return []


def register_names(_: Workspace) -> list[Id]:
    """The register of provision."""
    return [Id("place_provision")]


def entries(workspace: Workspace) -> list[Id]:
    """An entry of that register; made where there is none."""
    if not list_entries(workspace, "place_provision", who=ANALYST):
        written = {"place": "Quay", "kind": "cctv", "provider": "The council", "start_on": "01/09/2025"}
        add_entry(workspace, "place_provision", written, who=ANALYST)
    return [Id(each.entry_id) for each in list_entries(workspace, "place_provision", who=ANALYST)][:1]


def users(_: Workspace) -> list[Id]:
    """A user whom these tests do not sign in."""
    return [Id("alex")]


def agreements(workspace: Workspace) -> list[Id]:
    """An agreement of one authority, the last of them."""
    return [Id(each.id, each.authority) for each in list_agreements(workspace) if each.authority][-1:]


def purposes(_: Workspace) -> list[Id]:
    """A purpose that these tests do not ask for."""
    return [Id("QA-2026-01")]


def layouts(_: Workspace) -> list[Id]:
    """A layout that ships."""
    return [Id("gangs_panel_list")]


def measures(_: Workspace) -> list[Id]:
    """Two questions: one of people and one of contexts."""
    return [Id("overlap"), Id("schools")]


def files(_: Workspace) -> list[Id]:
    """The kinds of file that lists go out as."""
    return [Id("csv"), Id("xlsx")]


def first(_: Workspace) -> list[Id]:
    """The first of what is counted."""
    return [Id("1")]


def nothing(_: Workspace) -> list[Id]:
    """What serves once, lets somebody in, or is of one sender alone, is tried only as nobody made it."""
    return []


FINDERS: dict[str, Callable[[Workspace], list[Id]]] = {
    "extracts number": receipts,
    "build_id": builds,
    "release_id": releases,
    "job_id": waiting_jobs,
    "questions name": measures,
    "overlap combination": combinations,
    "contexts context_id": contexts,
    "review name": waiting_pairs,
    "review judgement": judged_pairs,
    "profile_id": profiles,
    "people person_id": people,
    "people number": first,
    "layouts name": layouts,
    "extracts upload": nothing,
    "review upload": nothing,
    "audit-sample upload": nothing,
    "audit-sample sample": samples,
    "audit-sample number": sampled,
    "registers register": register_names,
    "registers entry": entries,
    "registers upload": nothing,
    "subject request_id": nothing,
    "users name": users,
    "agreement_id": agreements,
    "purpose_id": purposes,
    "profiles version": first,
    "profiles name": nothing,
    "kind": files,
    "token": nothing,
}


_found: dict[tuple[str, str], list[Id]] = {}


def find_ids(workspace: Workspace, page: Page, parameter: str) -> list[Id]:
    """The ids that a parameter of a page may name; none where no test knows it, which one test says."""
    first_part = page.path.split("/")[0].split(".")[0]
    finder = FINDERS.get(f"{first_part} {parameter}") or FINDERS.get(parameter)
    if finder is None:
        return []
    known = (str(workspace.folder), finder.__name__)
    if known not in _found:
        _found[known] = finder(workspace)
    return _found[known]


def is_known(page: Page, parameter: str) -> bool:
    """Whether there is a finder for what a parameter of a page names."""
    return f"{page.path.split('/')[0].split('.')[0]} {parameter}" in FINDERS or parameter in FINDERS


def made_up(page: Page, *, but: Sequence[str] = ("kind",)) -> str:
    """The page's address, naming things that nobody made; a kind of file is one that there is."""
    return "/" + PARAMETER.sub(lambda each: "csv" if each[2] in but else MADE_UP[each[1]], page.path)


def real(workspace: Workspace, page: Page) -> Iterator[tuple[str, frozenset[str]]]:
    """The page's addresses, naming each thing that there is once; with the authorities that those are of."""
    found = [find_ids(workspace, page, name) for _, name in PARAMETER.findall(page.path)]
    for turn in range(max(map(len, found), default=1) if all(found) else 0):
        chosen = [ids[turn % len(ids)] for ids in found]
        values = iter(each.value for each in chosen)
        address = "/" + PARAMETER.sub(lambda _, values=values: next(values), page.path)
        yield address, frozenset(each.authority for each in chosen if each.authority)
