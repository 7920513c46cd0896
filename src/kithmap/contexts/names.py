"""Names of schools and places as people write them, folded to one form and matched with care."""

import numpy as np
import polars as pl
from scipy import sparse

# Short forms as agencies write them. Saint and street share theirs, so both fold to it.
SHORT_FORMS = {
    "sch": "school", "schl": "school", "acad": "academy", "coll": "college", "comm": "community",
    "prim": "primary", "pri": "primary", "jnr": "junior", "jun": "junior", "inf": "infant", "sec": "secondary",
    "hs": "high school", "pru": "pupil referral unit", "pk": "park", "rd": "road", "ave": "avenue", "av": "avenue",
    "street": "st", "saint": "st", "ln": "lane", "cl": "close", "ct": "court", "hse": "house", "gdns": "gardens",
    "gdn": "gardens", "sq": "square", "stn": "station", "ctr": "centre", "cen": "centre", "center": "centre",
    "est": "estate", "opp": "opposite", "o/s": "outside", "nr": "near", "adj": "adjacent", "hwy": "highway",
    "grv": "grove", "gro": "grove", "cmn": "common", "flds": "fields", "hts": "heights", "mdw": "meadow",
    "cres": "crescent", "ter": "terrace", "pde": "parade", "wk": "walk", "dr": "drive", "bldg": "building",
    "hosp": "hospital", "shopg": "shopping", "mkt": "market", "pl": "place", "br": "bridge", "grn": "green",
    "gt": "great", "mt": "mount", "ch": "church", "n": "north", "s": "south", "e": "east", "w": "west",
    "the": "",
}  # fmt: skip
# Words that say where about a place, not which: "outside Hartwell Park" is Hartwell Park.
AROUND = ("outside", "near", "opposite", "adjacent", "in", "at", "by", "behind", "rear", "of", "inside")
KINDS_OF_SCHOOL = (
    "school", "academy", "high", "community", "college", "primary", "junior", "infant", "secondary", "pupil",
    "referral", "unit", "of", "rc", "ce", "cofe",
)  # fmt: skip
GRAM = 3


def fold(names: pl.Series) -> pl.Series:
    """Fold names to lower case words without punctuation, short forms written out.

    >>> fold(pl.Series(["St. Ide's Sch", "HARTWELL PK"])).to_list()
    ['st ides school', 'hartwell park']
    """
    plain = (
        names.str.to_lowercase()
        .str.replace_all("&", " and ", literal=True)
        .str.replace_all(r"['`\u2019]", "")
    )
    plain = plain.str.replace_all(r"\bo/s\b", "outside").str.replace_all(r"[^a-z0-9]+", " ").str.strip_chars()
    words = plain.to_frame("name").select(
        pl.col("name").str.split(" ").list.eval(pl.element().replace(SHORT_FORMS)).list.join(" ")
    )
    return words.to_series().str.replace_all(" +", " ").str.strip_chars()


def without(folded: pl.Series, words: tuple[str, ...]) -> pl.Series:
    """Folded names without some words; a name made of nothing else is empty."""
    kept = folded.to_frame("name").select(
        pl.col("name")
        .str.split(" ")
        .list.eval(pl.element().filter(~pl.element().is_in(words)))
        .list.join(" ")
    )
    return kept.to_series()


def similarity(names: list[str], others: list[str]) -> np.ndarray:
    """How alike each name is to each other one: cosine of their three-letter pieces, 0 to 1.

    >>> similarity(["hartwell park"], ["hartwell park", "marsh lane"]).round(1).tolist()
    [[1.0, 0.0]]
    """
    pieces = [{f"  {name} "[at : at + GRAM] for at in range(len(name) + 1)} for name in [*names, *others]]
    vocabulary = {piece: number for number, piece in enumerate(sorted(set().union(*pieces)))}
    columns = [vocabulary[piece] for found in pieces for piece in found]
    lengths = np.array([len(found) for found in pieces])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    matrix = sparse.csr_matrix((values, columns, starts), shape=(len(pieces), max(len(vocabulary), 1)))
    return (matrix[: len(names)] @ matrix[len(names) :].T).toarray()


def nearest(names: list[str], others: list[str], *, at_least: float, margin: float) -> list[int | None]:
    """The one other name each name is nearest to; None where none is near, or two are.

    >>> nearest(["hartwel park"], ["hartwell park", "marsh lane"], at_least=0.6, margin=0.1)
    [0]
    """
    if not names or not others:
        return [None] * len(names)
    alike = similarity(names, others)
    best = alike.argmax(axis=1)
    top = alike[np.arange(len(names)), best]
    alike[np.arange(len(names)), best] = -1
    second = alike.max(axis=1)
    sure = (top >= at_least) & (top - second >= margin)
    return [int(which) if is_sure else None for which, is_sure in zip(best, sure, strict=True)]
