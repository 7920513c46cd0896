"""The agreements and purposes under which a world's extracts may be received."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from kithmap.ingest.layouts import load_layout
from kithmap.world.catalogue import LAYOUTS, REGIONAL_LAYOUTS
from kithmap.world.geography import AUTHORITIES, CODES, LA_NUMBERS

DROPPED = {
    "csc_contacts_referrals": ("Allocated Team", "Allocated Worker"),
    "council_asb_noise": ("Complainant",),
    "tfl_asif": ("Garage/operator",),
}
_GATEWAYS = (
    "Children Act 2004, sections 10 and 11 (illustrative)",
    "Crime and Disorder Act 1998, section 115 (illustrative)",
    "UK GDPR article 6(1)(e), article 9(2)(g); Data Protection Act 2018, schedule 1 paragraph 18 (illustrative)",
)
_PURPOSES = (
    ("PP-2026-01", "profiling", "Which young people and which places are affected by peer-on-peer abuse, and how do the harms share them?", "public space, school, peer group", "Where the partnership puts outreach, school work and guardians in spring"),
    ("CASE-2026-01", "case", "What do partners hold about one named young person, for that person's safety plan?", "individual", "The young person's own safety plan"),
    ("QA-2026-01", "quality", "How well are records linked and flags applied?", "records", "Which sources must mend their flags, and how far counts can be trusted"),
    ("SH-2026-01", "sharing", "What may partners be told of the profile?", "profile", "What each partner can do with what it is told"),
)  # fmt: skip


def text(value: object) -> str:
    """A TOML value: text, or a list of texts."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, Sequence):
        return "[" + ", ".join(text(one) for one in value) + "]"
    raise TypeError("only texts and lists are written")


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
    lines = [
        f"id = {text(identity)}", f"title = {text(f'Sharing of records for profiling: {holder}, {place}')}", 'version = "1.0"', 'state = "active"',
        f"holder = {text(holder)}", f"authority = {text(CODES[authority] if authority >= 0 else '')}",
        f"parties = [{{ org = {text(f'{holder}, {place}')}, role = \"controller\" }}, {{ org = \"The partnership\", role = \"joint controller\" }}]",
        f"purposes = {text(['profiling', 'case', 'quality', 'sharing'])}", f"layouts = {text(layouts)}",
        f"authorities = {_named(authority)}", "start = 2026-04-01", "end = 2028-03-31", 'identifiability = "named"', f"legal_basis = {text(_GATEWAYS)}",
        "retention_until = 2028-09-30", "review_date = 2027-04-01",
        f"signatories = {text([f'Information governance lead, {holder}', 'Chair, the partnership'])}", "", "[columns]",
    ]  # fmt: skip
    lines += [
        f"{layout} = {text([c for c in columns[layout] if c not in DROPPED.get(layout, ())])}"
        for layout in layouts
    ]
    (folder / f"{identity.lower()}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _named(authority: int) -> str:
    """The authorities an agreement speaks of, by name and by number, with their codes: a TOML table."""
    every = range(len(AUTHORITIES)) if authority < 0 else [authority]
    pairs = [(name, CODES[one]) for one in every for name in (AUTHORITIES[one], str(LA_NUMBERS[one]))]
    return "{ " + ", ".join(f"{text(name)} = {text(code)}" for name, code in pairs) + " }"


def write_purposes(folder: Path) -> None:
    """Write the four purposes."""
    folder.mkdir(parents=True, exist_ok=True)
    for identity, kind, question, subject, decision in _PURPOSES:
        lines = [
            f"id = {text(identity)}", f"kind = {text(kind)}", f"question = {text(question)}", f"subject = {text(subject)}",
            f"decision = {text(decision)}",
            'approver = "Chair, the partnership"', "start = 2026-04-01", "end = 2027-03-31",
        ]  # fmt: skip
        (folder / f"{identity.lower()}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
