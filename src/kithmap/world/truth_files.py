"""Write the truth of a world: who every mention is, lists, groups, places, patterns."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from kithmap.ingest.layouts import load_layout
from kithmap.world.cases import CHOSEN, Listing
from kithmap.world.drafts import Draft
from kithmap.world.forms import NO_DAY, constant
from kithmap.world.geography import AUTHORITIES, CODES
from kithmap.world.groups import FIVE_SCHOOLS, HARMS, SHARED_PARK, TRA
from kithmap.world.lives import BUS_FIGHT, THIGH
from kithmap.world.narratives import EMPTY
from kithmap.world.patterns import find_bus_route, find_thigh_group
from kithmap.world.people import AS_AT_DAY
from kithmap.world.places import PLACE_TYPES
from kithmap.world.words import CANARIES
from kithmap.world.worlds import World

LISTS = (
    "cse_panel_list", "gangs_panel_list", "yot_caseload", "fair_access_panel", "edu_cme", "marac_cases", "tfl_zip_withdrawals",
)  # fmt: skip
QUESTION_LISTS = ("cse_panel_list", "gangs_panel_list")
_SCHEMA = pa.schema(
    [
        ("extract", pa.string()),
        ("row", pa.int64()),
        ("slot", pa.int16()),
        ("person", pa.int64()),
        ("name_group", pa.string()),
        ("is_candidate", pa.bool_()),
    ]
)
README = """# The truth of this world

Made-up people only. Nothing here is ever received by Kithmap; it is for scoring and for tests.

