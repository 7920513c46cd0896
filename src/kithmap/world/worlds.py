"""A world: everything made, before any agency writes of it; and a sender's desk."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from kithmap.world.cases import Cases, make_cases, with_numbers
from kithmap.world.forms import Form, blank_where, form_of
from kithmap.world.geography import AUTHORITIES
from kithmap.world.groups import Groups, HotPlaces, make_groups, plant_hot_places
from kithmap.world.lives import Lives, make_lives
from kithmap.world.people import People, make_people
from kithmap.world.places import Places, Routes, Schools, make_places, make_routes, make_schools
from kithmap.world.schooling import Schooling, make_schooling, with_upns
from kithmap.world.spelling import Care, Speller
from kithmap.world.streams import Ints, Streams
from kithmap.world.words import PLACE_WAYS, SCHOOL_WAYS, place_table, school_table

REGION = -1


@dataclass(frozen=True)
class World:
    """Made-up people, the places of their lives, what happened, and what services hold."""

    streams: Streams
    people: People
    schools: Schools
    places: Places
    routes: Routes
    schooling: Schooling
    hot: HotPlaces
    groups: Groups
    lives: Lives
    cases: Cases

    @cached_property
    def school_words(self) -> pl.Series:
        return school_table(self.schools.name)

    @cached_property
    def place_words(self) -> pl.Series:
        return place_table(self.places.name)

    @cached_property
    def young_counts(self) -> Ints:
        """Young people who live in each authority."""
        return np.bincount(self.people.authority[: self.people.young], minlength=len(AUTHORITIES))

    def school_text(self, rng: np.random.Generator, school: Ints, share_messy: float = 1.0) -> pl.Series:
        """Schools as workers write them; none for -1."""
        way = np.where(rng.random(len(school)) < share_messy, rng.integers(0, SCHOOL_WAYS, len(school)), 0)
        return blank_where(self.school_words.gather(np.maximum(school, 0) * SCHOOL_WAYS + way), school < 0)

    def place_text(self, rng: np.random.Generator, place: Ints) -> pl.Series:
        """Places as workers write them; none for -1."""
        way = rng.integers(0, PLACE_WAYS, len(place))
        return blank_where(self.place_words.gather(np.maximum(place, 0) * PLACE_WAYS + way), place < 0)


@dataclass(frozen=True)
class Sender:
    """One sender of one layout: how it writes, and its own stream of chance."""

    world: World
    layout: str
    authority: int
    form: Form
    rng: np.random.Generator

    @property
    def place(self) -> str:
        return AUTHORITIES[self.authority] if self.authority >= 0 else "Region"

    def speller(self, holder: str, care: Care) -> Speller:
        """The hand of the sender; one holder spells a person the same way in all its files."""
        w = self.world
        return Speller(w.people, w.streams, f"{holder} {self.authority}", care, self.form, self.rng)


def sender(world: World, layout: str, authority: int, rows: int) -> Sender:
    """The sender of an extract of about so many rows."""
    place = AUTHORITIES[authority] if authority >= 0 else "Region"
    rng = world.streams.stream(f"extract {layout} {authority}")
    return Sender(world, layout, authority, form_of(layout, authority, place, rows), rng)


def make_parts(seed: int, young: int) -> World:
    """Make a world of young people from a seed."""
    streams = Streams(seed)
    people = make_people(streams, young)
    counts = np.bincount(people.authority[:young], minlength=len(AUTHORITIES))
    schools = make_schools(streams, people.geography, counts)
    places = make_places(streams, people.geography, schools, counts)
    routes = make_routes(streams, schools, places)
    schooling = make_schooling(streams, people, schools)
    people = with_upns(people, schools, schooling)
    hot = plant_hot_places(places, schools)
    groups = make_groups(streams, people, schools, schooling, places, hot)
    lives = make_lives(streams, people, schools, schooling, places, routes, groups)
    cases = make_cases(streams, people, schooling, schools.authority, places, groups, lives)
    people = with_numbers(streams, people, cases)
    return World(streams, people, schools, places, routes, schooling, hot, groups, lives, cases)
