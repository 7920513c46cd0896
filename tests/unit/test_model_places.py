"""Coordinates: the National Grid, longitude and latitude, and H3 cells."""

import numpy as np
import polars as pl
import pytest

from kithmap.model.places import is_on_grid, to_easting_northing, to_h3, to_longitude_latitude


def test_trafalgar_square_is_where_the_map_has_it() -> None:
    longitude, latitude = to_longitude_latitude(np.array([530_034.0]), np.array([180_381.0]))
    assert longitude[0] == pytest.approx(-0.1281, abs=1e-3)
    assert latitude[0] == pytest.approx(51.5073, abs=1e-3)


def test_there_and_back_is_the_same_point_within_a_metre() -> None:
    east, north = np.array([530_034.0, 671_682.0]), np.array([180_381.0, 204_007.0])
    back = to_easting_northing(*to_longitude_latitude(east, north))
    assert np.abs(back[0] - east).max() < 1
    assert np.abs(back[1] - north).max() < 1


def test_an_unknown_point_stays_unknown() -> None:
    longitude, latitude = to_longitude_latitude(np.array([np.nan]), np.array([180_381.0]))
    assert np.isnan(longitude[0])
    assert np.isnan(latitude[0])


def test_two_points_in_one_street_share_a_cell_and_an_unknown_one_has_none() -> None:
    cells = to_h3(pl.Series([-0.1281, -0.1280, None]), pl.Series([51.5073, 51.5073, 51.5]))
    assert cells[0] == cells[1]
    assert cells[2] is None


@pytest.mark.parametrize(("east", "north", "here"), [
    (530_000, 180_000, True), (180_000, 530_000, False),   # London, and London exchanged
    (135_000, 25_000, True), (400_000, 300_000, True), (330_000, 550_000, True), (0, 0, False),
])  # fmt: skip
def test_england_and_wales_are_told_from_their_mirror(east: int, north: int, here: bool) -> None:
    assert pl.select(is_on_grid(pl.lit(east), pl.lit(north))).item() is here
