"""Publish a profile: every measure of it asked and shared at one level, then set out as a document."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from kithmap.desk import audit, clock
from kithmap.desk.answers import Release
from kithmap.desk.ask import ask
from kithmap.desk.authorities import authority_names, known_authorities
from kithmap.desk.build import get_build
from kithmap.desk.disproportion import note_where_needed
from kithmap.desk.handling import find_borne
from kithmap.desk.provision import find_offers
from kithmap.desk.purposes import get_purpose
from kithmap.desk.receive import list_receipts
from kithmap.desk.share import check_approvals, read_level, share
from kithmap.desk.workspace import Workspace
from kithmap.governance.levels import LEVELS, Level
from kithmap.ingest.layouts import builtin_layouts, load_layout
from kithmap.products.facts import Digest, ExtractLine, LinkageFigures, MissingSource, ProfileFacts
from kithmap.products.profile import WrittenProfile, write_profile
from kithmap.products.provision import offer_lines
from kithmap.products.words import label

Progress = Callable[[str, int, int], None]

VALID_DAYS = 183

# The questions of a profile, by the name of the table each becomes.
QUESTIONS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("lists", "overlap", {"by": "list"}),
    ("harms", "overlap", {"by": "harm"}),
    ("prevalence", "prevalence", {}),
    ("trend", "trend", {}),
    ("authorities", "prevalence", {"by": "authority"}),
    ("ages", "prevalence", {"by": "age"}),
    ("sex", "prevalence", {"by": "sex"}),
    # The same counts by another rule of adding up, beside these, could be subtracted from each other.
    ("ethnicity", "disproportionality", {}),
    ("roles", "prevalence", {"by": "role"}),
    ("contexts", "shared_contexts", {}),
    ("places", "places", {"by": "cell"}),
    ("groups", "peer_groups", {}),
    ("schools-cse", "schools", {"harm": "CSE"}),
    ("schools-syv", "schools", {"harm": "SYV"}),
    ("strengths", "strengths", {}),
    ("sources", "sources", {}),
)


@dataclass(frozen=True)
class PublishedProfile:
    """A profile as it was written, and the releases it stands on."""

    path: Path
    data: Path
    tables: tuple[Path, ...]
    releases: tuple[str, ...]


def publish_profile(  # noqa: PLR0913  a document needs its reader, its level, its purpose and its approvers
    workspace: Workspace,
    folder: Path,
    *,
    purpose: str,
    level: Level | str,
    who: str,
    approved_by: Sequence[str],
    to: str,
    title: str = "Problem profile",
    note: str = "",
    progress: Progress | None = None,
) -> PublishedProfile:
    """Ask every question of a profile, release each at the level, and write the document.

    note: what the partnership makes of an ethnic group that stands apart, for the releases that need one.
    Raises: NoteMissing, ApprovalMissing, NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    chosen = read_level(level)
    check_approvals(workspace, who, approved_by)
    releases: dict[str, Release] = {}
    behind: dict[str, set[int]] = {}
    for done, (name, measure, options) in enumerate(QUESTIONS):
        if progress is not None:
            progress(f"{measure} at {chosen.value}", done, len(QUESTIONS))
        result = ask(workspace, measure, purpose=purpose, who=who, options=options)
        if note:
            note_where_needed(workspace, result, note)
        releases[name] = share(workspace, result, level=chosen, to=to, approved_by=approved_by)
        behind.setdefault(measure, set()).update(result.extracts)
    facts = find_facts(
        workspace, chosen, purpose, title=title, who=who, to=to, approved_by=tuple(approved_by)
    )
    borne = find_borne(workspace, behind)
    facts = replace(facts, handling=borne.marking, conditions=borne.conditions)
    written: WrittenProfile = write_profile(releases, facts, folder)
    ids = tuple(release.release_id for release in releases.values())
    return PublishedProfile(written.path, written.data, written.tables, ids)


def find_facts(
    workspace: Workspace,
    level: Level,
    purpose: str,
    *,
    title: str,
    who: str,
    to: str,
    approved_by: tuple[str, ...],
) -> ProfileFacts:
    """Everything the profile says that is not an answer: its cover, sources, linkage and manifest."""
    made = get_build(workspace)
    served = get_purpose(workspace, purpose)
    today = clock.today()
    return ProfileFacts(
        title=title,
        question=served.question,
        decision=str(served.terms.get("decision", "")),
        purpose_id=served.id,
        approver=served.approver,
        level=level,
        build_id=made.build_id,
        built_at=made.finished_at or made.started_at,
        version=made.manifest["versions"]["kithmap"],
        expires_on=min(served.end, today + timedelta(days=VALID_DAYS)),
        author=who,
        approved_by=approved_by,
        to=to,
        readers=LEVELS[level].audience,
        published_on=today,
        access_lines=audit.count_lines(workspace),
        engine=made.engine,
        settings={name: said for name, said in made.manifest["versions"].items() if name != "kithmap"},
        linkage=_linkage(made.manifest["figures"]),
        manifest=tuple(Digest(e["name"], e["sha256"]) for e in made.manifest["extracts"]),
        offers=offer_lines(find_offers(workspace, who=who), level, known_authorities(workspace)),
        **_sources(workspace, made.manifest),
    )


def _linkage(figures: Mapping[str, Any]) -> LinkageFigures:
    return LinkageFigures(
        mentions=figures["mentions"],
        people=figures["people"],
        links=figures["links"],
        candidate_pairs=figures.get("candidate_pairs"),
    )


def _sources(workspace: Workspace, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the receipts of a build say: its extracts, period, authorities, and what is missing."""
    taken = {extract["receipt_no"] for extract in manifest["extracts"]}
    receipts = [receipt for receipt in list_receipts(workspace) if receipt.receipt_no in taken]
    return {
        "period": _period([r.first_on for r in receipts], date.fromisoformat(manifest["as_at"])),
        "authorities": _authorities(workspace, {r.la_code for r in receipts if r.la_code}),
        "extracts": tuple(
            ExtractLine(r.holder, r.layout, r.first_on, r.last_on, r.rows_in, r.rows_kept, r.rows_refused)
            for r in receipts
        ),
        "missing": _missing({r.layout for r in receipts}),
    }


def _period(starts: Sequence[date | None], last: date | None) -> str:
    first = min((day for day in starts if day), default=None)
    if first is None or last is None:
        return "no dates" if last is None else f"to {last:%d/%m/%Y}"
    return f"{first:%d/%m/%Y} to {last:%d/%m/%Y}"


def _authorities(workspace: Workspace, codes: set[str]) -> dict[str, str]:
    """Names of authorities as the agreements give them; the code itself where none names it."""
    named = authority_names(workspace)
    return {code: named.get(code, code) for code in sorted(codes)}


def _missing(layouts: set[str]) -> tuple[MissingSource, ...]:
    """The sources Kithmap can read that this build does not have."""
    absent = [load_layout(name) for name in builtin_layouts() if name not in layouts]
    return tuple(
        MissingSource(label("source", each.name), f"No extract was received from {each.holder}.")
        for each in absent
    )
