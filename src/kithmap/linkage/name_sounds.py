"""An index of names by how they sound, of birthdays and of homes: to find a person among a million."""

from collections.abc import Iterator
from functools import cache
from itertools import product

import polars as pl
import pyarrow as pa

from kithmap.engines.row_groups import MADE_AT_ONCE
from kithmap.linkage.names import formals_of, lists, sound_of, spelling_of, surname_words, words_of
from kithmap.linkage.packed import as_texts

# Of very many parts of a name the first ones are enough.
MOST_PARTS = 4
MOST_KEYS = 100
SHOWN = ("f_whole", "s_name", "d_day", "home")


def index_names(identities: pl.DataFrame) -> pa.Table:
    """Index the identities by how their names sound, by birthday and by home: to find one of a million.

    Shape: one row per identity and key, each kind of key in order.
    Columns: `key`, `signature`, and what is shown of whom is found: `f_whole`, `s_name`, `d_day`, `home`.
    """
    return pa.concat_tables(index_in_parts(identities))


def index_in_parts(identities: pl.DataFrame) -> Iterator[pa.Table]:
    """The same, so many rows at a time: of a million identities it is large.

    Shape: a table or more for each kind of key, of the rows that `index_names` has.
    """
    shown = identities.select("signature", *SHOWN)
    # What is scattered over a million rows is slow to gather: here those of one key stand together.
    yield from _indexed(_in_order(_sounding(identities)), shown)
    for key in ("d_day", "home"):
        said = shown.select("signature", key=key).with_row_index("place").filter(pl.col("key").is_not_null())
        yield from _indexed(_in_order(said), shown)


def _in_order(keyed: pl.DataFrame) -> pl.DataFrame:
    """Rows by `key` and then `signature`: each key a number in the order of the keys, a fraction of a text."""
    each = pl.Enum(keyed["key"].unique().cast(pl.String).sort())
    return keyed.select("place", "signature", pl.col("key").cast(each)).sort("key", "signature")


def _indexed(keyed: pl.DataFrame, shown: pl.DataFrame) -> Iterator[pa.Table]:
    for first in range(0, max(keyed.height, 1), MADE_AT_ONCE):
        yield _beside(keyed.slice(first, MADE_AT_ONCE), shown)


def _beside(keyed: pl.DataFrame, shown: pl.DataFrame) -> pa.Table:
    rows = as_texts(shown[keyed["place"]]).with_columns(keyed["key"].cast(pl.String))
    return rows.select("key", "signature", *SHOWN).to_arrow(compat_level=pl.CompatLevel.newest())


def _sounding(identities: pl.DataFrame) -> pl.DataFrame:
    """How each name sounds: a surname of several parts in several ways.

    Columns: `place` (in `identities`), `signature`, `key`.
    """
    said = identities.select("signature", "f_sound", "s_sound", "s_parts").with_row_index("place")
    starts = range(0, max(said.height, 1), MADE_AT_ONCE)
    whole = pl.concat([_keyed(said.slice(first, MADE_AT_ONCE), "s_sound") for first in starts])
    several = said.filter(pl.col("s_parts").list.len() > 1, pl.col("s_sound").is_not_null())
    parts = several.with_columns(part=pl.col("s_parts").list.head(MOST_PARTS)).explode("part")
    words = parts["part"].unique().drop_nulls()
    shape = {"part": pl.String, "p_sound": pl.String}
    sounds = pl.DataFrame({"part": words, "p_sound": [sound_of(word) for word in words]}, schema=shape)
    by_part = _keyed(parts.join(sounds, on="part"), "p_sound").unique()
    # A part may sound as the whole name does.
    also = by_part.join(_keyed(several, "s_sound"), on=["place", "key"], how="anti")
    return pl.concat([whole, also])


def _keyed(said: pl.DataFrame, surname: str) -> pl.DataFrame:
    named = as_texts(said.filter(pl.col("f_sound").is_not_null(), pl.col(surname).is_not_null()))
    return named.select("place", "signature", key=_either_order("f_sound", surname))


def _either_order(one: str, other: str) -> pl.Expr:
    return pl.concat_str(pl.min_horizontal(one, other), pl.max_horizontal(one, other), separator=" ")


def sounds_of(name: str) -> list[str]:
    """The keys of that index under which somebody of this name may stand: pet names and parts included.

    >>> sounds_of("Tamsin Okonjo-Vale") == sounds_of("okonjo-vale, tamsyn")
    True
    """
    first, last = split(name)
    if not first or not last:
        return []
    firsts = {sound_of(one) for word in first[:MOST_PARTS] for one in may_stand_for(word)}
    parts = [spelling_of(word) for word in last[:MOST_PARTS]]
    lasts = {sound_of(word) for word in (*parts, "".join(parts))}
    return [" ".join(sorted(pair)) for pair in sorted(product(sorted(firsts), sorted(lasts)))][:MOST_KEYS]


def split(name: str) -> tuple[list[str], list[str]]:
    """The forenames and the surname of a whole name: "First Last", or "Last, First"."""
    before, comma, after = name.partition(",")
    if comma:
        return words_of(after), surname_words(before)
    words = surname_words(name)
    return words[:1], words[1:]


def may_stand_for(word: str) -> set[str]:
    """The forenames one may stand for, and those that may stand for it.

    >>> {"JAKUB", "KUBA"} <= may_stand_for("JAKUB") & may_stand_for("KUBA")
    True
    """
    own = spelling_of(word)
    return {own, word, *formals_of(word), *_pet_names().get(own, ())}


@cache
def _pet_names() -> dict[str, frozenset[str]]:
    """The names that may stand for each name."""
    found: dict[str, set[str]] = {}
    for pet, formals in lists().stands_for.items():
        for formal in formals:
            found.setdefault(formal, set()).add(pet)
    return {formal: frozenset(pets) for formal, pets in found.items()}
