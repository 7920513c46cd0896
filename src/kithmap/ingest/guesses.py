"""Guessing what a column holds, from its heading and from its values."""

import re
from dataclasses import dataclass

import polars as pl

from kithmap.model.codes import words_of
from kithmap.model.identifiers import standardise_nhs_numbers, standardise_postcodes, standardise_upns
from kithmap.model.times import DATES_IN_TEXT, parse_dates, parse_moments, parse_times


@dataclass(frozen=True)
class Guess:
    """What a column seems to hold: the section and key of a layout, in words, and whether it points to people."""

    section: str
    key: str
    words: str
    is_personal: bool = False


_NOT_READ = Guess("", "", "not recognised: not read")

# The first that fits decides: a heading is searched for these words, most telling first.
_BY_HEADING: tuple[tuple[str, Guess], ...] = (
    (
        (
            r"worker|owner|team|officer|complainant|reporter|referrer|caller|garage|operator|contact (?:name|details|number)"
            r"|phone|e-?mail|line manager|user"
        ),
        Guess("", "", "people at work or who report: never read"),
    ),
    (r"\bupn\b|pupil number", Guess("person", "upn", "UPN", is_personal=True)),
    (r"\bnhs\b", Guess("person", "nhs_number", "NHS number", is_personal=True)),
    (r"name.*(?:dob|birth)|(?:dob|birth).*name", Guess("person", "name_dob", "name and date of birth", is_personal=True)),
    (r"(?:dob|birth).*\bage\b|\bage\b.*(?:dob|birth)", Guess("person", "dob_or_age", "date of birth or age", is_personal=True)),
    (r"\bd\.?o\.?b\b|birth|\bborn\b", Guess("person", "dob", "date of birth", is_personal=True)),
    (r"forename|first ?name|given ?name|christian", Guess("person", "forename", "forename", is_personal=True)),
    (r"surname|last ?name|family ?name", Guess("person", "surname", "surname", is_personal=True)),
    (r"\baka\b|alias|nick ?name|street ?name|known as|other names?", Guess("person", "alias", "other names", is_personal=True)),
    (r"initials", Guess("person", "initials", "initials", is_personal=True)),
    (r"\b(?:school|setting|academy|college)\b", Guess("school", "name", "school")),
    (r"\burn\b", Guess("school", "urn", "school's URN")),
    (r"la.?estab|dfe.?(?:no|number)", Guess("school", "la_estab", "school's LA and establishment number")),
    (r"year ?group|nc ?year|\bncy\b", Guess("school", "year_group", "year group")),
    (r"(?:young person|child|pupil|person|client|subject|full|victim|suspect|nominal)(?:'?s)? ?name|^name$|^(?:pupil|child|young person)$",
     Guess("person", "name", "name", is_personal=True)),
    (r"\bgender identity", Guess("person", "gender_identity", "gender identity")),
    (r"\bsex\b|\bgender\b", Guess("person", "sex", "sex")),
    (r"ethnic", Guess("person", "ethnicity", "ethnicity")),
    (r"^age\b", Guess("person", "age", "age")),
    (r"family (?:id|no)|household", Guess("person", "household", "household")),
    (r"post ?code", Guess("person", "postcode", "postcode", is_personal=True)),
    (r"(?:child|person|client|nominal|pupil|case ?file|mosaic|liquidlogic|yj) ?(?:id|ref|no|number)\b",
     Guess("person", "id", "the holder's number for the person", is_personal=True)),
    (r"\brole\b|victim/suspect|suspect/victim|involvement|party type", Guess("person", "role", "role")),
    (r"relationship", Guess("person", "relationship", "relationship")),
    (r"easting.*northing", Guess("place", "easting_northing", "easting and northing")),
    (r"^e$|easting|^x$", Guess("place", "easting", "easting")),
    (r"^n$|northing|^y$", Guess("place", "northing", "northing")),
    (r"longitude|^lon$|^lng$|^long$", Guess("place", "longitude", "longitude")),
    (r"latitude|^lat$", Guess("place", "latitude", "latitude")),
    (r"\buprn\b", Guess("place", "uprn", "UPRN")),
    (r"\broute\b", Guess("place", "route", "bus route")),
    (r"stop", Guess("place", "stop", "bus stop")),
    (r"(?:place|location|venue|premises) ?type|type of (?:place|location|venue)", Guess("place", "type", "kind of place")),
    (r"\bplace\b|location|venue|where|premises|hotspot|missing from|found at", Guess("place", "name", "place")),
    (r"\bward\b|\bbeat\b", Guess("place", "ward", "ward or beat")),
    (r"address", Guess("person", "address", "address", is_personal=True)),
    (r"flags?\b|marker|warning|concerns flagged", Guess("flag", "flag", "flags")),
    (r"\bon ?/ ?off\b", Guess("list", "start_end", "first and last day on the list")),
    (r"\badded\b|\bon list\b|date on\b", Guess("list", "start", "first day on the list")),
    (r"\bremoved\b|\boff list\b|date off\b", Guess("list", "end", "day taken off the list")),
    (r"\breview", Guess("list", "review", "when the list must look at it again")),
    (r"\bbasis\b|reason for (?:inclusion|listing)", Guess("list", "basis", "why on the list")),
    (r"offence ?code|ho ?code|home office", Guess("event", "offence", "Home Office offence code")),
    (r"narrative|notes?\b|summary|details|description|circumstances|comments?|\bmo\b|free ?text", Guess("text", "body", "narrative", is_personal=True)),
    (r"category|type of (?:concern|incident)|incident ?type|concern|offence|nature|reason|crime type|what happened", Guess("event", "category", "what happened")),
    (r"outcome|result|disposal|action", Guess("event", "outcome", "outcome")),
    (r"risk|\brag\b|grade|level|severity|score", Guess("event", "grade", "the source's own grade")),
    (r"source|referr(?:ed|ing) (?:by|agency)|agency", Guess("event", "source", "who told the holder")),
    (r"record(?:ed)?|report(?:ed)?|received|logged|created", Guess("event", "recorded", "when it was recorded")),
    (r"\bend\b|\bto\b|closed|returned|finish", Guess("event", "end", "when it ended")),
    (r"date|when|\bfrom\b|start|occurred|committed|time|month", Guess("event", "start", "when it happened")),
    (r"\b(?:ref|reference|id|no|number|urn|log|case|incident)\b", Guess("event", "id", "the holder's number for the event")),
    (r"^yp$|young (?:person|people)|pupils? involved|children|who", Guess("person", "name", "name", is_personal=True)),
)  # fmt: skip
_SURE = ("upn", "nhs_number", "name_dob")
DATED = {"start", "end", "start_end", "review", "recorded", "dob", "dob_or_age"}


