"""What the files of a world promise: shape, repetition, and nothing real in them."""

import csv
import hashlib
import io
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from kithmap.errors import UnknownOption, WorkspaceExists
from kithmap.world import make_world
from kithmap.world.drafts import draft, with_trouble
from kithmap.world.forms import Form
from kithmap.world.names import fold, read_names
from kithmap.world.streams import Streams

LAYOUT_LIST = Path(__file__).parents[2].parent / "shared" / "domain" / "extract_layouts.csv"
REAL_AREAS = [
    "AB",
    "AL",
    "B",
    "BA",
    "BB",
    "BD",
    "BH",
    "BL",
    "BN",
    "BR",
    "BS",
    "BT",
    "CA",
    "CB",
    "CF",
    "CH",
    "CM",
    "CO",
    "CR",
    "CT",
    "CV",
    "CW",
    "DA",
    "DD",
    "DE",
    "DG",
    "DH",
    "DL",
    "DN",
    "DT",
    "DY",
    "E",
    "EC",
    "EH",
    "EN",
    "EX",
    "FK",
    "FY",
    "G",
    "GL",
    "GU",
    "HA",
    "HD",
    "HG",
    "HP",
    "HR",
    "HS",
    "HU",
    "HX",
    "IG",
    "IP",
    "IV",
    "KA",
    "KT",
    "KW",
    "KY",
    "L",
    "LA",
    "LD",
    "LE",
    "LL",
    "LN",
    "LS",
    "LU",
    "M",
    "ME",
    "MK",
    "ML",
    "N",
    "NE",
    "NG",
    "NN",
    "NP",
    "NR",
    "NW",
    "OL",
    "OX",
    "PA",
    "PE",
    "PH",
    "PL",
    "PO",
    "PR",
    "RG",
    "RH",
    "RM",
    "S",
    "SA",
    "SE",
    "SG",
    "SK",
    "SL",
    "SM",
    "SN",
    "SO",
    "SP",
    "SR",
    "SS",
    "ST",
    "SW",
    "SY",
    "TA",
    "TD",
    "TF",
    "TN",
    "TQ",
    "TR",
    "TS",
    "TW",
    "UB",
    "W",
    "WA",
    "WC",
    "WD",
    "WF",
    "WN",
    "WR",
    "WS",
    "WV",
    "YO",
    "ZE",
    "BX",
    "GY",
    "IM",
    "JE",
    "GX",
]
POSTCODE = re.compile(r"\b([A-Z]{1,2})[0-9]{1,2}[A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2}\b")
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world") / "made"
    make_world(folder, young=1500, seed=7)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_cells(path: Path) -> list[list[str]]:
    """Every row of an extract as text, the headings first; titles and notes are left out."""
    if path.suffix == ".csv":
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252")
        head = text.split("\n", 1)[0]
        delimiter = max(",;\t|", key=head.count)
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Data").to_python()
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet]
    return rows[3:] if len(rows) > 3 and not any(rows[2]) else rows


def column(rows: list[list[str]], name: str) -> list[str]:
    at = [heading.strip().casefold() for heading in rows[0]].index(name.casefold())
    return [row[at] for row in rows[1:] if len(row) > at and row[at]]


def extracts_of(world: Path, layout: str) -> list[Path]:
    listed = json.loads((world / "manifest.json").read_text())["extracts"]
    return [world / "extracts" / one["file"] for one in listed if one["layout"] == layout]


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        make_world(tmp_path / name, young=300, seed=seed)
    assert hashes(tmp_path / "one") == hashes(tmp_path / "again")
    assert hashes(tmp_path / "one") != hashes(tmp_path / "other")


def test_a_world_too_small_or_too_large_is_refused(tmp_path: Path) -> None:
    for young in (299, 1_000_001):
        with pytest.raises(UnknownOption):
            make_world(tmp_path / "none", young=young)
    assert not (tmp_path / "none").exists()


