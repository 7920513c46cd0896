"""Write the truth of a world: who every mention is, lists, groups, places, patterns."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from kithmap.world.cases import CHOSEN, Listing
from kithmap.world.drafts import Draft
from kithmap.world.forms import NO_DAY
from kithmap.world.geography import AUTHORITIES, CODES
from kithmap.world.groups import FIVE_SCHOOLS, HARMS, SHARED_PARK, TRA
from kithmap.world.lives import BUS_FIGHT, THIGH
from kithmap.world.patterns import find_bus_route, find_thigh_group
from kithmap.world.people import AS_AT_DAY
from kithmap.world.places import PLACE_TYPES
from kithmap.world.words import CANARIES
from kithmap.world.worlds import World

# The name each list goes by in the built-in layouts.
LISTS = {
    "cse_panel_list": "cse", "gangs_panel_list": "gangs", "yot_caseload": "youth justice", "fair_access_panel": "fair access",
    "edu_cme": "children missing education", "marac_cases": "marac", "tfl_zip_withdrawals": "zip card withdrawals",
}  # fmt: skip
QUESTION_LISTS = ("cse", "gangs")
_SCHEMA = pa.schema(
    [("extract", pa.string()), ("row", pa.int64()), ("slot", pa.int16()), ("person", pa.int64()), ("name_group", pa.string()),
     ("is_candidate", pa.bool_())]
)
README = """# The truth of this world

Made-up people only. Nothing here is ever received by Kithmap; it is for scoring and for tests.