def guess_column(heading: str, values: pl.Series) -> Guess:
    """The likeliest meaning of a column: its heading where the values bear it out, else its values."""
    tidy = re.sub(r"[_\s]+", " ", heading).strip().casefold()
    sample = values.drop_nulls().head(200)
    by_values = _by_values(sample)
    if by_values and by_values.key in _SURE:
        return by_values
    named = [guess for pattern, guess in _BY_HEADING if re.search(pattern, tidy)]
    if named and not named[0].key:
        return named[0]
    fitting = (guess for guess in named if sample.is_empty() or _is_borne_out(guess, by_values))
    return _settle(next(fitting, None), by_values, sample)


def _is_borne_out(named: Guess, by_values: Guess | None) -> bool:
    """Whether the values agree with the heading on being dates."""
    are_dates = by_values is not None and by_values.key == "start"
    return are_dates == (named.key in DATED) or named.key == "dob_or_age"


def _settle(named: Guess | None, by_values: Guess | None, sample: pl.Series) -> Guess:
    if named is None:
        return by_values or _NOT_READ
    if by_values and by_values.key == "postcode" and named.section == "place":
        return Guess("place", "postcode", "postcode of the place")
    if (
        named.key == "name"
        and named.section == "person"
        and _share(sample.str.contains(r"\d"), len(sample) or 1) > 0.5
    ):
        return Guess("person", "id", "the holder's number for the person", is_personal=True)
    return named


def _by_values(sample: pl.Series) -> Guess | None:
    """What the values alone show: identifiers, postcodes, dates, times, sex."""
    if sample.is_empty():
        return None
    size = len(sample)
    tests: tuple[tuple[float, Guess], ...] = (
        (_share(_are_upns(sample), size),
         Guess("person", "upn", "UPN", is_personal=True)),
        (_share(standardise_nhs_numbers(sample)["nhs_status"] == "valid", size),
         Guess("person", "nhs_number", "NHS number", is_personal=True)),
        (_share(standardise_postcodes(sample).is_not_null(), size),
         Guess("person", "postcode", "postcode", is_personal=True)),
        (_share(sample.str.contains(rf"\p{{L}}{{2,}}.*\(?{DATES_IN_TEXT}\)?"), size) if not _are_dates(sample) else 0.0,
         Guess("person", "name_dob", "name and date of birth", is_personal=True)),
        (1.0 if _are_dates(sample) else 0.0, Guess("event", "start", "when it happened")),
        (_share(parse_times(sample).is_not_null() & sample.str.contains(":"), size),
         Guess("event", "start_time", "time of day")),
        (_share(sample.str.to_lowercase().is_in([word for word, _ in words_of("sex_by_word") if word.isalpha() and word != "other"]), size),
         Guess("person", "sex", "sex")),
    )  # fmt: skip
    return next((guess for share, guess in tests if share >= 0.7), None)


def _are_upns(sample: pl.Series) -> pl.Series:
    """Whole UPNs only: twelve digits alone may be any other number."""
    told = standardise_upns(sample)
    return told["upn_status"].is_in(["valid", "temporary"]) & ~told["mended"]


def _are_dates(sample: pl.Series) -> bool:
    read = parse_moments(sample)["value"].is_not_null() | parse_dates(sample)["value"].is_not_null()
    # A bare year or a serial number is a date only where the heading says so.
    return _share(read & ~sample.str.contains(r"^\d{4,8}(\.\d+)?$"), len(sample)) >= 0.6


def _share(fits: pl.Series, size: int) -> float:
    return float(fits.fill_null(value=False).sum()) / size
