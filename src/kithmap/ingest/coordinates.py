"""Places and schools as sources name them: coordinates mended, cells found, codes told apart."""

import numpy as np
import polars as pl

from kithmap.ingest.layouts import Use
from kithmap.ingest.reading import Reading
from kithmap.model.places import is_in_britain, is_on_grid, to_easting_northing, to_h3, to_longitude_latitude

_TWO_NUMBERS = r"(-?\d[\d.]*)\s*[,/;\s]\s*(-?\d[\d.]*)"
_COORDINATES = ("easting", "northing", "easting_northing", "longitude", "latitude")
_POINT = ("easting", "northing", "longitude", "latitude")
_ESTAB = r"\b(\d{3})\s*/?\s*(\d{4})\b"


def place_columns(reading: Reading, use: Use) -> dict[str, pl.Series]:
    """Easting, northing, longitude, latitude and H3 cell, from whichever of them the layout gives.

    Columns exchanged, or degrees in a column for metres, are put right and counted.
    """
    if not any(use.find(key) for key in _COORDINATES):
        return {name: reading.nothing(pl.Float64) for name in _POINT} | {"h3_r9": reading.nothing()}
    easting, northing = reading.number(use.find("easting")), reading.number(use.find("northing"))
    both = use.find("easting_northing")
    if both is not None:
        text = reading.text(both)
        parts = [text.str.extract(_TWO_NUMBERS, part).cast(pl.Float64, strict=False) for part in (1, 2)]
        easting, northing = (
            one.zip_with(one.is_not_null(), part)
            for one, part in zip((easting, northing), parts, strict=True)
        )
        reading.note(both, text.is_not_null() & parts[1].is_null(),
                     ("does not hold two numbers", "An easting and a northing, such as 530000 180000.",
                      "Ask the sender to correct it."))  # fmt: skip
    longitude, latitude = reading.number(use.find("longitude")), reading.number(use.find("latitude"))
    frame = pl.DataFrame({"e": easting, "n": northing, "lon": longitude, "lat": latitude})
    return _complete(reading, _mended(reading, frame))


def _mended(reading: Reading, frame: pl.DataFrame) -> pl.DataFrame:
    e, n, lon, lat = pl.col("e"), pl.col("n"), pl.col("lon"), pl.col("lat")
    none = ((e == 0) & (n == 0)) | ((lon == 0) & (lat == 0))
    frame = frame.with_columns(pl.when(none).then(None).otherwise(pl.all()).name.keep())
    degrees, turned = is_in_britain(e, n), is_in_britain(n, e)
    frame = frame.with_columns(
        lon=pl.when(degrees).then(e).when(turned).then(n).otherwise(lon),
        lat=pl.when(degrees).then(n).when(turned).then(e).otherwise(lat),
        in_degrees=(degrees | turned).fill_null(value=False),
    )
    frame = frame.with_columns(pl.when("in_degrees").then(None).otherwise(pl.col("e", "n")).name.keep())
    swapped = (is_on_grid(n, e) & ~is_on_grid(e, n)).fill_null(value=False)
    swapped_degrees = (is_in_britain(lat, lon) & ~is_in_britain(lon, lat)).fill_null(value=False)
    frame = frame.with_columns(swapped=swapped, swapped_degrees=swapped_degrees)
    reading.mend("places had degrees in the columns for easting and northing", int(frame["in_degrees"].sum()))
    reading.mend("places had easting and northing exchanged", int(frame["swapped"].sum()))
    reading.mend("places had longitude and latitude exchanged", int(frame["swapped_degrees"].sum()))
    return frame.with_columns(
        e=pl.when("swapped").then(n).otherwise(e),
        n=pl.when("swapped").then(e).otherwise(n),
        lon=pl.when("swapped_degrees").then(lat).otherwise(lon),
        lat=pl.when("swapped_degrees").then(lon).otherwise(lat),
    )


def _complete(reading: Reading, frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Each kind of coordinate from the other, each distinct point once."""
    points = frame.select("e", "n", "lon", "lat")
    distinct = points.unique()
    e, n, lon, lat = (distinct[name].to_numpy().astype(np.float64) for name in ("e", "n", "lon", "lat"))
    if np.isfinite(e * n).any():
        there, up = to_longitude_latitude(e, n)
        lon, lat = np.where(np.isnan(lon), there, lon), np.where(np.isnan(lat), up, lat)
    if (np.isnan(e) & np.isfinite(lon * lat)).any():
        across, along = to_easting_northing(lon, lat)
        e, n = np.where(np.isnan(e), across, e), np.where(np.isnan(n), along, n)
    full = pl.DataFrame({"easting": e, "northing": n, "longitude": lon, "latitude": lat}).fill_nan(None)
    if full["latitude"].is_not_null().any():
        full = full.with_columns(h3_r9=to_h3(full["longitude"], full["latitude"]))
    else:
        full = full.with_columns(h3_r9=pl.lit(None, pl.String))
    joined = points.join(
        pl.concat([distinct, full], how="horizontal"), on=["e", "n", "lon", "lat"], how="left", nulls_equal=True,
        maintain_order="left",
    )  # fmt: skip
    if joined.height != reading.height:
        raise AssertionError("Each place has one point.")
    return {name: joined[name] for name in full.columns}


def setting_columns(reading: Reading, use: Use) -> dict[str, pl.Series]:
    """`urn` and `la_estab`, from a column each or from one cell that holds either or both."""
    both = reading.text(use.find("urn_or_estab"))
    urn_text, estab_text = reading.text(use.find("urn")), reading.text(use.find("la_estab"))
    urn = urn_text.str.extract(r"\b(\d{6})\b")
    frame = pl.DataFrame({"urn": urn, "estab": estab_text, "both": both})
    stated = pl.col("estab").str.extract(_ESTAB, 1) + "/" + pl.col("estab").str.extract(_ESTAB, 2)
    beside = pl.col("both").str.extract(_ESTAB, 1) + "/" + pl.col("both").str.extract(_ESTAB, 2)
    frame = frame.with_columns(
        urn=pl.coalesce("urn", pl.col("both").str.extract(r"\b(\d{6})\b")),
        la_estab=pl.coalesce(stated, beside),
    )
    for key, wrong in (
        ("urn", urn_text.is_not_null() & urn.is_null()),
        ("la_estab", estab_text.is_not_null() & frame["la_estab"].is_null()),
        ("urn_or_estab", both.is_not_null() & frame["urn"].is_null() & frame["la_estab"].is_null()),
    ):
        value = use.find(key)
        if value is not None:
            reading.note(value, wrong, ("is not a school's number", "A URN of 6 digits, or nnn/nnnn.",
                                        "Ask the sender to correct it."))  # fmt: skip
    return {"urn": frame["urn"], "la_estab": frame["la_estab"]}
