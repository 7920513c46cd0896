"""Encodings: two people are comparable with the key, and tell nothing without it."""

import hmac
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from kithmap.engines.duckdb import memory
from kithmap.errors import EncodingFault
from kithmap.linkage.clean import cleaning_version, read_identities
from kithmap.linkage.compare_encodings import Matches, common_bits, compare, estimate, find_candidates
from kithmap.linkage.encode import Encodings, Keyed, encode_identities, weight_of
from kithmap.linkage.encodings import Manifest, check_comparable, read_encodings, write_encodings
from kithmap.linkage.private import RULES, Parameters, salts_of, tokens_of, with_parts
from kithmap.linkage.signatures import SAYS

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PARAMETERS = Parameters()
DOB = next(number for number, rule in enumerate(RULES) if rule.name.startswith("date of birth"))
SCHEMA = {"signature": pl.Int64, **dict.fromkeys(SAYS, pl.String), "dob": pl.Date, "birth_year": pl.Int32}
AVANI = {"forename": "AVANI", "surname": "SHARMA", "dob": date(2010, 6, 23), "postcode": "QZ1 2AB"}
ABDUR = {"forename": "ABDUR", "surname": "ISLAM", "dob": date(2009, 5, 4), "postcode": "QZ3 4CD"}


def people(*rows: dict) -> pl.DataFrame:
    """Cleaned identities of people as written."""
    said = [{"signature": number, "dob_precision": "day", **row} for number, row in enumerate(rows)]
    return read_identities(pl.DataFrame(said, schema=SCHEMA).to_arrow())


def encoded(
    *rows: dict, key: bytes = KEY, seed: int = 1, made_up: int = 0, parameters: Parameters = PARAMETERS
) -> Encodings:
    generator = np.random.default_rng(seed)
    return encode_identities(people(*rows), key, parameters, made_up=made_up, generator=generator)


def many(size: int, seed: int) -> list[dict]:
    """Made-up people, all different."""
    generator = np.random.default_rng(seed)
    letters = np.array(list("ABCDEFGHIJKLMNOPRSTUVWY"))
    words = ["".join(generator.choice(letters, 6)) for _ in range(2 * size)]
    # No day that is another's with day and month changed about.
    pool = [day for n in range(3000) if (day := date.fromordinal(733_000 + n)).day > 12]
    days = [pool[n] for n in generator.choice(len(pool), size, replace=False)]
    homes = [f"QZ{n // 100} {n % 10}{a}{b}" for n, (a, b) in zip(
        generator.integers(100, 900, size), generator.choice(letters, (size, 2)), strict=True)]  # fmt: skip
    return [
        {"forename": first, "surname": last, "dob": day, "postcode": home}
        for first, last, day, home in zip(words[:size], words[size:], days, homes, strict=True)
    ]


def matched(one: Encodings, other: Encodings) -> Matches:
    with memory() as engine:
        return compare(engine, one, other, PARAMETERS)


def common(one: Encodings, other: Encodings) -> pl.DataFrame:
    with memory() as engine:
        return find_candidates(engine, one, other)


@pytest.mark.parametrize("message", [b"", b"name AB", b"x" * 200])
def test_codes_are_hmac_sha_256(message):
    assert Keyed(KEY).digest(message) == hmac.digest(KEY, message, "sha256")


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"forename": "AVANY"},
        {"surname": "SHARMER"},
        {"forename": "SHARMA", "surname": "AVANI"},
        {"dob": date(2010, 6, 13)},
        {"postcode": "QZ9 9ZZ"},
        {"postcode": None},
    ],
)
def test_one_person_written_otherwise_is_found(written):
    crowd = many(40, seed=5)
    found = matched(encoded(AVANI, *crowd[:20], seed=1), encoded(AVANI | written, *crowd[20:], seed=2))
    assert found.one.size == 1


def test_a_day_and_month_that_changed_places_are_found():
    one = AVANI | {"dob": date(2010, 6, 3)}
    assert matched(encoded(one), encoded(AVANI | {"dob": date(2010, 3, 6)})).one.size == 1


