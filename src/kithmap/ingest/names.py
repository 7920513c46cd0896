"""Names as agencies write them: one cell, two columns, either order, with titles, dates and aliases."""

import polars as pl

from kithmap.model.times import DATES_IN_TEXT

_TITLE = r"(?i)^(?:(?:mr|mrs|ms|miss|mx|master|dr|prof|professor|rev|revd|sir|lady|cllr)\.?\s+)+"
_OPEN, _CLOSE = (
    r"(?:^|[\s,])[\"\u{201C}\u{201D}'\u{2018}\u{2019}(\[]",
    r"[\"\u{201C}\u{201D}'\u{2019})\]](?:\s|,|$)",
)
_QUOTED = rf"{_OPEN}(?i:aka\s+|a\.k\.a\.?\s+)?([^\"\u{{201C}}\u{{201D}}()\[\]]{{2,}}?){_CLOSE}"
_AKA = r"(?i)[\s,(]+(?:aka|a\.k\.a\.?|alias|known as)[:\s]+(.+?)\)?$"
_PARTICLES = (
    r"(?:van|von|de|del|della|der|den|di|da|dos|du|la|le|al|el|bin|ibn|bint|abu|ter|st\.?|mac|o['\u{2019}]?)"
)
_LAST = rf"^(.*?)\s+((?i:(?:{_PARTICLES}\s+)+)?\S+)$"
_CAPITALS_FIRST = r"^((?:[\p{Lu}][\p{Lu}'\u{2019}\-]+)(?:\s+[\p{Lu}][\p{Lu}'\u{2019}\-]+)*)\s+(\S*\p{Ll}.*)$"
_NO_DOB = (
    r"(?i)\(?\s*\b(?:d\.?o\.?b\.?|born|age|aged)?[:\s]*(?:\bunk(?:nown)?\b|n/k|\bnot known\b|\?+)\s*\)?\s*$"
)
_AGE = r"(?i)(?:\(\s*|\b(?:aged?|age)[:\s]+|,\s*|\s)(\d{1,2})(?:\s*(?:y|yrs?|years?)(?:\s+old)?)?\s*\)?\s*$"
_DOB_WORD = r"(?i)[\s,;:\-\u{2013}(\[]*\b(?:d\.?o\.?b\.?|born|b\.)?[\s:.]*$"


def parse_names(texts: pl.Series, order: str = "auto") -> pl.DataFrame:
    """Part whole names into forename and surname; the text itself is kept beside.

    `auto` takes a comma as `surname, forename`, leading capitals as a surname, and else the last word
    (with van, de, al, bin and the like) as the surname.

    Shape: one row per text, in order.
    Columns: `forename`, `surname`, `alias` (from quotes, brackets or aka), `full_raw`.

    >>> parse_names(pl.Series(["O'NEIL, Jo", "Jo van der Berg"])).select("forename", "surname").rows()
    [('Jo', "O'NEIL"), ('Jo', 'van der Berg')]
    """
    frame = pl.DataFrame({"full_raw": texts.cast(pl.String)})
    text = pl.col("full_raw")
    alias = pl.coalesce(text.str.extract(_AKA), text.str.extract(_QUOTED))
    bare = (
        text.str.replace(_AKA, "")
        .str.replace(_QUOTED, " ")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars_start(" ,;.")
        .str.strip_chars_end(" ;.")
    )
    frame = frame.with_columns(alias=alias.str.strip_chars(), bare=without_title(bare))
    frame = frame.with_columns(pl.when(pl.col("bare") != "").then("bare").otherwise(None).alias("bare"))
    surname, forename = _parts(order)
    return frame.select(
        forename=_clean(forename), surname=_clean(surname), alias="alias", full_raw="full_raw"
    )


def without_title(text: pl.Expr) -> pl.Expr:
    """A name without Mr, Miss, Dr and the like, where something is left."""
    return text.str.replace(_TITLE, "")


def _clean(name: pl.Expr) -> pl.Expr:
    tidy = name.str.strip_chars(" ,;")
    return pl.when(tidy != "").then(tidy)


def _parts(order: str) -> tuple[pl.Expr, pl.Expr]:
    # `SMITH,` is a surname and no more; in `Jo Smith,` the comma says nothing.
    comma = pl.col("bare").str.contains(r",.*\S|^\S+,$")
    bare = pl.when(comma).then(pl.col("bare")).otherwise(pl.col("bare").str.strip_chars(" ,"))
    before, after = bare.str.extract(r"^([^,]*),"), without_title(bare.str.extract(r",\s*(.*)$"))
    last, first_of_last = bare.str.extract(_LAST, 2), bare.str.extract(_LAST, 1)
    if order == "surname forename":
        surname, forename = bare.str.extract(r"^(\S+)"), bare.str.extract(r"^\S+\s+(.*)$")
    elif order == "forename surname":
        surname, forename = last, first_of_last
    else:
        capitals = bare.str.contains(_CAPITALS_FIRST)
        surname = pl.when(capitals).then(bare.str.extract(_CAPITALS_FIRST, 1)).otherwise(last)
        forename = pl.when(capitals).then(bare.str.extract(_CAPITALS_FIRST, 2)).otherwise(first_of_last)
    # One word alone is what someone is called; who knows a surname writes it with more.
    single = ~bare.str.contains(r"\s") & ~comma
    surname = pl.when(comma).then(before).when(single).then(None).otherwise(surname)
    forename = pl.when(comma).then(after).when(single).then(bare).otherwise(forename)
    return surname, forename


def part_name_dob(texts: pl.Series) -> pl.DataFrame:
    """Part a cell such as `SMITH, Jo (03/09/2009)` or `Jo Smith (14)` into name and date of birth or age.

    Shape: one row per text, in order.
    Columns: `name`, `dob` (text), `age` (text).
    """
    text = pl.col("text")
    frame = pl.DataFrame({"text": texts.cast(pl.String)}).with_columns(dob=text.str.extract(DATES_IN_TEXT))
    no_date = pl.col("dob").is_null()
    frame = frame.with_columns(age=pl.when(no_date).then(text.str.extract(_AGE)))
    dated = text.str.replace(DATES_IN_TEXT, " ").str.replace(
        r"[(\[][^\p{L}\d]*(?i:d\.?o\.?b\.?|born|b\.)?[\s:.]*[)\]]", " "
    )
    name = (
        pl.when(~no_date)
        .then(dated)
        .when(pl.col("age").is_not_null())
        .then(text.str.replace(_AGE, ""))
        .otherwise(text.str.replace(_NO_DOB, ""))
    )
    return frame.select(
        name=name.str.replace(_DOB_WORD, "").str.strip_chars(" ,;:-\u2013("), dob="dob", age="age"
    )
