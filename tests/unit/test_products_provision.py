"""Provision as it stands today, and what a profile of each level may say of it."""

from datetime import UTC, datetime

import h3
import pytest
from desk_made import ANALYST, agree, make_workspace
from products_made import make_facts
from registers_made import MILL

from kithmap.desk import clock, registers, users
from kithmap.desk.provision import compared, find_offers
from kithmap.errors import NotPermitted
from kithmap.governance.levels import Level
from kithmap.model.registers import PLACE_PROVISION
from kithmap.products.profile import build_profile
from kithmap.products.provision import offer_lines, provision_grids

AUTHORITIES = {"X01": "Hartwell", "X02": "Alder"}
WRITTEN = (
    {**MILL, "authority": "X01", "easting": "530000", "northing": "180000", "note": "Zebra"},
    {
        **MILL,
        "place": "The Quay",
        "provider": "Zebra club",
        "days": "SAT",
        "to_time": "21:00",
        "kind": "sport",
    },
    {**MILL, "place": "Pier", "kind": "cctv", "days": "", "from_time": "", "to_time": "", "youngest": ""},
    {**MILL, "place": "Gone", "end_on": "31/10/2025"},
    {**MILL, "place": "To come", "start_on": "01/12/2026"},
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("provision")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setattr(clock, "now", lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
        with make_workspace(folder / "workspace") as made:
            agree(made, "A", "Gangs panel", ["gangs_panel_list"])
            for written in WRITTEN:
                registers.add_entry(made, PLACE_PROVISION.name, written, who=ANALYST)
            yield made


@pytest.fixture
def offers(workspace):
    return find_offers(workspace, who=ANALYST)


def test_what_has_ended_or_has_not_begun_is_not_there(offers):
    assert [each.place for each in offers] == ["Mill Park", "Pier", "The Quay"]


def test_an_offer_says_when_it_is_there(offers):
    mill, pier, quay = offers
    assert mill.when == "Monday, Wednesday, 15:30 to 18:00"
    assert (mill.after_school, mill.evening, mill.weekend, mill.is_timed) == (True, False, False, True)
    assert (quay.after_school, quay.evening, quay.weekend) == (False, True, True)
    assert (pier.when, pier.is_timed, pier.after_school, pier.evening) == ("", False, False, False)
    assert (mill.ages, pier.ages) == ("11 to 16", "to 16")


def test_an_offer_is_on_the_map_where_the_register_says_where(offers):
    assert [bool(each.cell) for each in offers] == [True, False, False]
    # Whitehall, by its longitude and latitude, in the reference library.
    assert offers[0].cell == h3.latlng_to_cell(51.5037, -0.1286, 8)


def test_names_of_places_are_compared_as_the_gazetteer_compares_them():
    assert compared(["Mill Pk", "near MILL PARK", "The Quay"]) == ["mill park", "mill park", "quay"]
    assert compared([]) == []


def test_provision_is_seen_by_whoever_may_see_registers(workspace):
    users.add_user(workspace, "hal", "health recipient", who=ANALYST)
    with pytest.raises(NotPermitted):
        find_offers(workspace, who="hal")


def test_inside_a_profile_lists_each_offer_and_to_partners_only_what_is_coded(offers):
    inside = offer_lines(offers, Level.R0, AUTHORITIES)
    partners = offer_lines(offers, Level.R1, AUTHORITIES)
    assert {line.place for line in inside} == {"Mill Park", "Pier", "The Quay"}
    free = {text for line in partners for text in (line.place, line.provider, line.when, line.ages)}
    assert free == {""}
    assert offer_lines(offers, Level.R2, AUTHORITIES) == offer_lines(offers, Level.R3, AUTHORITIES) == ()


def test_the_tables_show_what_is_there_and_what_is_not(offers):
    by_authority, by_kind = (grid for _, grid in provision_grids(offer_lines(offers, Level.R1, AUTHORITIES), AUTHORITIES))  # fmt: skip
    assert by_authority.rows == (
        ("Alder", "0", "0", "0", "0", "0"),
        ("Hartwell", "1", "1", "0", "0", "0"),
        ("Serves several", "2", "0", "1", "1", "1"),
    )
    kinds = {row[0]: row[1:] for row in by_kind.rows}
    assert kinds["Youth club or youth centre"] == ("1", "Alder")
    assert kinds["CCTV"] == ("1", "none"), "what serves several serves each of them"
    assert kinds["Advice or health drop-in"] == ("0", "every one")
    assert kinds["Another offer"] == ("0", ""), "that nobody offers something else is no gap"


@pytest.mark.parametrize("level", Level)
def test_a_profile_holds_of_a_register_what_its_level_may_show(offers, level):
    facts = make_facts(level, offers=offer_lines(offers, level, AUTHORITIES))
    html = build_profile({}, facts)
    assert ('id="section-15"' in html) == (level in (Level.R0, Level.R1))
    assert ("Mill Park" in html) == ("Zebra club" in html) == (level is Level.R0)
    if level in (Level.R0, Level.R1):
        assert "3 offers stand" in html
        assert "<dt>15 " not in html


def test_a_note_is_in_no_profile(offers):
    assert "Zebra" in WRITTEN[0]["note"]
    told = {text for line in offer_lines(offers, Level.R0, AUTHORITIES) for text in vars(line).values()}
    assert "Zebra" not in told