@pytest.mark.parametrize(
    "another",
    [
        ABDUR,
        # A twin; a brother; somebody of the same name and year; somebody else at the same address.
        {"forename": "ROHAN"},
        {"forename": "ROHAN", "dob": date(2012, 1, 9)},
        {"dob": date(2010, 11, 2), "postcode": "QZ7 7PP"},
        {"forename": "ABDUR", "surname": "ISLAM", "dob": date(2009, 5, 4)},
    ],
)
def test_another_person_is_not_taken_for_the_same(another):
    crowd = many(40, seed=6)
    one, other = encoded(AVANI, *crowd[:20]), encoded(AVANI | another, *crowd[20:], seed=2)
    assert matched(one, other).one.size == 0


def test_nobody_is_matched_twice():
    found = matched(encoded(AVANI, AVANI | {"forename": "AVANY"}), encoded(AVANI, seed=2))
    assert found.one.size == 1


def test_bits_in_common_are_those_set_in_both():
    crowd = many(30, seed=13)
    one, other = encoded(*crowd), encoded(*crowd, seed=2)
    found = common(one, other)
    assert found.height > 30
    counted = common_bits(one, other, found)
    for row in range(0, found.height, 7):
        i, j, rule = found.row(row)
        assert one.tokens[i, rule] == other.tokens[j, rule]
        shared = int.from_bytes(one.filters[i, rule].tobytes(), "little") & int.from_bytes(
            other.filters[j, rule].tobytes(), "little"
        )
        assert counted[row] == shared.bit_count()


def test_another_key_makes_everything_incomparable():
    crowd = many(30, seed=7)
    assert common(encoded(*crowd), encoded(*crowd, key=OTHER_KEY)).is_empty()


def test_filters_under_different_salts_have_no_more_in_common_than_chance():
    # The same name on two birthdays: what an attack by the frequency of names would look for.
    crowd = [AVANI | {"dob": date(2010, 1, 1 + n % 28), "postcode": f"QZ{n + 1} 1AA"} for n in range(28)]
    made = encoded(*crowd)
    filters = made.filters[:, DOB]
    shared = [
        int(np.bitwise_count(filters[i] & filters[j]).sum()) for i in range(28) for j in range(i) if
        made.tokens[i, DOB] != made.tokens[j, DOB]
    ]  # fmt: skip
    weight = int(np.bitwise_count(filters[0]).sum())
    by_chance = weight**2 / PARAMETERS.bits
    assert abs(np.mean(shared) - by_chance) < 0.05 * by_chance


def test_a_filter_shows_which_fields_are_known_and_not_how_long_a_name_is():
    long = AVANI | {"forename": "MAXIMILIANA", "surname": "FEATHERSTONEHAUGH-CHOLMONDELEY"}
    made = encoded(AVANI, long, AVANI | {"forename": "BO", "surname": "LI"}, AVANI | {"postcode": None})
    weights = np.bitwise_count(made.filters).sum(axis=2)
    assert (weights == weight_of(made.known, PARAMETERS)[:, None]).all()
    assert len(set(weights[:, 0].tolist())) == 2


def test_made_up_people_and_lacking_salts_look_like_the_others():
    made = encoded(*many(50, seed=8), made_up=50)
    assert made.size == 100
    assert np.unique(made.tokens).size == made.tokens.size
    assert (np.bitwise_count(made.filters).sum(axis=2) == weight_of(made.known, PARAMETERS)[:, None]).all()
    # Each bit is set about as often: no part of a filter is reserved for anything.
    bits = np.unpackbits(made.filters.view(np.uint8), axis=2).mean(axis=(0, 1))
    assert bits.std() < 2 * np.sqrt(bits.mean() * (1 - bits.mean()) / (100 * len(RULES)))


def test_made_up_people_are_on_nobodys_list():
    crowd = many(60, seed=9)
    found = matched(encoded(*crowd[:40], made_up=40), encoded(*crowd[20:], made_up=40, seed=2))
    assert found.one.size == 20


