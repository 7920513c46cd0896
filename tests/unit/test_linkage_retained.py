"""What linking retains of identities is all that it needs of them again."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.cluster import FULL, RANKED
from kithmap.linkage.commonness import bits_by_step
from kithmap.linkage.constraints import TWIN_COLUMNS
from kithmap.linkage.knowledge import Knowledge, find_knowledge, read_knowledge, spaces_with, without_voided
from kithmap.linkage.model import shipped_model
from kithmap.linkage.retained import as_identities, as_retained, joined_ids, said_hash
from kithmap.linkage.rules import with_keys
from kithmap.linkage.signatures import SAYS
from kithmap.model.linkage_tables import LINKAGE_IDENTITY

SAID = {
    **dict.fromkeys(SAYS, pl.String), "signature": pl.Int64, "dob": pl.Date, "birth_year": pl.Int32,
}  # fmt: skip
MARIAM = {
    "forename": "MARIAM-FATIMA", "surname": "EL SAYED", "dob": dt.date(2009, 3, 14), "dob_precision": "day", "sex": "F",
    "postcode": "QX1 4QQ", "holder": "panel", "la_code": "901",
}  # fmt: skip


def signatures(*said: dict[str, object]) -> pl.DataFrame:
    rows = [{"signature": place, **dict.fromkeys(SAYS), **one} for place, one in enumerate(said, start=65)]
    return pl.DataFrame(rows, schema=SAID)


def cleaned(read: pl.DataFrame) -> pl.DataFrame:
    return with_keys(with_numbers(read_identities(read.to_arrow()), []), shipped_model().rules)[0]


def test_identities_are_read_back_as_they_were() -> None:
    read = signatures(MARIAM, {"initials": "AB", "number": "C7", "holder": "care"}, {"alias": "MO|MOE"})
    identities = cleaned(read)
    retained = as_retained(identities.with_columns(said=said_hash(read), linked_id=1, group_id=1))
    back = as_identities(retained)
    known = [name for name in identities.columns if name != "unique_id"]
    assert back.select(known).equals(identities.select(known))


def test_everything_that_cleaning_gives_is_retained() -> None:
    identities = cleaned(signatures(MARIAM))
    assert set(identities.columns) - {"unique_id"} <= set(LINKAGE_IDENTITY.names)
    needed = {*shipped_model().columns, *shipped_model().keys, *TWIN_COLUMNS, *FULL, *RANKED}
    assert needed & set(identities.columns) <= set(LINKAGE_IDENTITY.names)


def test_only_who_says_enough_to_be_told_apart_has_a_hash() -> None:
    said = said_hash(signatures(MARIAM, MARIAM, {"surname": "SAYED"}, {"number": "C7", "holder": "care"}))
    assert said[0] == said[1]
    assert said[2] is None
    assert said[3] not in (None, said[0])


def test_a_group_is_all_who_might_be_one_person() -> None:
    pairs = pl.DataFrame({"one": [0, 3], "other": [1, 4]})
    group = joined_ids(pairs, pl.Series([0, 1, 1, 2, 3]), pl.Series([65, 129, 193, 257, 321]))
    assert group.to_list() == [65, 65, 65, 257, 257]


def knowledge(read: pl.DataFrame) -> Knowledge:
    identities = cleaned(read)
    return find_knowledge(
        read, identities, [("care", "care")], np.array([0.5, 2.0]), {"model": "m1"}, {"new": 0}
    )


def crowd(postcode: str, size: int = 40) -> list[dict[str, object]]:
    """Many young people, whom one holder writes under one postcode."""
    letters = "BCDFGHJKLMNPQRSTVWXZ"
    return [
        MARIAM
        | {"forename": f"A{letters[n % 20]}A", "surname": f"O{letters[n // 20]}O{letters[n % 19]}",
           "dob": dt.date(2008, 1, 1) + dt.timedelta(days=n * 37), "postcode": postcode}
        for n in range(size)
    ]  # fmt: skip


def test_what_counting_found_is_kept_and_read_back() -> None:
    others = [
        MARIAM | {"postcode": f"QX{n} 1AA", "forename": f"B{'AEIOU'[n % 5]}{'LMNRST'[n % 6]}"}
        for n in range(1, 90)
    ]
    found = knowledge(signatures(*crowd("QX9 9ZZ"), *others))
    assert ("home", "panel|901", "QX99ZZ") in found.voided.rows()
    back = read_knowledge(found.as_table())
    assert back.voided.sort(back.voided.columns).equals(found.voided.sort(found.voided.columns))
    assert (back.versions, back.numbers, back.spaces) == (found.versions, found.numbers, found.spaces)
    assert (back.parted, back.bits.tolist()) == (found.parted, [0.5, 2.0])


def test_a_new_record_is_cleaned_with_what_was_found_before() -> None:
    others = [
        MARIAM | {"postcode": f"QX{n} 1AA", "forename": f"B{'AEIOU'[n % 5]}{'LMNRST'[n % 6]}"}
        for n in range(1, 90)
    ]
    found = knowledge(signatures(*crowd("QX9 9ZZ"), *others))
    new = signatures(MARIAM | {"postcode": "QX9 9ZZ"}, MARIAM | {"postcode": "QX9 9ZZ", "holder": "police"})
    alone = read_identities(new.to_arrow())
    assert alone["home"].null_count() == 0
    assert without_voided(alone, new, found)["home"].to_list() == [None, "QX99ZZ"]


def numbered(holder: str, day: int, count: int = 8) -> pl.DataFrame:
    return pl.DataFrame(
        {"holder": [holder] * count, "la_code": ["901"] * count, "number": [f"C{n}" for n in range(count)],
         "d_day": [f"2009-{day:02}-{n + 1:02}" for n in range(count)]}
    )  # fmt: skip


def test_a_new_holder_that_uses_anothers_numbers_is_found_out() -> None:
    known = (("care", "care"),)
    assert spaces_with(numbered("care", 1), numbered("a panel", 1), known) == (
        ("a panel", "care"),
        ("care", "care"),
    )
    assert spaces_with(numbered("care", 1), numbered("a panel", 2), known) == (
        ("a panel", "a panel"),
        ("care", "care"),
    )


def test_holders_found_to_share_numbers_who_did_not_ask_for_a_full_link() -> None:
    before = pl.concat([numbered("care", 1), numbered("police", 1, 4)])
    known = (("care", "care"), ("police", "police"))
    assert spaces_with(before, numbered("police", 1).tail(4), known) is None


@pytest.mark.parametrize("names", [("f_name", "s_name"), ()])
def test_what_names_go_together_is_known_by_their_rarity(names: tuple[str, ...]) -> None:
    identities = pl.DataFrame({"f_name": ["A", "A", "B", None], "s_name": ["C", "C", "D", "C"]})
    by_step = bits_by_step(identities, names, np.array([1.0, 1.0, 2.0, 0.0]))
    assert sorted({bits for bits in by_step.tolist() if bits}) == ([1.0, 2.0] if names else [])
