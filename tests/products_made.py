"""Releases made by hand for the tests of products: made-up counts, some withheld.

`Release` refuses to be made outside `desk.share`; these tests are about how a release looks, so
they make one attribute by attribute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from kithmap.desk.answers import Release
from kithmap.governance.cells import Cell, Status
from kithmap.governance.levels import Level
from kithmap.products.facts import Digest, ExtractLine, LinkageFigures, MissingSource, ProfileFacts

C = Cell(None, Status.WITHHELD)
X = Cell(None, Status.UNKNOWN)


def make_release(columns: str, rows: Sequence[Sequence[object]], **changes: Any) -> Release:
    """A release of these columns and rows; a number becomes a shown cell."""
    names = tuple(columns.split())
    release = object.__new__(Release)
    values: dict[str, Any] = {
        "release_id": "r-0001",
        "measure": "overlap",
        "question": "Are the young people on these lists different young people, or the same?",
        "unit": "young people",
        "columns": names,
        "counts": ("young_people",),
        "rows": tuple(_row(names, row) for row in rows),
        "sentence": "30 + 30 = 45 young people, not 60.",
        "caveats": (
            "From 5 extracts, linked on 01/08/2026; ages are as at 31/07/2026.",
            "Lists are kept for different reasons.",
        ),
        "chart": "table",
        "level": Level.R1,
        "build": "build-7",
        "purpose": "PUR-1",
        "to": "Hartwell MASH",
        "approved_by": ("a.first", "b.second"),
        "released_at": datetime(2026, 8, 3, 9, 30, tzinfo=UTC),
        "options": {},
    }
    for name, value in (values | changes).items():
        object.__setattr__(release, name, value)
    return release


def _row(names: Sequence[str], row: Sequence[object]) -> Mapping[str, "Cell | str | None"]:
    return {name: _cell(value) for name, value in zip(names, row, strict=True)}


def _cell(value: object) -> "Cell | str | None":
    if isinstance(value, int | float):
        return Cell(value)
    assert value is None or isinstance(value, Cell | str)
    return value


def overlap(**changes: Any) -> Release:
    rows = [
        ("CSE panel", "combination", 15),
        ("Gangs panel", "combination", 15),
        ("CSE panel + Gangs panel", "combination", 15),
        ("CSE panel", "total", 30),
        ("Gangs panel", "total", 30),
        ("All", "all", 45),
    ]
    return make_release(
        "lists kind young_people", rows, **({"chart": "upset", "options": {"by": "list"}} | changes)
    )


def overlap_of_harms(**changes: Any) -> Release:
    rows = [
        *(("CSE", "combination", 139), ("CSE + HSB", "combination", 41), ("CSE + SYV", "combination", 58)),
        *(("CSE + TRA", "combination", 30), ("HSB", "combination", 77), ("HSB + SYV", "combination", 19)),
        *(("HSB + TRA", "combination", 6), ("SYV", "combination", 321), ("SYV + TRA", "combination", 14)),
        *(
            ("TRA", "combination", 47),
            ("HSB + SYV + TRA", "combination", C),
            ("CSE + HSB + TRA", "combination", C),
        ),
        *(("CSE", "total", 268), ("HSB", "total", 143), ("SYV", "total", 412), ("TRA", "total", 97)),
        ("All", "all", 752),
    ]
    changes = {
        "release_id": "r-0007",
        "question": "Are the young people on these lists different young people, or the same?",
        "sentence": "268 + 143 + 412 + 97 (CSE, HSB, SYV, TRA) = 752 young people, not 920: how many are recorded "
        "under more than one kind of harm is withheld.",
        "options": {"by": "harm", "ages": "under 18"},
        "chart": "upset",
    } | changes
    return make_release("lists kind young_people", rows, **changes)


def many_lists(**changes: Any) -> Release:
    """Six lists, fifteen combinations, some withheld."""
    lists = ["CSE panel", "Gangs panel", "MARAC", "Fair access panel", "Youth offending", "Missing panel"]
    pairs = [
        (lists[0], 212), (lists[1], 187), (lists[4], 164), (lists[5], 131), (lists[3], 96), (lists[2], 61),
        (" + ".join([lists[0], lists[5]]), 58), (" + ".join([lists[1], lists[4]]), 47),
        (" + ".join([lists[0], lists[1]]), 21), (" + ".join([lists[0], lists[1], lists[5]]), 14),
        (" + ".join([lists[3], lists[4]]), 11), (" + ".join([lists[0], lists[2]]), 9),
        (" + ".join([lists[1], lists[3], lists[4]]), 7), (" + ".join(lists[:3]), C), (" + ".join(lists[2:5]), C),
    ]  # fmt: skip
    totals = [(name, total) for name, total in zip(lists, [317, 279, C, 118, 231, 205], strict=True)]
    rows = [
        *((name, "combination", count) for name, count in pairs),
        *((name, "total", count) for name, count in totals),
        ("All", "all", 1023),
    ]
    changes = {
        "release_id": "r-0002",
        "sentence": "The six lists add up to 1,229; they are 1,023 young people.",
        "options": {"by": "list"},
        "chart": "upset",
    } | changes
    return make_release("lists kind young_people", rows, **changes)


HARMS = {"CSE": 268, "HSB": 143, "SYV": 412, "TRA": 97, "Any": 731}


def prevalence(**changes: Any) -> Release:
    groups = {"10-11": 0.08, "12-13": 0.21, "14-15": 0.4, "16-17": 0.3, "not known": 0.01, "All": 1.0}
    rows: list[tuple[object, ...]] = []
    for harm, total in HARMS.items():
        for group, share in groups.items():
            count = round(total * share)
            roll = X if group == "not known" else round(12_400 * (1 if group == "All" else 0.25))
            if count < 5:
                rows.append((harm, group, C, roll, C, C, C))
            elif isinstance(roll, Cell):
                rows.append((harm, group, count, X, X, X, X))
            else:
                rate = 1000 * count / roll
                rows.append((harm, group, count, roll, rate, rate * 0.85, rate * 1.16))
    changes = {
        "release_id": "r-0003",
        "measure": "prevalence",
        "question": "How many young people have a recorded concern, of which harm, and out of how many?",
        "sentence": "731 young people have a recorded concern, 59.0 in every 1,000 on the school roll: "
        "268 of CSE, 143 of HSB, 412 of SYV, 97 of TRA.",
        "caveats": (
            "From 5 extracts, linked on 01/08/2026; ages are as at 31/07/2026.",
            "Recorded is not the same as happened.",
        ),
        "chart": "bar",
        "options": {"by": "age", "ages": "under 18"},
    } | changes
    return make_release("harm group young_people roll rate_per_1000 low high", rows, **changes)


def by_role(**changes: Any) -> Release:
    roles = {"harmed": 0.41, "harming": 0.28, "both": 0.13, "unknown": 0.18, "All": 1.0}
    rows = [
        (harm, role, round(total * share), None if role != "All" else 12_400, X, X, X)
        if role != "All"
        else (harm, role, total, 12_400, total / 12.4, total / 14, total / 11)
        for harm, total in HARMS.items()
        for role, share in roles.items()
    ]
    changes = {
        "release_id": "r-0008",
        "measure": "prevalence",
        "question": "How many young people have a recorded concern, of which harm, and out of how many?",
        "sentence": prevalence().sentence,
        "caveats": (
            "From 5 extracts, linked on 01/08/2026; ages are as at 31/07/2026.",
            "Recorded is not the same as happened.",
        ),
        "chart": "bar",
        "options": {"by": "role", "ages": "under 18"},
    } | changes
    return make_release("harm group young_people roll rate_per_1000 low high", rows, **changes)


def shared_contexts(**changes: Any) -> Release:
    contexts = ["family", "online", "peer_group", "premises", "public_space", "route", "school"]
    numbers = {"CSE": [37, 71, 96, 31, 64, 9, 121], "HSB": [22, 26, 31, C, 18, C, 87],
               "SYV": [61, 12, 148, 23, 187, 44, 203], "TRA": [18, 19, 27, 5, 14, C, 33],
               "Any": [112, 101, 254, 52, 231, 52, 366]}  # fmt: skip
    rows = [
        (harm, context, count, *((C, C) if isinstance(count, Cell) else (max(5, count // 6), count // 14)))
        for at, context in enumerate(contexts)
        for harm, count in ((harm, counts[at]) for harm, counts in numbers.items())
    ]
    changes = {
        "release_id": "r-0004",
        "measure": "shared_contexts",
        "question": "Do these kinds of harm happen in the same families, groups, schools and places?",
        "counts": ("young_people",),
        "sentence": "Of 18 families 8 hold two or more kinds of harm; of 16 online spaces 7 hold them; "
        "of 42 peer groups 18 hold them; of 61 schools 26 hold them.",
        "caveats": (
            "From 5 extracts, linked on 01/08/2026; ages are as at 31/07/2026.",
            "A context is counted where a source names it.",
        ),
        "chart": "matrix",
    } | changes
    return make_release("harm context_type young_people contexts shared_contexts", rows, **changes)


def schools(names: bool = False, **changes: Any) -> Release:
    """Fifty-six schools of seven authorities, most of their counts withheld."""
    rows: list[tuple[object, ...]] = []
    for at in range(56):
        count, roll = (at * 37) % 11, 620 + (at * 53) % 700
        numbers = (
            (C,) * 5
            if 0 < count < 5
            else (count, roll * 0.0051, 1000 * count / roll, 620 * count / roll, 1600 * count / roll)
        )
        name = (f"Oakbridge School {at + 1}",) if names else ()
        rows.append((f"S{at + 1:03d}", *name, f"9{at // 8 + 1:02d}", roll, *numbers, X, X, X, X, 999, 1))
    blank = (None,) if names else ()
    rows.append(("No school recorded", *blank, None, X, 14, X, X, X, X, X, X, X, X, 999, 1))
    rows.append(("All", *blank, None, 51_220, 268, X, 5.2, 4.6, 5.9, 18.4, 31.2, 36.9, 0.001, 999, 1))
    changes = {
        "release_id": "r-0005",
        "measure": "schools",
        "question": "Is the harm concentrated in a few schools, or spread as the rolls are?",
        "sentence": "268 young people in 56 schools, concentrated (p = 0.001); some schools' counts are withheld.",
        "caveats": (
            "From 5 extracts, linked on 01/08/2026; ages are as at 31/07/2026.",
            "A school is counted where the young person is on roll now.",
        ),
        "chart": "bar",
    } | changes
    columns = "school school_name authority roll young_people expected rate_per_1000 low high statistic chance_low chance_high p_value permutations seed"
    return make_release(columns if names else columns.replace("school_name ", ""), rows, **changes)


def sources(**changes: Any) -> Release:
    layouts = {"csc_person_register": "Children's services", "school_census_pupil": "Education",
               "police_crime_party": "Police", "cse_panel_list": "MACE panel", "gangs_panel_list": "Gangs panel",
               "edu_exclusions": "Education", "ed_youth_worker": "Health", "tfl_zip_withdrawals": "Transport"}  # fmt: skip
    rows = [
        (layout, holder, at + 1, 4000 // (at + 1), 31 // (at + 2), C if at == 6 else 900 // (at * at + 1),
         1400 // (at + 1), 210 * at, 150 // (at + 1), C if at > 5 else 40 // (at + 1), 31 + at, 100 * at / 9)
        for at, (layout, holder) in enumerate(layouts.items())
    ]  # fmt: skip
    changes = {
        "release_id": "r-0006",
        "measure": "sources",
        "question": "What does each source add that the others do not hold?",
        "counts": ("only_here", "first_here", "seen_before", "young_people_of_concern", "concerns_only_here"),
        "sentence": "8 sources are linked; the one that adds most is csc_person_register: 40 young people have a "
        "recorded concern there and in no other source.",
        "caveats": (
            "From 5 extracts, linked on 01/08/2026; ages are as at 31/07/2026.",
            "A source that writes names badly looks as if it adds more.",
        ),
        "chart": "bar",
    } | changes
    return make_release(
        "source holder place_in_order rows refused only_here first_here seen_before young_people_of_concern "
        "concerns_only_here contexts linked_percent",
        rows,
        **changes,
    )


def profile_releases(level: Level = Level.R1) -> dict[str, Release]:
    """Every release of a profile at a level."""
    names = level is Level.R0
    return {
        "overlap-lists": many_lists(level=level),
        "prevalence": prevalence(level=level),
        "prevalence-role": by_role(level=level),
        "overlap-harms": overlap_of_harms(level=level),
        "shared_contexts": shared_contexts(level=level),
        "schools": schools(names=names, level=level),
        "sources": sources(level=level),
    }


def make_facts(level: Level = Level.R1, **changes: Any) -> ProfileFacts:
    """What a profile of seven made-up authorities says of itself."""
    lines = [
        ("Hartwell children's services", "csc_person_register", 4012, 31),
        ("Hartwell children's services", "csc_missing", 871, 4),
        ("Metropolitan Police", "police_crime_party", 9120, 212),
        ("Hartwell Education", "school_census_pupil", 12_406, 0),
        ("MACE panel", "cse_panel_list", 33, 3),
    ]
    extracts = tuple(
        ExtractLine(holder, layout, date(2025, 8, 3), date(2026, 7, 30), rows, rows - refused, refused)
        for holder, layout, rows, refused in lines
    )
    facts = ProfileFacts(
        title="Peer-on-peer abuse across seven authorities",
        question="Are the young people on our exploitation lists and on our violence lists the same young people?",
        decision="Whether the exploitation panel and the gangs panel should meet as one.",
        purpose_id="PUR-1",
        approver="the Safeguarding Partnership",
        period="1 August 2025 to 31 July 2026",
        authorities={f"90{n}": name for n, name in enumerate(
            ["Hartwell", "Millbrook", "Easthaven", "Norfield", "Castlegate", "Riverton", "Stonebridge"], start=1)},
        level=level,
        build_id="build-7",
        built_at=datetime(2026, 8, 1, 22, 4, tzinfo=UTC),
        version="0.1.0",
        expires_on=date(2027, 2, 3),
        author="Analyst A. Example",
        approved_by=("First Approver", "Second Approver"),
        to="Hartwell MASH",
        linkage=LinkageFigures(mentions=48_211, people=13_902, links=34_309, candidate_pairs=210_554, undecided=612),
        extracts=extracts,
        manifest=tuple(Digest(f"{line.layout}.csv", f"{at:064x}") for at, line in enumerate(extracts)),
        published_on=date(2026, 8, 3),
        missing=(MissingSource("Sexual health services", "no agreement is in force yet."),),
        recall="the partnership's analyst",
        access_lines=214,
    )  # fmt: skip
    return replace(facts, **changes)
