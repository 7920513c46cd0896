"""From what mentions say, as written, to what the model compares: one row per identity.

Each different name is cleaned once; the rest is done a column at a time.
"""

from collections.abc import Callable, Iterable

import polars as pl
import pyarrow as pa

from kithmap.linkage import names

TEXTS = pl.List(pl.String)
# A postcode of a made-up default, such as an agency writes when it has none.
NO_POSTCODE = ("ZZ99", "XX", "ZZ", "NK", "UNK", "NFA", "NOT", "TBC")
OLDEST_BIRTH = 1900
SAYS_NAME = {"forename": pl.String, "surname": pl.String}


def read_identities(signatures: pa.Table, settings: pa.Table | None = None) -> pl.DataFrame:
    """Clean the signatures.

    Shape: one row per signature, in the order of `signature`.
    Columns: `unique_id` (its place), `signature`, and what docs/explanation/linkage.md lists.
    """
    frame = pl.DataFrame(pl.from_arrow(signatures)).sort("signature").with_row_index("unique_id")
    frame = frame.with_columns(pl.col("unique_id").cast(pl.Int64))
    frame = _with_whole_names_split(frame)
    frame = _with_names(frame)
    frame = _with_dates(frame)
    frame = _with_postcodes(frame)
    frame = _with_schools(frame, settings)
    return frame.with_columns(upn=pl.col("upn"), nhs=pl.col("nhs_number"))


def _looked_up(
    frame: pl.DataFrame, column: str, shape: dict[str, pl.DataType], read: Callable[[str], tuple[object, ...]]
) -> pl.DataFrame:
    """Join what `read` makes of each different value of a column."""
    values = frame[column].drop_nulls().unique().sort().to_list()
    found = pl.DataFrame(
        [(value, *read(value)) for value in values], schema={column: pl.String, **shape}, orient="row"
    )
    return frame.join(found, on=column, how="left", maintain_order="left")


def _with_whole_names_split(frame: pl.DataFrame) -> pl.DataFrame:
    shape: dict[str, pl.DataType] = {"first": pl.String(), "last": pl.String()}
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
        "f_first": pl.String(), "f_name": pl.String(), "f_whole": pl.String(), "f_sound": pl.String(), "f_initial": pl.String(),
        "f_formals": TEXTS, "f_others": TEXTS,
    }  # fmt: skip
    surname_shape: dict[str, pl.DataType] = {
        "s_whole": pl.String(), "s_name": pl.String(), "s_sound": pl.String(), "s_initial": pl.String(), "s_words": TEXTS,
    }  # fmt: skip
    frame = _looked_up(frame, "forename", forename_shape, _forename)
    frame = _looked_up(frame, "surname", surname_shape, _surname)
    frame = _looked_up(frame, "alias", {"a_names": TEXTS}, _alias)
    frame = _looked_up(frame, "initials", {"i_first": pl.String(), "i_last": pl.String()}, _initials)
    empty = pl.lit([], dtype=TEXTS)
    return frame.with_columns(
        f_initial=pl.coalesce("f_initial", "i_first"),
        s_initial=pl.coalesce("s_initial", "i_last"),
        f_formals=pl.coalesce("f_formals", empty),
        f_others=pl.concat_list(pl.coalesce("f_others", empty), pl.coalesce("a_names", empty)),
        # Fathers' names move between the forename and the surname box.
        s_parts=pl.concat_list(pl.coalesce("s_words", empty), pl.coalesce("f_others", empty)),
    ).drop("a_names", "i_first", "i_last", "s_words", "forename", "surname", "alias", "initials")


def _forename(text: str) -> tuple[object, ...]:
    words = names.words_of(text)
    full = [word for word in words if len(word) > 1]
    if not words:
        return (None, None, None, None, None, None, None)
    if not full:
        return (None, None, None, None, words[0], None, None)
    first, spelt = full[0], [names.spelling_of(word) for word in full]
    sound, formals = names.sound_of(spelt[0]), names.formals_of(first)
    return (first, spelt[0], " ".join(spelt), sound, words[0][0], formals, spelt[1:])


