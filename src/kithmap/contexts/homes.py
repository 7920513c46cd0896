"""Homes: addresses written one way, and those where people do not live as a family."""

import re
from typing import Any

import ibis

from kithmap.contexts.sourced import YES, hashed, table_of, text
from kithmap.engines.engine import Engine
from kithmap.model.codes import words_of

POSTCODE = r"([A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2})[^A-Z0-9]*$"
STREETS = (
    "ROAD", "RD", "STREET", "ST", "AVENUE", "AVE", "CLOSE", "CL", "LANE", "LN", "DRIVE", "DR", "WAY", "HILL", "ROW",
    "SQUARE", "SQ", "TERRACE", "TER", "GARDENS", "GDNS", "CRESCENT", "GROVE", "PLACE", "WALK", "MEWS", "GREEN", "PARK",
    "COURT", "CT", "HOUSE", "HSE", "COTTAGE", "COTTAGES", "LODGE", "YARD", "VIEW", "RISE", "APARTMENTS",
)  # fmt: skip
FLAT = r" (?:FLAT|APARTMENT|APT|UNIT) ([0-9]+[A-Z]?|[A-Z]) "
# House numbers, and the first letter of the street after them.
NUMBERED = r" ([0-9]+[A-Z]?(?: [0-9]+[A-Z]?)*)(?: ([A-Z]))?"


def hold_homes(engine: Engine) -> Any:
    """Hold `gather_home`: mention_id, key of the home, and whether it is communal.

    A property number is the home; else the postcode with flat and house number and the first letter
    of the street, so that a town left out or a street misspelt parts nobody; else the words. An
    address that names a hostel, a hotel, a school and the like is communal: nobody's family home.
    """
    mention = table_of(engine, "record_mention")
    said = mention.select("mention_id", "address_raw", "postcode", "uprn")
    said = said.filter((said.address_raw.fill_null("") != "") | said.uprn.notnull())
    said = engine.hold("gather_address_said", said)
    different = said.select("address_raw", "postcode", "uprn").distinct()
    known = engine.hold("gather_address", _read(different, _settings(engine)))
    joined = said.inner_join(
        known, [said[n].identical_to(known[n]) for n in ("address_raw", "postcode", "uprn")]
    )
    return engine.hold("gather_home", joined.select("mention_id", "key", "is_communal"))


def _read(said: Any, settings: Any) -> Any:
    """Each way of writing a home with its key; ways that say too little are left out."""
    upper = said.address_raw.fill_null("").upper().re_replace("['`\u2019]", "")
    code: Any = ibis.coalesce(said.postcode.nullif(""), upper.re_extract(POSTCODE, 1).nullif(""))
    code = code.upper().re_replace("[^A-Z0-9]+", "")
    # Commas stay words of their own: a street that begins after one is not named after what stands before.
    spaced = text(" ").concat(upper.re_replace(",", " , ").re_replace("[^A-Z0-9,]+", " "), " ")
    first = upper.re_replace(",.*$", "").re_replace("[^A-Z0-9]+", " ").strip()
    named = said.mutate(code=code, spaced=spaced, first=first)
    named = named.left_join(settings, named["first"] == settings.setting)
    plain = named.spaced.re_replace("[ ,]+", " ")
    # The postcode may stand in the address as well, with its space or without.
    split = text(" ").concat(named.code.substr(0, named.code.length() - 3), " ", named.code.right(3), " ")
    plain = plain.replace(text(" ").concat(named.code, " "), " ").replace(split, " ")
    words = named.mutate(
        words=plain, is_communal=_says_communal(named.spaced) | named.is_setting.fill_null(False)
    )
    return _with_keys(words.select("address_raw", "postcode", "uprn", "code", "words", "is_communal"))


def _says_communal(spaced: Any) -> Any:
    """Whether an address names a communal kind of home, not merely a street called after one."""
    streets = "|".join(STREETS)
    told = spaced.re_replace(rf" [A-Z]+ (?:{streets}) ", " ").re_replace(" OLD [A-Z]+ ", " ")
    kinds = "|".join(
        re.sub("[^A-Z0-9]+", " ", word.upper().replace("'", "")) for word, _ in words_of("communal_address")
    )
    return told.re_search(f" (?:{kinds}) ")


def _with_keys(said: Any) -> Any:
    flat = said.words.re_extract(FLAT, 1)
    rest = said.words.re_replace(FLAT, " ")
    number, letter = rest.re_extract(NUMBERED, 1), rest.re_extract(NUMBERED, 2)
    written = ibis.cases(
        (number != "", text("").concat(flat, "|", number, "|", letter)),
        else_=said.words.replace(" ", ""),
    )
    has_address = (said.words.strip() != "") & said.code.notnull()
    keyed = said.mutate(
        written=ibis.cases((has_address, hashed("A", written, said.code)), else_=ibis.null("string"))
    )
    # Where others gave the property's number for the same words, it is that property.
    numbered = keyed.filter(keyed.uprn.notnull(), keyed.written.notnull())
    numbered = numbered.group_by("written").agg(only=numbered.uprn.min(), uprns=numbered.uprn.nunique())
    numbered = numbered.filter(numbered.uprns == 1).select("written", "only")
    joined = keyed.left_join(numbered, "written").drop("written_right")
    uprn = ibis.coalesce(joined.uprn, joined.only)
    joined = joined.mutate(key=ibis.cases((uprn.notnull(), hashed("U", uprn)), else_=joined.written))
    joined = joined.filter(joined.key.notnull())
    communal = joined.group_by("key").agg(communal=joined.is_communal.max())
    joined = joined.inner_join(communal, "key")
    return joined.select("address_raw", "postcode", "uprn", "key", is_communal="communal")


def _settings(engine: Engine) -> Any:
    """The names of schools and other settings, as the first line of an address would have them."""
    setting = table_of(engine, "record_setting")
    name = setting.name.upper().re_replace("['`\u2019]", "").re_replace("[^A-Z0-9]+", " ").strip()
    return setting.select(setting=name).filter(ibis._.setting != "").distinct().mutate(is_setting=YES)
