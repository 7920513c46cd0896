"""Coordinates: British National Grid to longitude and latitude, and both to H3 cells."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

FINE_RESOLUTION = 9
"""H3 resolution of a place: cells of about 0.1 square kilometres, 350 metres across."""


@cache
def _to_wgs84() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)


@cache
def _to_grid() -> Any:
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)


def to_longitude_latitude(easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude (WGS84) of points of the National Grid; NaN stays NaN.

    Exact to about 3 metres: the Ordnance Survey's correction grid is not shipped.
    """
    longitude, latitude = _to_wgs84().transform(easting, northing)
    return _finite(longitude), _finite(latitude)


def to_easting_northing(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """National Grid eastings and northings of points in WGS84; NaN stays NaN."""
    easting, northing = _to_grid().transform(longitude, latitude)
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