| file | one row per | columns |
|---|---|---|
| mentions.parquet | person named in a row of an extract | extract, row (1 = first data row, every physical row counted), slot, person, name_group, is_candidate (a name jotted down: never linked, not scored) |
| people.parquet | person | person, is_young, authority, name_group, is_male, dob, forename, surname, ethnicity, upn, nhs_number, household |
| overlaps.parquet | combination of lists | lists, authority, kind, standing (current on the as-at date, or ever), people |
| groups.parquet, memberships.parquet | peer group; person in it | group, authority, harm, is_school_bound, people; group, person |
| schools.parquet, places.parquet | school; place | names, types, grid references |
| hot_places.parquet | planted place of a harm | authority, harm, place, events |
| events.parquet, parties.parquet | true event; person in it | event, harm, day, minute, authority, place, route, group, pattern; event, person, role |
| patterns.json | - | the planted patterns and where to look for them |
| faults.parquet | extract | rows, duplicates, blank, totals |
| canaries.txt | line | names of workers, complainants and teams that must never be received |
| question.json | - | the overlap the world was planted to answer, and its true number |
"""


class Mentions:
    """Who every mention is, written as the extracts are."""

    def __init__(self, folder: Path, world: World) -> None:
        self._writer = pq.ParquetWriter(folder / "mentions.parquet", _SCHEMA, compression="zstd")
        self._groups = world.people.group
        self.count = 0

    def add(self, file: str, draft: Draft) -> None:
        """Add the mentions of one extract; rows are counted from 1."""
        if not len(draft.row):
            return
        order = np.lexsort((draft.slot, draft.row))
        person = draft.person[order]
        table = pa.table(
            [
                pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(order), np.int32)), [file]).cast(pa.string()),
                draft.row[order] + 1, draft.slot[order].astype(np.int16), person,
                self._groups.gather(person).cast(pl.String).to_arrow().cast(pa.string()),
                np.zeros(len(order), dtype=bool) if draft.is_candidate is None else draft.is_candidate[order],
            ],
            schema=_SCHEMA,
        )  # fmt: skip
        self._writer.write_table(table)
        self.count += len(order)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def _combinations(lists: dict[str, set[int]], authority: str, standing: str) -> list[tuple[str, str, str, str, int]]:
    on: dict[int, list[str]] = {}
    for name in sorted(lists):
        for person in lists[name]:
            on.setdefault(person, []).append(name)
    counts: dict[str, int] = {}
    for names in on.values():
        key = " + ".join(names)
        counts[key] = counts.get(key, 0) + 1
    rows = [(key, authority, "combination", standing, counts[key]) for key in sorted(counts)]
    rows += [(name, authority, "total", standing, len(people)) for name, people in sorted(lists.items()) if people]
    return [*rows, ("All", authority, "all", standing, len(on))]


def write_overlaps(folder: Path, listed: Sequence[tuple[str, Listing]]) -> None:
    """Write how many are on each combination of lists, in each authority and in all."""
    rows: list[tuple[str, str, str, str, int]] = []
    for standing in ("current", "ever"):
        for authority in range(-1, len(CODES)):
            lists = {LISTS[layout]: _on(listed, layout, authority, standing) for layout in LISTS}
            rows += _combinations(lists, CODES[authority] if authority >= 0 else "All", standing)
    write_rows(folder / "overlaps.parquet", rows, ["lists", "authority", "kind", "standing", "people"])
    cse, gangs = (_on(listed, layout, CHOSEN, "current") for layout in ("cse_panel_list", "gangs_panel_list"))
    question = {
        "lists": list(QUESTION_LISTS), "authority": CODES[CHOSEN], "place": AUTHORITIES[CHOSEN],
        "on_each": [len(cse), len(gangs)], "on_both": len(cse & gangs), "people": len(cse | gangs),
    }  # fmt: skip
    (folder / "question.json").write_text(json.dumps(question, indent=1) + "\n", encoding="utf-8")


def _on(listed: Sequence[tuple[str, Listing]], layout: str, authority: int, standing: str) -> set[int]:
    """The people on a list; authority -1 is every authority."""
    people: set[int] = set()
    for name, listing in listed:
        if name == layout:
            stands = (listing.end == NO_DAY) | (standing == "ever")
            people |= set(listing.where(stands & ((listing.authority == authority) | (authority < 0))).person.tolist())
    return people


def write_rows(path: Path, rows: Sequence[tuple[object, ...]], names: list[str]) -> None:
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
            "household": people.home,
        }
    ).write_parquet(folder / "people.parquet")  # fmt: skip


def write_contexts(folder: Path, world: World) -> None:
    """Write groups, schools, places, events and who was in them."""
    groups, places, schools, events = world.groups, world.places, world.schools, world.lives.events
    code, harm = pl.Series(list(CODES)), pl.Series(list(HARMS))
    owner, member = groups.membership
    pl.DataFrame(
        {"group": np.arange(len(groups)), "authority": code.gather(groups.authority), "harm": harm.gather(groups.harm),
         "is_school_bound": groups.is_school_bound, "people": groups.count}
    ).write_parquet(folder / "groups.parquet")  # fmt: skip
    pl.DataFrame({"group": owner, "person": member}).write_parquet(folder / "memberships.parquet")
    pl.DataFrame(
        {"school": np.arange(len(schools)), "authority": code.gather(schools.authority), "name": schools.name, "urn": schools.urn,
         "phase": pl.Series(["primary", "secondary", "AP"]).gather(schools.phase), "easting": schools.easting, "northing": schools.northing}
    ).write_parquet(folder / "schools.parquet")  # fmt: skip
    happened = np.bincount(events.place[events.place >= 0], minlength=len(places))
    pl.DataFrame(
        {"place": np.arange(len(places)), "authority": code.gather(places.authority), "name": places.name,
         "type": pl.Series(list(PLACE_TYPES)).gather(places.type), "easting": places.easting, "northing": places.northing,
         "school": places.school, "stop_code": places.stop_code, "events": happened}
    ).write_parquet(folder / "places.parquet")  # fmt: skip
    hot = world.hot
    there = [int(((events.place == p) & (events.harm == h)).sum()) for p, h in zip(hot.place.tolist(), hot.harm.tolist(), strict=True)]
    pl.DataFrame(
        {"authority": code.gather(hot.authority), "harm": harm.gather(hot.harm), "place": hot.place,
         "name": places.name.gather(hot.place), "type": pl.Series(list(PLACE_TYPES)).gather(places.type[hot.place]), "events": there}
    ).write_parquet(folder / "hot_places.parquet")  # fmt: skip
    pl.DataFrame(
        {"event": np.arange(len(events)), "harm": harm.gather(events.harm), "day": pl.Series(events.day, dtype=pl.Int32).cast(pl.Date),
         "minute": events.minute, "authority": code.gather(events.authority), "place": events.place, "route": events.route,
         "group": events.group, "pattern": events.pattern}
    ).write_parquet(folder / "events.parquet")  # fmt: skip
    parties = world.lives.parties
    pl.DataFrame(
        {"event": parties.event, "person": parties.person, "role": pl.Series(["harmed", "harming", "witness"]).gather(parties.role)}
    ).write_parquet(folder / "parties.parquet")


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
