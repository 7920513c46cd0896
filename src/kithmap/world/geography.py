"""Seven made-up authorities on land that is sea: wards, streets, postcodes.

They lie on the British National Grid over the sea east of Suffolk, and their postcode areas
(JQ, JX, UX, ZQ, YX, WQ, UQ) are none of the 124 in use: nothing here can be a real address.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from kithmap.world.streams import Ints, Streams

AUTHORITIES = ("Hartwell", "Ashmere", "Brackenford", "Calderwick", "Dunsholme", "Eastermere", "Fennborough")
CODES = tuple(f"E0990000{number + 1}" for number in range(7))
AREAS = ("JQ", "JX", "UX", "ZQ", "YX", "WQ", "UQ")
LA_NUMBERS = tuple(range(990, 997))
WARDS = 10
TILE_METRES = 8000
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"

WORDS = """Larkspur Tansy Juniper Merlin Osprey Teasel Bramble Sorrel Linnet Kestrel Plover Curlew Lapwing Fennel Yarrow Bracken Hazel Rowan Alder Aspen
Sedge Heron Dunlin Avocet Bittern Siskin Whinchat Redwing Fieldfare Dabchick Harrier Hobby Goshawk Pipit Wheatear Stonechat Brambling Crossbill Knapweed Campion Clover Vetch
Burdock Comfrey Betony Bugle Tormentil Milkwort Saxifrage Samphire Thrift Marram Bulrush Kingcup Celandine Speedwell Pimpernel Eyebright Meadowsweet Dogwood Spindle Buckthorn
Quince Medlar Damson Bullace Mulberry Sloe Cobnut Filbert Tanner Cooper Chandler Fuller Weaver Glover Thatcher Wainwright Ostler Sawyer Cordwain Loriner Salter Mercer""".split()
LANDSCAPE = """Park Hill Lane Grove Common Fields Rise Vale Heath Bridge Wharf Mill Green Court Meadow Brook Gate Cross Row Quay""".split()
_STREET_TYPES = "Road Street Avenue Close Lane Gardens Way Drive Crescent Terrace Walk Place Mews Grove Court".split()
_WARD_WORDS = """Abbotsgate Millbrink Saltings Northway Tannery Quayside Hollins Copperfield Eastbrook Ferrywell Gasworks Highmoor Ironbridge_Way Kilnfield Lockside Marlpit
Nethercote Orchardleigh Paddock_End Quarryfields Ropewalk Sandhythe Thistledown Underhill Viaduct Waterlees Yewbank Brickfields Canalside Deanery Elmstead_Cross Fairlop_Green
Gallowstree Hythegate Inglebank Jubilee_Docks Keelby_Wharf Longacre Market_Row Newgrange Oldfleet Priorsfield Queensbeck Riverhead Stonebow Townend Upperfold Vinegar_Hill
Wharfedge Yardley_Basin Almshouse Beaconfield Chandlery Drovers Eelpie Foundry Granary Hopyard Islecroft Jetty Kingsbarrow Lambsconduit Maltings Nunsgate Oastfield Pikeham
Quillgate Reedbed Shambles""".split()


@dataclass(frozen=True)
class Geography:
    """Wards and postcode units; `unit_*` arrays have one item per postcode."""

    ward_names: tuple[str, ...]
    ward_easting: Ints
    ward_northing: Ints
    unit_authority: Ints
    unit_ward: Ints
    unit_easting: Ints
    unit_northing: Ints
    unit_postcode: pl.Series
    unit_street: pl.Series
    unit_first: Ints

    def units_of(self, authority: int) -> tuple[int, int]:
        """First unit of an authority, and one past its last."""
        return int(self.unit_first[authority]), int(self.unit_first[authority + 1])


def _corner(authority: Ints) -> tuple[Ints, Ints]:
    """South-west corner of an authority's tile: four in the south, three in the north."""
    return 660_500 + (authority % 4) * 8_500, 203_000 + (authority // 4) * 12_000


def _ward_centres() -> tuple[Ints, Ints]:
    ward = np.arange(len(AUTHORITIES) * WARDS)
    east, north = _corner(ward // WARDS)
    inner = ward % WARDS
    return east + 800 + (inner % 5) * 1_600, north + 2_000 + (inner // 5) * 4_000


def _postcodes(authority: Ints, ward: Ints, serial: Ints) -> pl.Series:
    """A postcode for each unit: area, the ward as district, then sector and two letters."""
    sector, rest = serial // 400 % 10, serial % 400
    district = ward % WARDS + 1 + WARDS * (serial // 4_000)
    letters = pl.Series(list(_INWARD))
    return pl.select(
        pl.concat_str(
            pl.Series(AREAS).gather(authority),
            pl.Series(district).cast(pl.String),
            pl.lit(" "),
            pl.Series(sector).cast(pl.String),
            letters.gather(rest // 20),
            letters.gather(rest % 20),
        )
    ).to_series()


def make_geography(streams: Streams, households: Ints) -> Geography:
    """Lay out wards and postcode units; `households` is their number in each authority."""
    rng = streams.stream("geography")
    counts = np.maximum(40, -(-households // 6))
    first = np.concatenate(([0], np.cumsum(counts)))
    authority = np.repeat(np.arange(len(AUTHORITIES)), counts)
    within = np.arange(len(authority)) - first[authority]
    ward = authority * WARDS + within % WARDS
    centre_east, centre_north = _ward_centres()
    # Scrambling the serial keeps neighbouring units from being one letter apart.
    serial = (within // WARDS * 1_789) % 4_000 + 4_000 * (within // WARDS // 4_000)
    word = rng.integers(0, len(WORDS), len(ward))
    kind = rng.integers(0, len(_STREET_TYPES), len(ward))
    return Geography(
        ward_names=tuple(name.replace("_", " ") for name in _WARD_WORDS + ["Tidegate"]),
        ward_easting=centre_east,
        ward_northing=centre_north,
        unit_authority=authority,
        unit_ward=ward,
        unit_easting=centre_east[ward] + rng.integers(-780, 780, len(ward)),
        unit_northing=centre_north[ward] + rng.integers(-1_950, 1_950, len(ward)),
        unit_postcode=_postcodes(authority, ward, serial),
        unit_street=pl.Series(WORDS).gather(word) + pl.Series([" "]) + pl.Series(_STREET_TYPES).gather(kind),
        unit_first=first,
    )
