"""No byte of anything rendered from a release holds a withheld value or a name."""

import io
import json
import re
import zipfile
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from products_made import make_facts, make_release

from kithmap.governance.cells import Status
from kithmap.governance.disclosure import nearest, protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.shared_maps import share_map
from kithmap.governance.shared_networks import share_network
from kithmap.measures import get_measure
from kithmap.model.hexagons import hexagon_around
from kithmap.products import charts, tables
from kithmap.products.maps import to_geojson
from kithmap.products.networks import to_elements
from kithmap.products.profile import build_profile, write_profile

# Counts of seven digits under a threshold of ten million: withheld, and never in a file by chance.
SMALLEST, LARGEST, THRESHOLD = 1_000_003, 9_999_991, 10_000_000
CANARY = "Zzyzxquill"
FORMATS = {
    "text": tables.to_text,
    "csv": tables.to_csv,
    "json": tables.to_json,
    "html": tables.to_html,
    "svg": charts.to_svg,
}


def level_of(name: str):
    """A level at which seven digits are few."""
    level = LEVELS[Level[name]]
    return replace(
        level,
        preset=replace(level.preset, withhold_below=THRESHOLD, minimum_width=THRESHOLD, guards_alone=False),
    )


def searchable(content: bytes) -> bytes:
    """A file with what is packed in it: members of an archive, compressed streams of a document or picture."""
    found = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found += [searchable(archive.read(name)) for name in archive.namelist()]
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
        try:
            found.append(zlib.decompressobj().decompress(content[start.start() :]))
        except zlib.error:
            continue
    return b"\n".join(found)


def written(value: int) -> set[bytes]:
    """A number in every way a file may write it."""
    return {
        text.encode(code)
        for text in (str(value), f"{value:,}", f"{value:_}", f"{value:e}", f"{value / 1e6:.6f}")
        for code in ("utf-8", "utf-16-le")
    }


def check(content: bytes, withheld: set[int]) -> None:
    looked_at = searchable(content)
    assert CANARY.encode() not in looked_at
    for value in withheld:
        assert not any(text in looked_at for text in written(value)), "a withheld value"


def overlap_rows(counts: list[int]) -> list[dict]:
    combos = ["CSE panel", "Gangs panel", "MARAC", "CSE panel + Gangs panel", "CSE panel + MARAC"]
    held = dict(zip(combos, counts, strict=True))
    rows = [{"lists": k, "kind": "combination", "young_people": n} for k, n in held.items()]
    for name in combos[:3]:
        total = sum(n for k, n in held.items() if name in k.split(" + "))
        rows.append({"lists": name, "kind": "total", "young_people": total})
    return [*rows, {"lists": "All", "kind": "all", "young_people": sum(counts)}]


def school_rows(counts: list[int]) -> list[dict]:
    rows = [
        {
            "school": f"School {i:02}", "school_name": f"{CANARY} Academy {i}", "authority": "901", "roll": 700,
            "young_people": n, "rate_per_1000": n / 0.7, "low": n / 0.8, "high": n / 0.6,
        }
        for i, n in enumerate(counts)
    ]  # fmt: skip
    whole = {
        "school": "All",
        "school_name": None,
        "authority": None,
        "roll": 3500,
        "young_people": sum(counts),
    }
    return [*rows, whole | {"rate_per_1000": None, "low": None, "high": None}]


# Three hexagons in one larger, two in another.
HEXAGONS = ("88194ad1b3fffff", "88194ad1b1fffff", "88194ad1b5fffff", "88194ad107fffff", "88194ad101fffff")


def place_rows(counts: list[int], size: int = 8) -> list[dict]:
    held: dict[str, int] = {}
    for cell, count in zip(HEXAGONS, counts, strict=True):
        around = hexagon_around(cell, size)
        held[around] = held.get(around, 0) + count
    return [
        {
            "place": name, "events": n, "residents": None, "rate_per_1000": None, "low": None, "high": None,
            # Told with the events, these would tell of them; none is what rounding makes of another.
            "young_people": n - 200_002, "recent": n - 400_004, "earlier": n - 600_006, "harms": "CSE",
            "named": f"{CANARY} Park {name}", "hexagon": None,
        }
        for name, n in [*held.items(), ("All", sum(counts))]
    ]  # fmt: skip


def group_rows(counts: list[int]) -> list[dict]:
    one, other, third, both, met = counts
    none = {"authority": None, "events": both - 2, "behind": None}
    sizes = {"Group 001": 20_000_000 + one + both, "Group 002": other, "Group 003": 30_000_000 + third + both}
    rows = [
        {"peer_group": name, "linked_to": "itself", "young_people": n, **none} for name, n in sizes.items()
    ]
    pairs = (("Group 001", "Group 003", both, both + 4), ("Group 002", "Group 003", min(met, other), 3))
    return rows + [
        {"peer_group": first, "linked_to": second, "young_people": n, **none, "behind": behind}
        for first, second, n, behind in pairs
    ]


MADE = {"overlap": overlap_rows, "schools": school_rows, "places": place_rows, "peer_groups": group_rows}


