"""What workers add to a narrative: who told whom, from which number, outside which school; and where in it that stands."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from kithmap.world.forms import choose_text, whole
from kithmap.world.names import read_words
from kithmap.world.spelling import Speller, slip
from kithmap.world.streams import Ints
from kithmap.world.words import pick
from kithmap.world.worlds import Sender, World

SHARE = 0.45
# Who is written about is called by a forename, in full, by a pet name, without a capital, by the surname.
_STYLES = ("name", "name", "nickname", "lower-case name", "surname")
_STYLE_ENDS = (0.40, 0.72, 0.82, 0.92, 1.0)
_SLIPS = 0.05
_VEHICLE_LETTERS = pl.Series(list("ABDEFGHJKLMNPRSTUVWXYZ"))
# By what a template needs besides the person written about: another person, a place.
TEMPLATES = (
    " {one} gave a number for the older boy: {phone}.", " States that {one} is also known online as {account}.",
    " {one} (born {dob}) was seen by the nurse.", " Officer spoke with {one} and with {bystander}, who saw it happen.",
    " Home address confirmed as {address}, {postcode}.", " {one} attends {school} and is picked up by {bystander} most days.",
    " School gave the pupil number {upn} for {one}.", " Friends call him {street_name}; {one} says this is not true.",
    " Contact by e-mail at {email}. {one} asked not to be rung at home.", " {bystander} drove off in a grey car, index {vehicle}.",
    " NHS number {nhs} taken from the hospital letter.", " messaged by {bystander} on Snapchat after {one} left the chat",
)  # fmt: skip
_WITH_OTHER = (
    " {one} says {other} sent the messages from {phone}.", " {one} and {other} were seen arguing outside {school}.", " According to {one}, {other} lives near {address}.",
    " {other} told {one} to meet {bystander} after school.", " {one} blocked {account} because {other} was using it.",
)  # fmt: skip
_WITH_PLACE = (" {one} was last seen at {place} with {bystander}.", " It began at {place}; {one} ran home.")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Told:
    """Narratives, and every stretch of one that would tell who or where.

    stretches: one row each, with `row` (from 0), `start` and `end` in characters, `kind`, and `is_listed`:
    whether the registry knows the person, school, place or number.
    """

    text: pl.Series
    stretches: pl.DataFrame


@dataclass(frozen=True)
class _Rows:
    """The rows of one template: who and where they are about, and the hand that writes."""

    world: World
    hand: Speller
    one: Ints
    other: Ints
    place: Ints
    styles: dict[str, pl.Series] = field(default_factory=dict[str, pl.Series])

    @property
    def rng(self) -> np.random.Generator:
        return self.hand.rng

    def __len__(self) -> int:
        return len(self.one)


def with_details(
    world: World, send: Sender, hand: Speller, texts: pl.Series, people: tuple[Ints, Ints], place: Ints
) -> Told:
    """Add a sentence that names somebody to some of the narratives.

    people: of each row the person written about, and another, or -1.
    """
    rng = world.streams.stream(f"narratives {send.layout} {send.authority}")
    one, other = people
    hand = replace(hand, rng=rng)
    templates = TEMPLATES + _WITH_OTHER + _WITH_PLACE
    which = rng.integers(0, len(templates), len(texts))
    # Who has nobody beside them, or is nowhere, is written of with a template that needs neither.
    first_place = len(TEMPLATES) + len(_WITH_OTHER)
    unfit = ((which >= first_place) & (place < 0)) | (
        (which >= len(TEMPLATES)) & (which < first_place) & (other < 0)
    )
    which = np.where(unfit, which % len(TEMPLATES), which)
    which = np.where((rng.random(len(texts)) < SHARE) & (one >= 0), which, -1)
    starts = texts.str.len_chars().fill_null(0)
    added, stretches = texts.fill_null(""), list[pl.DataFrame]()
    for number, template in enumerate(templates):
        rows = np.flatnonzero(which == number)
        if not len(rows):
            continue
        sentence, found = _filled(_Rows(world, hand, one[rows], other[rows], place[rows]), template)
        sentence = _in_one_case(rng, sentence)
        added = added.clone().scatter(rows, added.gather(rows) + sentence)
        begin = starts.gather(rows).cast(pl.Int64)
        stretches += [
            each.with_columns(row=pl.Series(rows), start=pl.col("start") + begin, end=pl.col("end") + begin)
            for each in found
        ]
    return Told(added, pl.concat([EMPTY, *(each.select(EMPTY.columns) for each in stretches)]))


def _in_one_case(rng: np.random.Generator, sentence: pl.Series) -> pl.Series:
    """Some write without a capital, some in capitals only; where that changes the length, neither."""
    u = rng.random(len(sentence))
    for share, other in ((0.06, sentence.str.to_lowercase()), (0.10, sentence.str.to_uppercase())):
        fits = (u < share) & (other.str.len_chars() == sentence.str.len_chars()).to_numpy()
        sentence, u = choose_text(fits, other, sentence), np.where(fits, 1.0, u)
    return sentence


EMPTY = pl.DataFrame(
    schema={"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "kind": pl.String, "is_listed": pl.Boolean}
)


def stretches_at(stretches: pl.DataFrame, rows_of: Ints) -> pl.DataFrame:
    """The stretches of rows that were repeated or put elsewhere: `rows_of` says which row each new one was."""
    places = pl.DataFrame({"row": rows_of, "now": np.arange(len(rows_of))})
    moved = places.join(stretches, on="row", how="inner", maintain_order="left_right")
    return moved.with_columns(row="now").select(EMPTY.columns)


def _filled(rows: _Rows, template: str) -> tuple[pl.Series, list[pl.DataFrame]]:
    """A template with its slots filled, and where in the sentence each stands."""
    parts = _SLOT.split(template)
    text = pl.Series([""]).gather(np.zeros(len(rows), dtype=np.int64))
    found = list[pl.DataFrame]()
    for number, part in enumerate(parts):
        if number % 2 == 0:
            text = text + pl.Series([part])
            continue
        kind, is_listed, words = _SLOTS[part](rows)
        start = text.str.len_chars().cast(pl.Int64)
        text = text + words
        end = text.str.len_chars().cast(pl.Int64)
        found.append(
            pl.DataFrame({"start": start, "end": end, "kind": kind}).with_columns(is_listed=pl.lit(is_listed))
        )
    return text, found


Slot = Callable[[_Rows], tuple[pl.Series, bool, pl.Series]]


def _kind(name: str, rows: _Rows) -> pl.Series:
    return pl.Series([name]).gather(np.zeros(len(rows), dtype=np.int64))


def _person(who: Ints, rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
    """Somebody as this hand writes them in running text; a slip of the keys now and then."""
    people, hand, rng = rows.world.people, rows.hand, rows.rng
    style = np.searchsorted(_STYLE_ENDS, rng.random(len(rows)), side="right")
    forename, surname = hand.forename(who), hand.surname(who)
    nickname = people.book.forenames.nickname.gather(people.forename[who])
    style = np.where((style == 2) & (nickname == "").to_numpy(), 0, style)
    text = choose_text(style == 1, forename + pl.Series([" "]) + surname, forename)
    text = choose_text(style == 2, nickname, text)
    text = choose_text(style == 3, forename.str.to_lowercase(), text)
    text = choose_text(style == 4, surname.str.to_uppercase(), text)
    slipped = slip(text, rng.random(len(rows)) < _SLIPS, rng)
    kind = pl.Series(list(_STYLES)).gather(style)
    return choose_text((slipped != text).to_numpy(), _kind("misspelt name", rows), kind), True, slipped


def _number_text(rng: np.random.Generator, size: int, low: int, high: int) -> pl.Series:
    return whole(rng.integers(low, high, size))


def _phone(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
    # Numbers from 07700 900000 to 900999 are never given to anybody (Ofcom, for drama).
    last = _number_text(rows.rng, len(rows), 1_000, 2_000).str.slice(1)
    tight = rows.rng.random(len(rows)) < 0.4
    return (
        _kind("phone", rows),
        False,
        choose_text(tight, pl.Series(["07700900"]) + last, pl.Series(["07700 900"]) + last),
    )


def _account(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
    given = rows.world.people.book.forenames.folded.gather(rows.world.people.forename[rows.one])
    mark = pick(rows.rng, ("_", ".", "_x_", "xo"), len(rows))
    number = _number_text(rows.rng, len(rows), 10, 100)
    text = given.str.to_lowercase().str.replace_all("[^a-z]", "") + mark + number
    at = choose_text(rows.rng.random(len(rows)) < 0.5, pl.Series(["@"]) + text, text)
    return _kind("account", rows), False, at


def _email(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
    _, _, account = _account(rows)
    return _kind("email", rows), False, account.str.strip_chars_start("@") + pl.Series(["@example.org"])


def _vehicle(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
    # No registration mark begins with Q in this series.
    letters = [
        _VEHICLE_LETTERS.gather(rows.rng.integers(0, len(_VEHICLE_LETTERS), len(rows))) for _ in range(4)
    ]
    year = _number_text(rows.rng, len(rows), 10, 76)
    text = pl.Series(["Q"]) + letters[0] + year + pl.Series([" "]) + letters[1] + letters[2] + letters[3]
    return _kind("vehicle", rows), False, text


def _dob(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
    days = pl.Series(rows.world.people.birth_day[rows.one], dtype=pl.Int32).cast(pl.Date)
    return _kind("date of birth", rows), True, days.dt.strftime("%d/%m/%Y")


def _held(numbers: pl.Series, spare: str, name: str) -> Slot:
    def fill(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
        held = numbers.gather(rows.one)
        text = choose_text((held.fill_null("") == "").to_numpy(), _kind(spare, rows), held)
        return _kind(name, rows), True, text

    return fill


def _address(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
    text, _ = rows.hand.address(rows.one)
    return _kind("address", rows), True, text


def _postcode(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
    _, text = rows.hand.address(rows.one)
    return _kind("postcode", rows), True, text


def _school(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
    world = rows.world
    young = np.minimum(rows.one, world.people.young - 1)
    return _kind("school", rows), True, world.school_text(rows.rng, world.schooling.secondary[young])


def _from_pool(name: str, kind: str) -> Slot:
    def fill(rows: _Rows) -> tuple[pl.Series, bool, pl.Series]:
        return _kind(kind, rows), False, pick(rows.rng, read_words(name), len(rows))

    return fill


_SLOTS: dict[str, Slot] = {
    "one": lambda rows: _person(rows.one, rows),
    "other": lambda rows: _person(rows.other, rows),
    "bystander": _from_pool("bystanders", "unlisted name"),
    "street_name": _from_pool("street_names", "street name"),
    "phone": _phone,
    "account": _account,
    "email": _email,
    "vehicle": _vehicle,
    "dob": _dob,
    "upn": lambda rows: _held(rows.world.people.upn, "H801200001001", "number")(rows),
    "nhs": lambda rows: _held(rows.world.people.nhs_number, "9990000018", "number")(rows),
    "address": _address,
    "postcode": _postcode,
    "school": _school,
    "place": lambda rows: (_kind("place", rows), True, rows.world.place_text(rows.rng, rows.place)),
}


def first_of(event: Ints, person: Ints, wanted: Ints) -> Ints:
    """The first person named for each wanted event; -1 for none. `event` is sorted."""
    at = np.searchsorted(event, wanted)
    found = np.minimum(at, max(len(event) - 1, 0))
    if not len(event):
        return np.full(len(wanted), -1)
    return np.where((at < len(event)) & (event[found] == wanted), person[found], -1)


def pools() -> Sequence[str]:
    """Every word of the pools of people whom no registry knows."""
    return [*read_words("bystanders"), *read_words("street_names")]