def test_people_stand_in_no_order():
    crowd = many(30, seed=10)
    assert (encoded(*crowd, seed=1).tokens[:, DOB] != encoded(*crowd, seed=2).tokens[:, DOB]).any()
    assert set(encoded(*crowd, seed=1).tokens[:, DOB]) == set(encoded(*crowd, seed=2).tokens[:, DOB])


def test_a_salt_that_too_many_share_is_not_used():
    # A birthday that some register gives to everybody whose own it does not know.
    parts = with_parts(people(*many(12, seed=11))).with_columns(any_day=pl.lit("2010-02-28"))
    assert all(salts_of(parts, replace(PARAMETERS, most_sharing=12))[DOB])
    assert not any(salts_of(parts, replace(PARAMETERS, most_sharing=11))[DOB])


def test_initials_and_a_birthday_alone_make_nobody_the_same():
    bare = {"initials": "AS", "dob": AVANI["dob"]}
    assert matched(encoded(AVANI), encoded(bare, seed=2)).one.size == 0


def test_a_name_of_nothing_has_no_tokens():
    tokens = tokens_of(people({"forename": "unk", "surname": None}))
    assert all(said == [[]] for said in tokens.values())


def test_the_estimate_is_the_sum_of_the_probabilities():
    chances = np.array([0.9] * 20)
    found = estimate(Matches(np.arange(20), np.arange(20), chances))
    assert found.people == pytest.approx(18)
    # Binomial, 20 at 0.9: P(X <= 14) = 0.011, P(X <= 15) = 0.043.
    assert (found.low, found.high) == (15, 20)


def test_no_pairs_are_an_estimate_of_nobody():
    nobody = np.array([], dtype=np.int64)
    found = estimate(Matches(nobody, nobody, np.array([])))
    assert (found.people, found.low, found.high) == (0, 0, 0)


def manifest(**said: object) -> Manifest:
    known = {
        "project": "P", "key_mark": "m", "people": 40, "parameters": PARAMETERS.to_dict(), "cleaning": cleaning_version(),
        "kithmap": "0", "made_on": "2026-11-22",
    }  # fmt: skip
    return Manifest(**known | said)


def test_a_file_gives_back_what_was_written(tmp_path):
    made = encoded(*many(5, seed=12), made_up=2)
    write_encodings(tmp_path / "a.kithmap", made, manifest())
    read, told = read_encodings(tmp_path / "a.kithmap")
    assert told == manifest()
    assert (read.tokens == made.tokens).all()
    assert (read.filters == made.filters).all()
    assert (read.known == made.known).all()
    assert (tmp_path / "a.kithmap").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", [0, 4, 100, -1, -100])
def test_a_file_that_was_cut_short_is_refused(tmp_path, cut):
    path = tmp_path / "a.kithmap"
    write_encodings(path, encoded(*many(5, seed=12)), manifest())
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(EncodingFault):
        read_encodings(path)


def test_a_file_that_was_changed_is_refused(tmp_path):
    path = tmp_path / "a.kithmap"
    write_encodings(path, encoded(*many(50, seed=12)), manifest())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(EncodingFault):
        read_encodings(path)


def test_a_file_of_something_else_is_refused(tmp_path):
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "a.kithmap")
    with pytest.raises(EncodingFault, match="not a file of encodings"):
        read_encodings(tmp_path / "a.kithmap")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"project": "Q"}, "another project"),
        ({"key_mark": "n"}, "another key"),
        ({"parameters": replace(PARAMETERS, noise=0.02).to_dict()}, "other parameters"),
        ({"cleaning": "c"}, "cleans names otherwise"),
    ],
)
def test_files_made_otherwise_are_not_compared(said, words):
    with pytest.raises(EncodingFault, match=words):
        check_comparable([("a", manifest()), ("b", manifest(**said))])


def test_files_made_alike_are_compared():
    check_comparable([("a", manifest()), ("b", manifest(people=90)), ("c", manifest(made_on="2026-12-01"))])