| file | one row per | columns |
|---|---|---|
| mentions.parquet | person named in a row of an extract | extract, row (1 = first data row, every physical row counted), slot, person, name_group, is_candidate (a name jotted down: never linked, not scored) |
| people.parquet | person | person, is_young, authority, name_group, is_male, dob, forename, surname, ethnicity, upn, nhs_number, household (where they live), is_communal (a children's home), family (whom they were born to) |
| overlaps.parquet | combination of lists | lists, authority, kind, standing (current on the as-at date, or ever), people |
| groups.parquet, memberships.parquet | peer group; person in it | group, authority, harm, is_school_bound, people; group, person |
| schools.parquet, places.parquet | school; place | names, types, grid references |
| hot_places.parquet | planted place of a harm | authority, harm, place, events |
| events.parquet, parties.parquet | true event; person in it | event, harm, day, minute, authority, place, route, group, pattern; event, person, role |
| narratives.parquet | stretch of a narrative that tells who or where | extract, row, start and end (characters), kind, is_listed (whether the registry can know it) |
| patterns.json | - | the planted patterns and where to look for them |
| faults.parquet | extract | rows, duplicates, blank, totals |
| canaries.txt | line | names of workers, complainants and teams that must never be received |
| question.json | - | the overlap the world was planted to answer, and its true number |
"""


class Mentions:
    """Who every mention is, and whom narratives tell of, written as the extracts are."""

    def __init__(self, folder: Path, world: World) -> None:
        self._writer = pq.ParquetWriter(folder / "mentions.parquet", _SCHEMA, compression="zstd")
        self._groups = world.people.group
        self._folder = folder
        self._stretches: list[pl.DataFrame] = []
        self.count = 0

    def add(self, file: str, draft: Draft) -> None:
        """Add the mentions of one extract, and what its narratives tell; rows are counted from 1."""
        if draft.stretches is not None and len(draft.stretches):
            self._stretches.append(
                draft.stretches.select(pl.lit(file).alias("extract"), pl.col("row") + 1, pl.exclude("row"))
            )
        if not len(draft.row):
            return
        order = np.lexsort((draft.slot, draft.row))
        person = draft.person[order]
        size = len(order)
        candidate = np.zeros(size, dtype=bool) if draft.is_candidate is None else draft.is_candidate[order]
        table = pl.DataFrame(
            {
                "extract": constant(file, size), "row": draft.row[order] + 1, "slot": draft.slot[order].astype(np.int16),
                "person": person, "name_group": self._groups.gather(person).cast(pl.String), "is_candidate": candidate,
            }
        ).to_arrow().cast(_SCHEMA)  # fmt: skip
        self._writer.write_table(table)
        self.count += size

    def close(self) -> None:
        """Finish the files."""
        self._writer.close()
        empty = EMPTY.select(pl.lit("").alias("extract"), pl.all())
        pl.concat([empty, *self._stretches]).write_parquet(self._folder / "narratives.parquet")


def _combinations(
    lists: dict[str, set[int]], authority: str, standing: str
) -> list[tuple[str, str, str, str, int]]:
    on: dict[int, list[str]] = {}
    for name in sorted(lists):
        for person in lists[name]:
            on.setdefault(person, []).append(name)
    counts: dict[str, int] = {}
    for names in on.values():
        key = " + ".join(names)
        counts[key] = counts.get(key, 0) + 1
    rows = [(key, authority, "combination", standing, counts[key]) for key in sorted(counts)]
    rows += [
        (name, authority, "total", standing, len(people)) for name, people in sorted(lists.items()) if people
    ]
    return [*rows, ("All", authority, "all", standing, len(on))]


def write_overlaps(folder: Path, listed: Sequence[tuple[str, Listing]]) -> None:
    """Write how many are on each combination of lists, in each authority and in all."""
    rows: list[tuple[str, str, str, str, int]] = []
    for standing in ("current", "ever"):
        for authority in range(-1, len(CODES)):
            lists = {list_name(layout): _on(listed, layout, authority, standing) for layout in LISTS}
            rows += _combinations(lists, CODES[authority] if authority >= 0 else "All", standing)
    write_rows(folder / "overlaps.parquet", rows, ["lists", "authority", "kind", "standing", "people"])
    cse, gangs = (_on(listed, layout, CHOSEN, "current") for layout in QUESTION_LISTS)
    question = {
        "lists": [list_name(layout) for layout in QUESTION_LISTS], "authority": CODES[CHOSEN], "place": AUTHORITIES[CHOSEN],
        "on_each": [len(cse), len(gangs)], "on_both": len(cse & gangs), "people": len(cse | gangs),
    }  # fmt: skip
    (folder / "question.json").write_text(json.dumps(question, indent=1) + "\n", encoding="utf-8")


def list_name(layout: str) -> str:
    """The name a list goes by, as its built-in layout says."""
    name = load_layout(layout).list_name
    if name is None:
        raise ValueError(f"layout {layout} is of no list")
    return name


def _on(listed: Sequence[tuple[str, Listing]], layout: str, authority: int, standing: str) -> set[int]:
    """The people on a list; authority -1 is every authority."""
    people: set[int] = set()
    for name, listing in listed:
        if name == layout:
            stands = (listing.end == NO_DAY) | (standing == "ever")
            people |= set(
                listing.where(stands & ((listing.authority == authority) | (authority < 0))).person.tolist()
            )
    return people


def write_rows(path: Path, rows: Sequence[tuple[object, ...]], names: list[str]) -> None:
    """Write a small table of the truth."""
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(path)


def write_people(folder: Path, world: World) -> None:
    """Write who the people are."""
    people, book = world.people, world.people.book
    pl.DataFrame(
        {
            "person": np.arange(len(people)), "is_young": np.arange(len(people)) < people.young,
            "authority": pl.Series(list(CODES)).gather(people.authority), "name_group": people.group.cast(pl.String), "is_male": people.is_male,
            "dob": pl.Series(people.birth_day, dtype=pl.Int32).cast(pl.Date), "forename": book.forenames.text.gather(people.forename),
            "surname": book.surnames.text.gather(people.surname), "ethnicity": people.ethnicity, "upn": people.upn, "nhs_number": people.nhs_number,
            "household": people.home, "is_communal": people.homes.is_communal[people.home], "family": people.family,
        }
    ).write_parquet(folder / "people.parquet")  # fmt: skip


def write_contexts(folder: Path, world: World) -> None:
    """Write groups, schools, places, events and who was in them."""
    code, harm = pl.Series(list(CODES)), pl.Series(list(HARMS))
    tables = (
        _group_tables(world, code, harm) | _place_tables(world, code, harm) | _event_tables(world, code, harm)
    )
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")


def _group_tables(world: World, code: pl.Series, harm: pl.Series) -> dict[str, pl.DataFrame]:
    groups = world.groups
    owner, member = groups.membership
    made = {
        "group": np.arange(len(groups)), "authority": code.gather(groups.authority), "harm": harm.gather(groups.harm),
        "is_school_bound": groups.is_school_bound, "people": groups.count,
    }  # fmt: skip
    return {"groups": pl.DataFrame(made), "memberships": pl.DataFrame({"group": owner, "person": member})}


def _place_tables(world: World, code: pl.Series, harm: pl.Series) -> dict[str, pl.DataFrame]:
    places, schools, events, hot = world.places, world.schools, world.lives.events, world.hot
    kinds, phases = pl.Series(list(PLACE_TYPES)), pl.Series(["primary", "secondary", "AP"])
    happened = np.bincount(events.place[events.place >= 0], minlength=len(places))
    planted = zip(hot.place.tolist(), hot.harm.tolist(), strict=True)
    there = [int(((events.place == place) & (events.harm == kind)).sum()) for place, kind in planted]
    all_schools = {
        "school": np.arange(len(schools)), "authority": code.gather(schools.authority), "name": schools.name,
        "urn": schools.urn, "phase": phases.gather(schools.phase), "easting": schools.easting, "northing": schools.northing,
    }  # fmt: skip
    all_places = {
        "place": np.arange(len(places)), "authority": code.gather(places.authority), "name": places.name,
        "type": kinds.gather(places.type), "easting": places.easting, "northing": places.northing,
        "school": places.school, "stop_code": places.stop_code, "events": happened,
    }  # fmt: skip
    hot_places = {
        "authority": code.gather(hot.authority), "harm": harm.gather(hot.harm), "place": hot.place,
        "name": places.name.gather(hot.place), "type": kinds.gather(places.type[hot.place]), "events": there,
    }  # fmt: skip
    made = {"schools": all_schools, "places": all_places, "hot_places": hot_places}
    return {name: pl.DataFrame(columns) for name, columns in made.items()}


def _event_tables(world: World, code: pl.Series, harm: pl.Series) -> dict[str, pl.DataFrame]:
    events, parties = world.lives.events, world.lives.parties
    happened = {
        "event": np.arange(len(events)), "harm": harm.gather(events.harm),
        "day": pl.Series(events.day, dtype=pl.Int32).cast(pl.Date), "minute": events.minute,
        "authority": code.gather(events.authority), "place": events.place, "route": events.route,
        "group": events.group, "pattern": events.pattern,
    }  # fmt: skip
    roles = pl.Series(["harmed", "harming", "witness"]).gather(parties.role)
    there = {"event": parties.event, "person": parties.person, "role": roles}
    return {"events": pl.DataFrame(happened), "parties": pl.DataFrame(there)}


def write_patterns(folder: Path, world: World) -> None:
    """Write the planted patterns, and the names that must never be received."""
    groups, events, schools, places = world.groups, world.lives.events, world.schools, world.places
    five = [int(g) for g in np.flatnonzero((groups.authority == FIVE_SCHOOLS) & (groups.harm == TRA))]
    pupils = np.unique(np.concatenate([groups.of(g) for g in five])) if five else np.zeros(0, dtype=np.int64)
    route = find_bus_route(world.routes)
    shared = world.hot.place[(world.hot.authority == SHARED_PARK) & (world.hot.harm == 0)]
    patterns = {
        "five_schools": {
            "authority": CODES[FIVE_SCHOOLS], "harm": "TRA", "groups": five,
            "schools": sorted(schools.name.gather(np.unique(world.schooling.secondary[pupils])).to_list()),
        },
        "shared_park_and_school": {"authority": CODES[SHARED_PARK], "harms": ["SYV", "CSE"], "distinct": "HSB", "places": places.name.gather(shared).to_list()},
        "thigh_wounds": {"group": find_thigh_group(world.people, groups), "events": np.flatnonzero(events.pattern == THIGH).tolist()},
        "bus_fights": {
            "route": world.routes.number[route], "schools": schools.name.gather([int(world.routes.school_a[route]), int(world.routes.school_b[route])]).to_list(),
            "events": np.flatnonzero(events.pattern == BUS_FIGHT).tolist(),
        },
        "as_at_day": AS_AT_DAY,
    }  # fmt: skip
    (folder / "patterns.json").write_text(json.dumps(patterns, indent=1) + "\n", encoding="utf-8")
    (folder / "canaries.txt").write_text("\n".join(CANARIES) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(README, encoding="utf-8")
