"""Identifiers, dates and times that UK records write: found by their shape, told apart by their check digits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from re import Match, Pattern

from kithmap.model.identifiers import (
    is_valid_nhs_number,
    is_valid_uln,
    is_valid_upn,
    parse_pnc_id,
)

MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)"
)
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
STREET = r"(?:road|rd|street|st|avenue|ave|close|cl|lane|ln|drive|dr|crescent|cres|gardens|gdns|grove|court|ct|terrace|place|mews|square|walk|way|row|parade|rise|view|hill|house)"
APP = r"(?:snap ?chat|snap|insta(?:gram)?|tik ?tok|discord|telegram|whats ?app|kik|roblox|facebook|fb|twitter|xbox|psn|steam|twitch|ig|sc)"
SAYS = r"(?:user ?name|screen ?name|gamer ?tag|handle|account|profile|tag|name|id|user)"
# A number of ten digits is an NHS number or a learner's by its check digit, and no number to keep either way.
TEN_DIGITS = r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b"
# Parts of the day, by the hour they begin at: what may be told of a time.
PARTS_OF_DAY = ((0, "night"), (6, "morning"), (12, "early afternoon"), (15, "after school"), (18, "evening"), (22, "night"))  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A stretch of a text that is an identifier, a date or a time: from where to where, and of what kind."""

    start: int
    end: int
    kind: str
    says: str = ""


def _shape(pattern: str) -> Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# What is found first keeps its place: longer and surer shapes stand before those that would take a part of them.
SHAPES: tuple[tuple[str, Pattern[str]], ...] = (
    ("email", _shape(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("web address", _shape(r"\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|co\.uk|org|net|me|tv|gg|io)(?:/\S*)?\b")),
    ("place code", _shape(r"///\w+\.\w+\.\w+")),
    ("account", _shape(r"@[\w.]{2,}\w")),
    ("account", _shape(rf"\b{APP}(?:[ ']*(?:{SAYS}|is|was|as|called|under))*\s*[:=]\s*(?P<it>@?[\w.#-]{{3,}}\w)")),
    ("account", _shape(rf"\b(?:{APP}|{SAYS})(?: (?:{SAYS}|is|was|as|called|under))*[ :=]+[\"']?(?P<it>@?(?=\S*[\d_.#]\w)[\w.#-]{{3,}}\w)")),
    ("pupil number", _shape(r"\b[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]\b")),
    ("police number", _shape(r"\b(?:19|20)?\d{2}[/-]\d{1,7}[A-Z]\b")),
    ("crime reference", re.compile(r"\b\d{4,}/\d{2}\b|\b[A-Z]{2,4}[/ -]?\d{4,}(?:/\d{2,4})?\b")),
    ("insurance number", _shape(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b")),
    ("phone", _shape(r"(?:\+44\s?\(?0?\)?\s?|\b0)(?:\d[\s()-]{0,2}){8,9}\d\b")),
    ("ten digits", _shape(TEN_DIGITS)),
    ("postcode", _shape(r"\b(?:GIR\s?0AA|[A-Z]{1,2}\d[A-Z\d]?\s{0,2}\d[A-Z]{2})\b")),
    ("account", _shape(r"\b[a-z]{2,}[._]\w*\d\w*\b")),
    ("account", _shape(r"\b(?=[\d_]*[a-z])(?=\w*(?:_|[a-z]\d{2,}))\w{5,}\b")),
    ("date", _shape(rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d{{2}})\b|\b{DAY} (?:of )?{MONTHS}\b(?:,? \d{{2,4}}\b)?|\b{MONTHS} {DAY}\b(?:,? \d{{4}}\b)?")),
    ("time", _shape(r"\b(?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)(?:\s*(?P<half>[ap]\.?m)\b|\s*(?:hrs|hours|h)\b)?")),
    ("time", _shape(r"\b(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)\s*(?:hrs|hours|h)\b")),
    ("time", _shape(r"\b(?P<hour>1[0-2]|0?[1-9])\s*(?P<half>[ap]\.?m)\b")),
    ("vehicle", re.compile(r"\b[A-Z]{2}\d{2}\s?[A-Z]{3}\b|\b[A-Z]\d{1,3}\s?[A-Z]{3}\b|\b[A-Z]{3}\s?\d{1,3}[A-Z]\b")),
    ("vehicle", _shape(r"\b[a-z]{2}\d{2}\s?[a-z]{3}\b")),
    # A street with its number; without one, the registry and the capitals decide.
    ("address", re.compile(rf"\b(?:(?i:flat|apartment|apt|unit|room)\s*\d+[A-Za-z]?,?\s+)?\d{{1,4}}[A-Za-z]?,?\s+(?:[A-Z][\w'\u2019-]*\s+){{1,3}}(?i:{STREET})\b")),
)  # fmt: skip
KEPT_NUMBERS = frozenset({"100", "101", "111", "200", "999", "1000"})
# Numbers of up to two figures say an age, a count, a year at school; with these letters they are no code.
SMALL = re.compile(r"\d{1,2}(?:st|nd|rd|th|x|yo|yrs?|y|s|am|pm|k|mins?|hrs?|cm|mm|kg|ft|in|inch)?|(?:u|y|yr|ks|x|o)\d{1,2}|4x4", re.IGNORECASE)  # fmt: skip


def find_identifiers(text: str) -> Iterator[Found]:
    """Find identifiers, dates and times, none over another, the surest shapes first.

    >>> [each.kind for each in find_identifiers("Born 03/09/2009, NHS 999 000 0018, calls from 07700 900123")]
    ['date', 'NHS number', 'phone']
    """
    taken: list[tuple[int, int]] = []
    found: list[Found] = []
    for kind, shape in SHAPES:
        for match in shape.finditer(text):
            start, end = match.span("it") if "it" in shape.groupindex else match.span()
            if all(end <= first or start >= last for first, last in taken):
                taken.append((start, end))
                found.append(_told(start, end, kind, match))
    yield from sorted(found, key=lambda each: each.start)


def _told(start: int, end: int, kind: str, match: Match[str]) -> Found:
    if kind == "time":
        return Found(start, end, kind, part_of_day(match))
    if kind == "ten digits":
        number = re.sub(r"\D", "", match[0])
        kind = "NHS number" if is_valid_nhs_number(number) else "learner number" if is_valid_uln(number) else "number"  # fmt: skip
    elif not _has_its_check(kind, match[0]):
        kind = "number"
    return Found(start, end, kind)


def _has_its_check(kind: str, text: str) -> bool:
    if kind == "pupil number":
        return is_valid_upn(text.upper())
    return kind != "police number" or parse_pnc_id(text.replace("-", "/")) is not None


def part_of_day(match: Match[str]) -> str:
    """The part of the day that a time falls in.

    >>> shape = next(shape for kind, shape in SHAPES if kind == "time")
    >>> [part_of_day(match) for match in shape.finditer("03:30 pm, 23:10 and 08:45")]
    ['after school', 'night', 'morning']
    """
    hour = int(match["hour"]) % 24
    half = (match.groupdict().get("half") or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return next(says for first, says in reversed(PARTS_OF_DAY) if hour >= first)


def is_code(token: str) -> bool:
    """Whether a run of letters and digits might point to somebody: a long number, or letters with digits.

    >>> [is_code(token) for token in ("14", "9th", "Y10", "4471", "AB12", "u16")]
    [False, False, False, True, True, False]
    """
    return token not in KEPT_NUMBERS and not SMALL.fullmatch(token)