def test_a_world_is_not_made_over_something_else(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(WorkspaceExists):
        make_world(tmp_path, young=300)


def test_progress_tells_every_extract(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    summary = make_world(tmp_path / "w", young=300, progress=lambda *step: told.append(step))
    assert told[-1][0] == "extracts"
    assert told[-1][1] == told[-1][2] >= summary.extracts
    assert [done for _, done, _ in told[1:]] == list(range(told[-1][2] + 1))


def test_an_agency_with_nothing_to_tell_sends_no_file(tmp_path: Path) -> None:
    make_world(tmp_path / "w", young=300)
    listed = json.loads((tmp_path / "w" / "manifest.json").read_text())["extracts"]
    assert {one["file"] for one in listed} == {path.name for path in (tmp_path / "w" / "extracts").iterdir()}
    assert all(len(read_cells(tmp_path / "w" / "extracts" / one["file"])) > 1 for one in listed)


def test_every_extract_has_the_headings_of_its_layout(world: Path) -> None:
    if not LAYOUT_LIST.is_file():
        pytest.skip("the list of layouts is not here (it lies beside the repository in CI)")
    wanted: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(LAYOUT_LIST.read_text(encoding="utf-8-sig"))):
        wanted.setdefault(row["layout"], []).append(row["source_column"])
    listed = json.loads((world / "manifest.json").read_text())["extracts"]
    for one in listed:
        if one["layout"] == "gias_schools":
            continue
        headings = [" ".join(h.split()).casefold() for h in read_cells(world / "extracts" / one["file"])[0]]
        assert headings == [" ".join(h.split()).casefold() for h in wanted[one["layout"]]], one["file"]
    assert len({one["layout"] for one in listed}) == 25


def test_senders_write_in_many_ways(world: Path) -> None:
    files = list((world / "extracts").iterdir())
    assert {path.suffix for path in files} == {".csv", ".xlsx", ".ods"}
    heads = [path.read_bytes()[:400] for path in files if path.suffix == ".csv"]
    assert any(head.startswith(b"\xef\xbb\xbf") for head in heads)
    for mark in (b";", b"\t", b"|"):
        assert any(head.split(b"\n")[0].count(mark) > 3 for head in heads)


def test_mentions_point_at_rows_that_hold_something(world: Path) -> None:
    mentions = pl.read_parquet(world / "truth" / "mentions.parquet")
    assert mentions.select("extract", "row", "slot").is_duplicated().sum() == 0
    for (name,), part in mentions.group_by("extract"):
        rows = read_cells(world / "extracts" / str(name))[1:]
        assert part["row"].max() <= len(rows)
        for row in part["row"].unique():
            assert any(cell.strip() for cell in rows[row - 1])
            assert rows[row - 1][0] != "Total"


def test_a_row_without_a_mention_is_blank_or_a_total_where_rows_name_people(world: Path) -> None:
    mentions = pl.read_parquet(world / "truth" / "mentions.parquet")
    for (name,), part in mentions.group_by("extract"):
        rows = read_cells(world / "extracts" / str(name))[1:]
        for number in set(range(1, len(rows) + 1)) - set(part["row"].to_list()):
            cells = rows[number - 1]
            assert cells[0] == "Total" or not any(cell.strip() for cell in cells)


def test_nhs_numbers_are_of_the_made_up_range_and_one_to_a_person_but_for_siblings(world: Path) -> None:
    mentions = pl.read_parquet(world / "truth" / "mentions.parquet")
    people = pl.read_parquet(world / "truth" / "people.parquet")
    household = dict(zip(people["person"], people["household"], strict=True))
    holders: dict[str, set[int]] = {}
    for path in extracts_of(world, "csc_person_register"):
        rows = read_cells(path)
        at = [h.strip().casefold() for h in rows[0]].index("nhs number")
        for row, person in (
            mentions.filter(pl.col("extract") == path.name).select("row", "person").iter_rows()
        ):
            if rows[row][at]:
                holders.setdefault(rows[row][at], set()).add(person)
    assert len(holders) > 50
    for number, persons in holders.items():
        digits = [int(d) for d in number]
        assert number.startswith("999")
        assert len(digits) == 10
        assert (11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11) % 11 == digits[
            9
        ]
        assert len({household[person] for person in persons}) == 1


def test_upns_have_a_right_check_letter(world: Path) -> None:
    upns = [
        upn for path in extracts_of(world, "school_census_pupil") for upn in column(read_cells(path), "UPN")
    ]
    assert len(upns) > 2000
    for upn in upns:
        values = [int(c) if c.isdigit() else UPN_LETTERS.index(c) for c in upn[1:]]
        assert upn[0] == UPN_LETTERS[sum(v * w for v, w in enumerate_from_two(values)) % 23]


def enumerate_from_two(values: list[int]) -> list[tuple[int, int]]:
    return [(value, place) for place, value in enumerate(values, 2)]


def test_no_postcode_is_in_an_area_that_exists(world: Path) -> None:
    found = Counter()
    for path in (world / "extracts").iterdir():
        for row in read_cells(path):
            found.update(POSTCODE.findall(" ".join(row)))
    assert sum(found.values()) > 1000
    assert not set(found) & set(REAL_AREAS)


def test_coordinates_lie_in_the_sea(world: Path) -> None:
    places = pl.read_parquet(world / "truth" / "places.parquet")
    assert places["easting"].is_between(660_000, 695_000).all()
    assert places["northing"].is_between(200_000, 235_000).all()


def test_everybody_young_is_ten_to_seventeen(world: Path) -> None:
    young = pl.read_parquet(world / "truth" / "people.parquet").filter("is_young")
    assert len(young) == 1500
    assert str(young["dob"].min()) >= "2008-08-01"
    assert str(young["dob"].max()) <= "2016-07-31"


def test_there_are_twins_and_siblings_of_one_surname(world: Path) -> None:
    young = pl.read_parquet(world / "truth" / "people.parquet").filter("is_young")
    homes = young.group_by("household").agg(
        pl.len(), pl.col("dob").n_unique().alias("days"), pl.col("forename").n_unique().alias("names")
    )
    assert homes.filter((pl.col("len") == 2) & (pl.col("days") == 1)).height > 0
    assert homes.filter(pl.col("len").is_between(2, 4) & (pl.col("names") < pl.col("len"))).height == 0


def test_agreements_name_every_column_but_those_to_drop(world: Path) -> None:
    listed = json.loads((world / "manifest.json").read_text())["extracts"]
    agreements = [
        tomllib.loads(path.read_text(encoding="utf-8")) for path in (world / "agreements").iterdir()
    ]
    by_id = {one["id"]: one for one in agreements}
    for one in listed:
        assert one["layout"] in {item["layout"] for item in by_id[one["agreement"]]["items"]}
    named = {column for agreement in agreements for item in agreement["items"] for column in item["columns"]}
    assert not named & {"Allocated Worker", "Allocated Team", "Complainant", "Garage/operator"}
    assert {tomllib.loads(p.read_text())["kind"] for p in (world / "purposes").iterdir()} == {
        "profiling",
        "case",
        "quality",
        "sharing",
    }


def test_canaries_stand_only_in_columns_to_drop(world: Path) -> None:
    canaries = set((world / "truth" / "canaries.txt").read_text(encoding="utf-8").splitlines())
    seen = set()
    for path in (world / "extracts").iterdir():
        rows = read_cells(path)
        for row in rows[1:]:
            for heading, cell in zip(rows[0], row, strict=False):
                if cell in canaries:
                    seen.add(heading.strip().casefold())
    assert seen == {"allocated worker", "allocated team", "complainant", "garage/operator"}


def test_small_senders_of_one_authority_use_ods_that_others_can_open(world: Path) -> None:
    from odfdo import Document

    path = next((world / "extracts").glob("*_edu_cme.ods"))
    table = Document(path).body.get_table(0)
    assert [cell.strip() for cell in table.get_row_values(0)][:2] == ["UPN", "Name"]


@given(st.text(alphabet=st.sampled_from("\u0131ğüşöçİŞłąćęđãáéíñșțăÇAbz -'"), max_size=12))
def test_folded_names_keep_to_the_letters_of_an_old_computer(name: str) -> None:
    assert all(ord(letter) < 128 for letter in fold(name))
    assert fold(fold(name)) == fold(name)


def test_every_community_has_names_enough() -> None:
    book = read_names()
    assert len(book.communities) >= 20
    for community in book.communities:
        assert len(community.surnames) >= 30
        assert len(community.female) + len(community.male) >= 50
        if community.weight >= 0.05:
            assert len(community.surnames) >= 60
            assert len(community.female) + len(community.male) >= 80


@given(rows=st.integers(0, 30), duplicates=st.floats(0, 0.5), blanks=st.integers(0, 3), total=st.booleans())
def test_trouble_moves_no_mention_to_another_person(
    rows: int, duplicates: float, blanks: int, total: bool
) -> None:
    import numpy as np

    names = pl.Series([f"person {n}" for n in range(rows)], dtype=pl.String)
    made = draft("x", 0, Form(), {"Name": names, "Other": names}, np.arange(rows))
    worse = with_trouble(
        Streams(1), made, duplicates=duplicates, blanks=blanks, total="Other" if total else ""
    )
    written = worse.cells["Name"].to_list()
    assert [written[row] for row in worse.row] == [f"person {person}" for person in worse.person]
    assert len(worse.row) == rows + worse.faults["duplicates"]
    assert len(written) == sum(worse.faults.values()) + rows
