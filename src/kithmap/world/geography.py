"""Seven made-up authorities on land that is sea: wards, streets, postcodes.

They lie on the British National Grid over the sea east of Suffolk, and their postcode areas
(JQ, JX, UX, ZQ, YX, WQ, UQ) are none of the 124 in use: nothing here can be a real address.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from kithmap.world.names import read_words
from kithmap.world.streams import Ints, Streams

AUTHORITIES = ("Hartwell", "Ashmere", "Brackenford", "Calderwick", "Dunsholme", "Eastermere", "Fennborough")
CODES = tuple(f"E0990000{number + 1}" for number in range(7))
AREAS = ("JQ", "JX", "UX", "ZQ", "YX", "WQ", "UQ")
LA_NUMBERS = tuple(range(990, 997))
WARDS = 10
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"


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
    words, street_types = read_words("plants_and_birds"), read_words("street_types")
    counts = np.maximum(40, -(-households // 6))
    first = np.concatenate(([0], np.cumsum(counts)))
    authority = np.repeat(np.arange(len(AUTHORITIES)), counts)
    within = np.arange(len(authority)) - first[authority]
    ward = authority * WARDS + within % WARDS
    centre_east, centre_north = _ward_centres()
    # Scrambling the serial keeps neighbouring units from being one letter apart.
    serial = (within // WARDS * 1_789) % 4_000 + 4_000 * (within // WARDS // 4_000)
    word = rng.integers(0, len(words), len(ward))
    kind = rng.integers(0, len(street_types), len(ward))
    return Geography(
        ward_names=tuple(read_words("wards")),
        ward_easting=centre_east,
        ward_northing=centre_north,
        unit_authority=authority,
        unit_ward=ward,
        unit_easting=centre_east[ward] + rng.integers(-780, 780, len(ward)),
        unit_northing=centre_north[ward] + rng.integers(-1_950, 1_950, len(ward)),
        unit_postcode=_postcodes(authority, ward, serial),
        unit_street=pl.Series(words).gather(word) + " " + pl.Series(street_types).gather(kind),
        unit_first=first,
    )
