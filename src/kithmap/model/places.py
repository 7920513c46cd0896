"""Coordinates: British National Grid to longitude and latitude, and both to H3 cells."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

FINE_RESOLUTION = 9
"""H3 resolution of a place: cells of about 0.1 square kilometres, 350 metres across."""


_NATIONAL_GRID = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +type=crs"
)
# By name (EPSG:27700), the transformation would depend on the files of the machine and on the point, and
# there and back could differ by 100 metres near the edge of the grid: so it is written out.


@cache
def _grid() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(_NATIONAL_GRID, "EPSG:4326", always_xy=True)


def to_longitude_latitude(easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude (WGS84) of points of the National Grid; NaN stays NaN.

    Exact to about 5 metres: the Ordnance Survey's correction grid is not shipped.

    Source: Ordnance Survey, A guide to coordinate systems in Great Britain, section 6.6 (Helmert).
    """
    longitude, latitude = _grid().transform(easting, northing)
    return _finite(longitude), _finite(latitude)


def to_easting_northing(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """National Grid eastings and northings of points in WGS84; NaN stays NaN."""
    easting, northing = _grid().transform(longitude, latitude, direction="INVERSE")
    return _finite(easting), _finite(northing)


def _finite(values: Any) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(array), array, np.nan)


def to_h3(longitude: pl.Series, latitude: pl.Series, resolution: int = FINE_RESOLUTION) -> pl.Series:
    """The H3 cell of each point, as text; null where a coordinate is null."""
    import polars_h3  # pyright: ignore[reportMissingTypeStubs]

    frame = pl.DataFrame({"lng": longitude.cast(pl.Float64), "lat": latitude.cast(pl.Float64)})
    cell = polars_h3.latlng_to_cell("lat", "lng", resolution, return_dtype=pl.String)
    known = pl.col("lat").is_finite() & pl.col("lng").is_finite()
    filled = frame.with_columns(
        pl.col("lat", "lng").fill_null(0.0).fill_nan(0.0), known=known.fill_null(value=False)
    )
    return filled.select(pl.when("known").then(cell).alias("h3")).to_series()


def is_on_grid(easting: pl.Expr, northing: pl.Expr) -> pl.Expr:
    """Whether a point can lie in England or Wales, by three coarse boxes.

    Coarse on purpose: it must only tell a point from the same point with easting and northing swapped.
    """
    south_west = easting.is_between(80_000, 300_000) & northing.is_between(0, 400_000)
    middle = easting.is_between(290_000, 400_000) & northing.is_between(10_000, 600_000)
    east = easting.is_between(400_000, 700_000) & northing.is_between(70_000, 660_000)
    return south_west | middle | east


def is_in_britain(longitude: pl.Expr, latitude: pl.Expr) -> pl.Expr:
    """Whether a longitude and latitude can lie in Great Britain."""
    return longitude.is_between(-9, 3) & latitude.is_between(49, 61.5)
