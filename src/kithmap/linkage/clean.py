"""From what mentions say, as written, to what the model compares: one row per identity.

Each different name is cleaned once; the rest is done a column at a time. What was written stays in
the records, untouched.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files

import polars as pl
import pyarrow as pa

from kithmap.linkage import names
from kithmap.linkage.packed import as_texts, joined_to, packed
from kithmap.linkage.placeholders import with_homes, with_known_births, without_shared_numbers

# To be raised whenever the same records would be cleaned otherwise.
CLEANING = 2
TEXT, TEXTS = pl.Categorical(), pl.List(pl.String)
ARROW_TEXTS = pa.large_list(pa.large_string())


@cache
def cleaning_version() -> str:
    """Which cleaning this is: its number, and a hash of the lists of names it reads.

    >>> cleaning_version().split("-")[0] == str(CLEANING)
    True
    """
    lists = files("kithmap.linkage").joinpath("names.toml").read_bytes() + version("nicknames").encode()
    return f"{CLEANING}-{sha256(lists).hexdigest()[:12]}"


def read_identities(signatures: pa.Table, settings: pa.Table | None = None) -> pl.DataFrame:
    """Clean the signatures.

    Shape: one row per signature, in the order of `signature`.
    Columns: `unique_id` (its place), `signature`, and what docs/explanation/linkage.md lists.
    """
    return as_texts(read_packed(packed(signatures).sort("signature"), settings))


def read_packed(signatures: pl.DataFrame, settings: pa.Table | None = None) -> pl.DataFrame:
    """The same, packed (see `packed`), of packed signatures in order."""
    frame = signatures.with_row_index("unique_id")
    frame = frame.with_columns(pl.col("unique_id").cast(pl.Int64))
    frame = _with_whole_names_split(frame)
    frame = _with_dates(with_homes(with_known_births(frame)))
    frame = _with_schools(_with_names(frame), settings)
    for number, within in (("nhs", ()), ("upn", ()), ("number", ("holder", "la_code"))):
        frame = without_shared_numbers(frame.rename({"nhs_number": "nhs"}, strict=False), number, within)
    return frame


def _looked_up(
    frame: pl.DataFrame, column: str, shape: dict[str, pl.DataType], read: Callable[[str], tuple[object, ...]]
) -> pl.DataFrame:
    """Join what `read` makes of each different value of a column."""
    values = frame[column].drop_nulls().unique()
    # Column by column through Arrow: Polars makes a series of its own of every list in a row.
    made = zip(*map(read, values.to_list()), strict=True) if len(values) else ((),) * len(shape)
    columns = (
        pl.Series(name, pa.array(each, ARROW_TEXTS if kind == TEXTS else pa.large_string())).cast(kind)
        for (name, kind), each in zip(shape.items(), made, strict=True)
    )
    found = pl.DataFrame([values.alias(column), *columns])
    return frame.with_columns(joined_to(frame, found, column))


def _with_whole_names_split(frame: pl.DataFrame) -> pl.DataFrame:
    shape: dict[str, pl.DataType] = {"first": TEXT, "last": TEXT}
    return (
        _looked_up(frame, "full_raw", shape, _split)
        .with_columns(forename=pl.coalesce("forename", "first"), surname=pl.coalesce("surname", "last"))
        .drop("first", "last", "full_raw")
    )


def _split(whole: str) -> tuple[str | None, str | None]:
    last, comma, first = whole.partition(",")
    if not comma:
        first, _, last = whole.strip().rpartition(" ")
    return first.strip() or None, last.strip() or None


def _with_names(frame: pl.DataFrame) -> pl.DataFrame:
    forename_shape: dict[str, pl.DataType] = {
        "f_first": TEXT, "f_name": TEXT, "f_whole": TEXT, "f_sound": TEXT, "f_initial": TEXT, "f_letters": TEXT,
        "f_formals": TEXTS, "f_others": TEXTS,
    }  # fmt: skip
    surname_shape: dict[str, pl.DataType] = {
        "s_whole": TEXT, "s_name": TEXT, "s_sound": TEXT, "s_initial": TEXT, "s_letters": TEXT, "s_words": TEXTS,
    }  # fmt: skip
    parted = glued_words(frame["surname"])
    frame = _looked_up(frame, "forename", forename_shape, _forename)
    frame = _looked_up(frame, "surname", surname_shape, lambda text: _surname(text, parted))
    frame = _looked_up(frame, "alias", {"a_names": TEXTS, "a_surnames": TEXTS}, _alias)
    frame = _looked_up(frame, "initials", {"i_first": TEXT, "i_last": TEXT}, _initials)
    empty = pl.lit([], dtype=TEXTS)
    return frame.with_columns(
        f_initial=pl.coalesce("f_initial", "i_first"),
        s_initial=pl.coalesce("s_initial", "i_last"),
        f_formals=pl.coalesce("f_formals", empty),
        f_others=pl.concat_list(pl.coalesce("f_others", empty), pl.coalesce("a_names", empty)),
        # Fathers' names move between the forename and the surname box.
        s_parts=pl.concat_list(pl.coalesce(name, empty) for name in ("s_words", "f_others", "a_surnames")),
    ).drop(
        "a_names", "a_surnames", "i_first", "i_last", "s_words", "forename", "surname", "alias", "initials"
    )


def _forename(text: str) -> tuple[object, ...]:
    words = names.words_of(text)
    full = [word for word in words if len(word) > 1]
    if not words:
        return (None,) * 8
    if not full:
        return (None, None, None, None, words[0], None, None, None)
    first, spelt = full[0], [names.spelling_of(word) for word in full]
    sound, formals = names.sound_of(spelt[0]), names.formals_of(first)
    return (first, spelt[0], " ".join(spelt), sound, words[0][0], _letters(first), formals, spelt[1:])


def _surname(text: str, parted: Mapping[str, list[str]]) -> tuple[object, ...]:
    words = names.surname_words(text)
    written = [part for word in words if len(word) > 1 for part in parted.get(word, [word])]
    full = names.without_particles(written)
    if not words:
        return (None,) * 6
    if not full:
        return (None, None, None, words[-1], None, None)
    spelt = [names.spelling_of(word) for word in full]
    whole = "".join(full)
    return (whole, " ".join(spelt), names.sound_of("".join(spelt)), full[0][0], _letters(whole), spelt)


def _letters(word: str) -> str:
    """The letters in the order of the alphabet: two keys struck in the wrong order change nothing."""
    return "".join(sorted(word))


def glued_words(surnames: pl.Series) -> dict[str, list[str]]:
    """Surnames written in one word that are written in several elsewhere, such as ALTAMIMI for AL TAMIMI.

    Only where each of the words is more common than the whole, so that a slip (SMI TH) parts nobody.
    """
    counts: dict[str, int] = {}
    runs: dict[str, list[str]] = {}
    counted = surnames.drop_nulls().value_counts().cast({"surname": pl.String})
    for text, count in counted.sort("surname").iter_rows():
        words = [word for word in names.surname_words(text) if len(word) > 1]
        for word in words:
            counts[word] = counts.get(word, 0) + count
        for start in range(len(words)):
            for end in range(start + 2, len(words) + 1):
                runs.setdefault("".join(words[start:end]), words[start:end])
    known = names.lists()
    return {
        whole: words
        for whole, words in runs.items()
        if whole in counts
        and whole not in known.one_spelling
        and all(word in known.particles or counts[word] >= counts[whole] for word in words)
    }


def _alias(text: str) -> tuple[object, ...]:
    every = [names.words_of(one) for one in text.split("|")]
    firsts = [names.spelling_of(words[0]) for words in every if words and len(words[0]) > 2]
    lasts = [names.spelling_of(words[-1]) for words in every if len(words) > 1 and len(words[-1]) > 2]
    return (firsts, lasts)


def _initials(text: str) -> tuple[object, ...]:
    letters = names.letters_of(text)
    return (letters[0], letters[-1]) if len(letters) > 1 else (letters or None, None)


def _with_dates(frame: pl.DataFrame) -> pl.DataFrame:
    born = pl.col("born")
    swapped = pl.date(born.dt.year(), born.dt.day(), born.dt.month())
    days = frame.select("born").unique().drop_nulls().with_columns(
        d_swapped=pl.when(born.dt.day() <= 12).then(swapped).dt.to_string("%Y-%m-%d").cast(TEXT),
        d_day=born.dt.to_string("%Y-%m-%d").cast(TEXT),
    )  # fmt: skip
    return frame.with_columns(joined_to(frame, days, "born")).drop("dob", "dob_precision", "born")


def _with_schools(frame: pl.DataFrame, settings: pa.Table | None) -> pl.DataFrame:
    """A school by its name: some agencies write its number, most its name."""
    frame = _looked_up(frame, "school", {"school_key": TEXT}, lambda text: (school_key(text),))
    frame = frame.with_columns(urn=_digits("urn").cast(TEXT))
    if settings is not None and settings.num_rows:
        known = pl.DataFrame(pl.from_arrow(settings))
        numbers = pl.concat(
            [known.select(urn=_digits(n).cast(TEXT), n_name="name") for n in ("urn", "la_estab")]
        ).drop_nulls()
        numbers = _looked_up(numbers, "n_name", {"by_number": TEXT}, lambda text: (school_key(text),))
        numbers = numbers.unique("urn", maintain_order=True).select("urn", "by_number")
        found = joined_to(frame, numbers, "urn")["by_number"]
        frame = frame.with_columns(school_key=pl.coalesce(found, "school_key"))
    return frame.with_columns(school=pl.coalesce("school_key", "urn")).drop("school_key", "urn")


def _digits(column: str) -> pl.Expr:
    # An authority's number of a school is written 901/4021 or 9014021.
    plain = pl.col(column).cast(pl.String).str.replace_all(r"[^0-9]", "")
    return pl.when(plain != "").then(plain)


# Words that say what kind of school it is, which one agency writes and another leaves out.
SCHOOL_WORDS = frozenset(
    {
        *(
            "SCHOOL",
            "ACADEMY",
            "COLLEGE",
            "HIGH",
            "SECONDARY",
            "COMPREHENSIVE",
            "COMMUNITY",
            "SIXTH",
            "FORM",
            "TRUST",
        ),
        *(
            "PRIMARY",
            "JUNIOR",
            "INFANT",
            "INFANTS",
            "JUNIORS",
            "SPECIAL",
            "FREE",
            "GRAMMAR",
            "STUDIO",
            "PUPIL",
            "REFERRAL",
        ),
        *(
            "SCH",
            "ACAD",
            "COLL",
            "SEC",
            "PRIM",
            "JNR",
            "INF",
            "COMM",
            "THE",
            "OF",
            "AND",
            "FOR",
            "GIRLS",
            "BOYS",
            "PRU",
        ),
        *("CATHOLIC", "ROMAN", "RC", "CE", "CHURCH", "ENGLAND", "UNIT", "ALTERNATIVE", "PROVISION", "AP"),
    }
)
SHORT_WORDS = {
    "SAINT": "ST", "PK": "PARK", "GRV": "GROVE", "GR": "GROVE", "CT": "COURT", "LN": "LANE", "RD": "ROAD",
    "GDNS": "GARDENS", "GDN": "GARDEN", "HSE": "HOUSE", "HTH": "HEATH", "FLDS": "FIELDS", "FLD": "FIELD",
    "MDW": "MEADOW", "BRG": "BRIDGE", "SQ": "SQUARE", "TCE": "TERRACE", "HTS": "HEIGHTS", "CRES": "CRESCENT",
    "GRN": "GREEN", "HL": "HILL", "VL": "VALE", "CMN": "COMMON", "WHF": "WHARF", "CL": "CLOSE", "AVE": "AVENUE",
}  # fmt: skip


def school_key(text: str) -> str | None:
    """The telling words of a school's name, in order.

    >>> school_key("St. Brennoc's R.C. High School"), school_key("ST BRENNOCS")
    ('ST BRENNOCS', 'ST BRENNOCS')
    """
    words = names.PARTS.split(names.JOINS.sub("", text.upper()))
    telling = [SHORT_WORDS.get(word, word) for word in words if word not in SCHOOL_WORDS and len(word) > 1]
    return " ".join(telling) or None


def with_numbers(frame: pl.DataFrame, spaces: Iterable[tuple[str, str]]) -> pl.DataFrame:
    """The holder's number within its space: `number` and `space`, null where there is none.

    `listed` is the number again where a register that gives each person one number has it.
    """
    same = pl.DataFrame(list(spaces), schema={"holder": pl.String, "space": pl.String}, orient="row")
    frame = frame.with_columns(joined_to(frame, same.cast({"holder": frame.schema["holder"]}), "holder"))
    holder, la_code = (pl.col(name).cast(pl.String) for name in ("holder", "la_code"))
    space = pl.concat_str(pl.coalesce("space", holder), pl.coalesce(la_code, pl.lit("")), separator="|")
    frame = frame.with_columns(space=pl.when(pl.col("number").is_not_null()).then(space))
    register = frame.filter(pl.col("register_number").is_not_null()).select("space", "number").unique()
    listed = frame.select("space", "number").join(
        register.with_columns(listed="number"), on=["space", "number"], how="left", maintain_order="left"
    )
    return frame.with_columns(listed["listed"]).drop("register_number")