def _surname(text: str) -> tuple[object, ...]:
    words = names.words_of(text)
    full = names.without_particles([word for word in words if len(word) > 1])
    if not words:
        return (None, None, None, None, None)
    if not full:
        return (None, None, None, words[-1], None)
    spelt = [names.spelling_of(word) for word in full]
    return ("".join(full), " ".join(spelt), names.sound_of("".join(spelt)), full[0][0], spelt)


def _alias(text: str) -> tuple[object, ...]:
    firsts = [names.words_of(one)[:1] for one in text.split("|")]
    return ([names.spelling_of(word[0]) for word in firsts if word and len(word[0]) > 2],)


def _initials(text: str) -> tuple[object, ...]:
    letters = names.letters_of(text)
    return (letters[0], letters[-1]) if len(letters) > 1 else (letters or None, None)


def _with_dates(frame: pl.DataFrame) -> pl.DataFrame:
    exact = pl.col("dob_precision").eq("day") & pl.col("dob").dt.year().gt(OLDEST_BIRTH)
    swapped = pl.date(pl.col("dob").dt.year(), pl.col("dob").dt.day(), pl.col("dob").dt.month())
    can_swap = exact & pl.col("dob").dt.day().le(12)
    return frame.with_columns(
        birth_year=pl.coalesce(pl.col("dob").dt.year().cast(pl.Int32), "birth_year"),
        d_swapped=pl.when(can_swap).then(swapped).dt.to_string("%Y-%m-%d"),
        d_day=pl.when(exact).then(pl.col("dob")).dt.to_string("%Y-%m-%d"),
    ).drop("dob", "dob_precision")


def _with_postcodes(frame: pl.DataFrame) -> pl.DataFrame:
    plain = pl.col("postcode").str.replace_all(r"[^A-Z0-9]", "")
    sane = plain.str.contains(r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$") & ~plain.str.starts_with("ZZ99")
    home = pl.when(sane).then(plain)
    return frame.with_columns(home=home, sector=home.str.slice(0, home.str.len_chars() - 2)).drop("postcode")


def _with_schools(frame: pl.DataFrame, settings: pa.Table | None) -> pl.DataFrame:
    """A school by its name: some agencies write its number, most its name."""
    frame = _looked_up(frame, "school", {"school_key": pl.String()}, lambda text: (school_key(text),))
    frame = frame.with_columns(urn=_digits("urn"))
    if settings is not None and settings.num_rows:
        known = pl.DataFrame(pl.from_arrow(settings))
        numbers = pl.concat(
            [known.select(urn=_digits(n), n_name="name") for n in ("urn", "la_estab")]
        ).drop_nulls()
        numbers = _looked_up(numbers, "n_name", {"by_number": pl.String()}, lambda text: (school_key(text),))
        numbers = numbers.unique("urn", maintain_order=True).select("urn", "by_number")
        frame = frame.join(numbers, on="urn", how="left", maintain_order="left")
        frame = frame.with_columns(school_key=pl.coalesce("by_number", "school_key")).drop("by_number")
    return frame.with_columns(school=pl.coalesce("school_key", "urn")).drop("school_key", "urn")


def _digits(column: str) -> pl.Expr:
    # An authority's number of a school is written 901/4021 or 9014021.
    plain = pl.col(column).str.replace_all(r"[^0-9]", "")
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
    """The holder's number within its space: `number` and `space`, null where there is none."""
    same = pl.DataFrame(list(spaces), schema={"holder": pl.String, "space": pl.String}, orient="row")
    frame = frame.join(same, on="holder", how="left", maintain_order="left")
    space = pl.concat_str(pl.coalesce("space", "holder"), pl.coalesce("la_code", pl.lit("")), separator="|")
    return frame.with_columns(space=pl.when(pl.col("number").is_not_null()).then(space))