def told_of(name: str, counts: list[int], rule) -> tuple[list[dict], list[dict]]:
    """The exact rows of an answer, in whatever size; and those that go on to disclosure control."""
    rows, declared = MADE[name](counts), get_measure(name).rule
    match name:
        case "places":
            sizes = [rows, place_rows(counts, 7), place_rows(counts, 6)]
            return [row for size in sizes for row in size], list(share_map(sizes, declared, rule))
        case "peer_groups":
            return rows, list(share_network(rows, declared, rule))
        case _:
            return rows, rows


def released(name: str, level: str, counts: list[int]):
    """A release of a measure's answer, and the values that it withholds."""
    measure, rule = get_measure(name), level_of(level)
    exact, rows = told_of(name, counts, rule)
    # Only what the answer has: a rule may name columns that a made answer leaves out.
    declared = measure.rule
    held = replace(declared, derived=tuple((c, of) for c, of in declared.derived if c in rows[0]))
    shown = protect(rows, held, rule)
    columns = [column for column in rows[0] if column not in held.names]
    release = make_release(
        " ".join(columns), [[row[c] for c in columns] for row in shown], measure=name, chart=measure.chart, level=Level[level], counts=measure.rule.counts,
        sentence=measure.sentence(shown, {}), options={"by": "list"} if name == "overlap" else {},
    )  # fmt: skip
    printed = {cell.value for row in shown for cell in row.values() if hasattr(cell, "value")}
    kept_in = [
        name for name in exact[0] if isinstance(exact[-1][name], int) and name not in ("roll", "residents")
    ]
    whole = max(row[measure.rule.counts[0]] for row in exact)
    exact_values = {
        row[name] for row in exact for name in kept_in if isinstance(row[name], int) and row[name] != whole
    }
    return release, {value for value in exact_values - printed if value >= 1_000_000}


# What the script of a page is given, to draw the same figure as one that moves.
MOVING = {
    "places": [lambda release: json.dumps(to_geojson(release))],
    "peer_groups": [lambda release: json.dumps(to_elements(release))],
}

# No count, and no sum of five, is a round number: an axis may write those for its own sake.
few = st.integers(10_000, 99_999).map(lambda hundreds: 100 * hundreds + 11)
many = st.integers(100_000, 9_000_000).map(lambda hundreds: 100 * hundreds + 13)


def apart(counts: list[int]) -> bool:
    """Whether no withheld number is among the digits of a larger one as it is printed: 1000011 in 10000115."""
    printed = [str(each) for count in counts for each in (count, nearest(count, 5))]
    return not any(str(count) in text for count in counts for text in printed if len(text) > len(str(count)))


@pytest.mark.parametrize("name", sorted(MADE))
@pytest.mark.parametrize("level", ["R1", "R3"])
@settings(max_examples=5, deadline=None)
@given(counts=st.lists(st.one_of(few, many), min_size=5, max_size=5, unique=True).filter(apart))
def test_no_format_holds_a_withheld_value_or_a_name(name, level, counts):
    release, withheld = released(name, level, counts)
    if name in ("overlap", "schools", "places"):
        assert {count for count in counts if count < THRESHOLD} <= withheld
    assert withheld or min(counts) >= THRESHOLD
    for render in (*FORMATS.values(), *MOVING.get(name, ())):
        check(render(release).encode(), withheld)
    check(repr(release).encode(), withheld)


@pytest.mark.parametrize("level", ["R1", "R3"])
def test_no_file_of_a_profile_holds_a_withheld_value_or_a_name(level, tmp_path):
    generator = np.random.default_rng(5)
    releases, withheld = {}, set()
    for name in MADE:
        counts = [int(n) for n in generator.integers(SMALLEST, LARGEST, 3)]
        counts += [int(n) for n in generator.integers(4 * THRESHOLD, 9 * THRESHOLD, 2)]
        releases[name], hidden = released(name, level, counts)
        withheld |= hidden
    assert len(withheld) >= 6
    facts = make_facts(Level[level])
    check(build_profile(releases, facts).encode(), withheld)
    write_profile(releases, facts, tmp_path)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        check(path.read_bytes(), withheld)
        check(str(path).encode(), withheld)


def test_the_search_finds_what_is_packed_away():
    import xlsxwriter

    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as workbook:
        workbook.add_worksheet().write(0, 0, 7_654_321)
    stream = b"%PDF-1.7 stream " + zlib.compress(b"(7654321) Tj")
    for content in (packed.getvalue(), stream, b"7,654,321", "7654321".encode("utf-16-le")):
        with pytest.raises(AssertionError, match="withheld"):
            check(content, {7_654_321})
    with pytest.raises(AssertionError):
        check(f"the {CANARY} Academy".encode(), set())


def test_a_withheld_cell_is_no_number_in_any_form():
    release, _ = released("overlap", "R1", [SMALLEST] * 5)
    cells = [row["young_people"] for row in release.rows]
    assert all(cell.value is None for cell in cells if cell.status is Status.WITHHELD)
    assert any(cell.status is Status.WITHHELD for cell in cells)
