"""Every extract of a world: its layout, who holds it, and what makes it. Registers come first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from kithmap.world import (
    extracts_care,
    extracts_community,
    extracts_panels,
    extracts_police,
    extracts_schools,
    extracts_transport,
)
from kithmap.world.drafts import Draft
from kithmap.world.geography import AUTHORITIES
from kithmap.world.worlds import REGION, World

Maker = Callable[[World, int], Draft]


@dataclass(frozen=True)
class Entry:
    """One layout of the catalogue."""

    layout: str
    make: Maker
    is_regional: bool = False


REGISTERS = (
    Entry("gias_schools", extracts_schools.gias_schools, is_regional=True),
    Entry("csc_person_register", extracts_care.person_register),
)
OTHERS = (
    Entry("csc_contacts_referrals", extracts_care.contacts_referrals),
    Entry("csc_assessment_factors", extracts_care.assessment_factors),
    Entry("csc_missing", extracts_care.care_missing),
    Entry("mash_log", extracts_care.mash_log),
    Entry("cse_panel_list", extracts_panels.cse_panel_list),
    Entry("gangs_panel_list", extracts_panels.gangs_panel_list),
    Entry("marac_cases", extracts_panels.marac_cases),
    Entry("yot_caseload", extracts_panels.yot_caseload),
    Entry("edu_exclusions", extracts_schools.edu_exclusions),
    Entry("edu_cme", extracts_panels.edu_cme),
    Entry("fair_access_panel", extracts_panels.fair_access_panel),
    Entry("school_in_day_missing", extracts_schools.in_day_missing),
    Entry("school_safeguarding_log", extracts_schools.safeguarding_log),
    Entry("council_asb_noise", extracts_community.council_asb_noise),
    Entry("police_crime_party", extracts_police.police_crime_party, is_regional=True),
    Entry("police_missing", extracts_police.police_missing, is_regional=True),
    Entry("police_asb_cad", extracts_community.police_asb_cad, is_regional=True),
    Entry("ed_youth_worker", extracts_community.ed_youth_worker, is_regional=True),
    Entry("tfl_dir", extracts_transport.tfl_dir, is_regional=True),
    Entry("tfl_asif", extracts_transport.tfl_asif, is_regional=True),
    Entry("tfl_zip_withdrawals", extracts_transport.tfl_zip_withdrawals, is_regional=True),
    Entry("tfl_school_reports", extracts_transport.tfl_school_reports, is_regional=True),
)
CENSUS = "school_census_pupil"
REGIONAL_LAYOUTS = frozenset(entry.layout for entry in (*REGISTERS, *OTHERS) if entry.is_regional)
LAYOUTS = (*tuple(entry.layout for entry in REGISTERS), CENSUS, *tuple(entry.layout for entry in OTHERS))


def count_extracts(world: World) -> int:
    """How many extracts the world writes."""
    local = sum(1 if entry.is_regional else len(AUTHORITIES) for entry in (*REGISTERS, *OTHERS))
    return local + len(AUTHORITIES) * len(extracts_schools.censuses(world.people.young))


def make_extracts(world: World) -> Iterator[Draft]:
    """Make every extract, one at a time so that few are in memory."""
    for entry in REGISTERS:
        yield from _each(world, entry)
    for authority in range(len(AUTHORITIES)):
        for name, day in extracts_schools.censuses(world.people.young):
            made = extracts_schools.school_census(world, authority, name, day)
            yield replace(made, name=f"{AUTHORITIES[authority].lower()}_{CENSUS}_{name}")
    for entry in OTHERS:
        yield from _each(world, entry)


def _each(world: World, entry: Entry) -> Iterator[Draft]:
    if entry.is_regional:
        yield replace(entry.make(world, REGION), name=entry.layout)
        return
    for authority, place in enumerate(AUTHORITIES):
        yield replace(entry.make(world, authority), name=f"{place.lower()}_{entry.layout}")
