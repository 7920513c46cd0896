"""The agreements and purposes under which a world's extracts may be received."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kithmap.governance.toml_text import to_toml
from kithmap.ingest.fields import find_fields, sensitivity_of
from kithmap.ingest.layouts import load_layout
from kithmap.model.columns import Sensitivity
from kithmap.world.catalogue import LAYOUTS, REGIONAL_LAYOUTS
from kithmap.world.geography import AUTHORITIES, CODES, LA_NUMBERS

DROPPED = {
    "csc_contacts_referrals": ("Allocated Team", "Allocated Worker"),
    "council_asb_noise": ("Complainant",),
    "tfl_asif": ("Garage/operator",),
}
# Whose data each holder's is; made up, as all of it.
AGENCIES = {
    "Department for Education": "education", "Children's social care": "social_care", "Council, school census": "education",
    "MASH": "social_care", "MASE panel": "panel", "Gangs panel": "panel", "MARAC": "panel",
    "Youth justice service": "youth_justice", "Council, exclusions team": "education",
    "Council, children missing education": "education", "Fair Access Panel": "education", "School": "education",
    "Council": "community_safety", "Police": "police", "Hospital youth work service": "health",
    "Transport for London": "transport",
}  # fmt: skip
_OPERATIONS = {
    Sensitivity.IDENTIFYING: ("link", "list"),
    Sensitivity.NARRATIVE: ("list",),
}
_HARMLESS = ("count", "map", "export")
_GATEWAYS = ("CA2004-s10", "CA2004-s11", "CDA1998-s115")
_LEVELS = ("case_management", "profiling_individuals", "profiling_contexts")
_PURPOSES = (
    ("PP-2026-01", "profiling", "Which young people and which places are affected by peer-on-peer abuse, and how do the harms share them?", "public space, school, peer group", "Where the partnership puts outreach, school work and guardians in spring"),
    ("CASE-2026-01", "case", "What do partners hold about one named young person, for that person's safety plan?", "individual", "The young person's own safety plan"),
    ("QA-2026-01", "quality", "How well are records linked and flags applied?", "records", "Which sources must mend their flags, and how far counts can be trusted"),
    ("SH-2026-01", "sharing", "What may partners be told of the profile?", "profile", "What each partner can do with what it is told"),
)  # fmt: skip


@cache
def holders() -> dict[str, tuple[str, ...]]:
    """Layouts of each holder, as the built-in layouts name them."""
    found: dict[str, tuple[str, ...]] = {}
    for layout in LAYOUTS:
        holder = load_layout(layout).holder
        found[holder] = (*found.get(holder, ()), layout)
    return found


def agreement_id(layout: str, authority: int) -> str:
    """The agreement a layout of an authority is received under."""
    number = next(n for n, layouts in enumerate(holders().values(), 1) if layout in layouts)
    return (
        f"ISA-{number:02d}"
        if layout in REGIONAL_LAYOUTS
        else f"ISA-{number:02d}-{AUTHORITIES[authority][:3].upper()}"
    )


def write_agreements(folder: Path, columns: Mapping[str, Sequence[str]]) -> None:
    """Write one agreement for each holder and authority; `columns` is what the files hold."""
    folder.mkdir(parents=True, exist_ok=True)
    for holder, layouts in holders().items():
        if layouts[0] in REGIONAL_LAYOUTS:
            _write_agreement(folder, holder, layouts, -1, columns)
            continue
        for authority in range(len(AUTHORITIES)):
            _write_agreement(folder, holder, layouts, authority, columns)


def _write_agreement(folder: Path, holder: str, layouts: tuple[str, ...], authority: int, columns: Mapping[str, Sequence[str]]) -> None:  # fmt: skip
    place = AUTHORITIES[authority] if authority >= 0 else "the region"
    identity = agreement_id(layouts[0], authority)
    values = {
        "id": identity,
        "title": f"Sharing of records for profiling: {holder}, {place}",
        "state": "active",
        "holder": holder,
        "agency": AGENCIES[holder],
        "authority": CODES[authority] if authority >= 0 else None,
        "purposes": ["case", "profiling", "sharing", "quality"],
        "levels": list(_LEVELS),
        "start": date(2026, 4, 1),
        "end": date(2028, 3, 31),
        "review_date": date(2027, 4, 1),
        **_terms(holder, place),
        "authorities": _named(authority),
        "items": [item for layout in layouts for item in _items(layout, columns[layout])],
    }
    (folder / f"{identity.lower()}.toml").write_text(to_toml(values), encoding="utf-8")


def _terms(holder: str, place: str) -> dict[str, Any]:
    """What every agreement of a world states alike; all of it is illustrative."""
    return {
        "purpose": "Profile peer-on-peer abuse, and plan the safety of the young people it harms",
        "identifiability": "identified",
        "period": "The two years before each extract",
        "refresh": "Each term",
        "onward_sharing": "Only as releases of the partnership",
        "dpia": "DPIA-2026-04",
        "privacy_notice": "The partnership's notice for young people and families",
        "signatories": [f"Information governance lead, {holder}", "Chair, the partnership"],
        "lawful": {
            "gateways": list(_GATEWAYS),
            "article_6": ["6(1)(e) public task"],
            "article_9": ["9(2)(g) substantial public interest"],
            "schedule_1": ["Paragraph 18, safeguarding of children"],
            "necessity": "Harms and places that no partner can see alone are seen in linked records",
            "proportionality": "Only columns that linking and counting read; names are for case work alone",
        },
        "subjects": {"description": "Young people, and those around them", "area": place, "oldest": 17},
        "retention": {"until": date(2028, 9, 30), "rule": "Deleted from records and from every later build"},
        "handling": {"code": "P", "marking": "OFFICIAL-SENSITIVE"},
        "parties": [
            {
                "organisation": f"{holder}, {place}",
                "role": "controller",
                "contact": f"Data lead, {holder}",
                "protection_officer": f"Data protection officer, {holder}",
            },
            {"organisation": "The partnership", "role": "joint", "contact": "Partnership analyst"},
        ],
    }


def _items(layout: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The columns of a file that are shared, with those alike in one table."""
    fields = find_fields(load_layout(layout))
    alike: dict[Sensitivity, list[str]] = {}
    for column in columns:
        if column not in DROPPED.get(layout, ()):
            alike.setdefault(sensitivity_of(fields.get(column, ())), []).append(column)
    for sensitivity, names in alike.items():
        operations = list(_OPERATIONS.get(sensitivity, _HARMLESS))
        yield {"layout": layout, "columns": names, "sensitivity": sensitivity.value, "operations": operations}


def _named(authority: int) -> dict[str, str]:
    """The authorities an agreement speaks of, by name and by number, with their codes."""
    every = range(len(AUTHORITIES)) if authority < 0 else [authority]
    return {name: CODES[one] for one in every for name in (AUTHORITIES[one], str(LA_NUMBERS[one]))}


def write_purposes(folder: Path) -> None:
    """Write the four purposes."""
    folder.mkdir(parents=True, exist_ok=True)
    for identity, kind, question, subject, decision in _PURPOSES:
        values = {
            "id": identity, "kind": kind, "question": question, "subject": subject, "decision": decision,
            "approver": "Chair, the partnership", "start": date(2026, 4, 1), "end": date(2027, 3, 31),
        }  # fmt: skip
        (folder / f"{identity.lower()}.toml").write_text(to_toml(values), encoding="utf-8")
