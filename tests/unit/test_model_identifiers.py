"""Identifiers: check letters, check digits, postcodes. Numbers are made up: NHS numbers begin with 999."""

import polars as pl
import pytest

from kithmap.model.identifiers import (
    PNC_LETTERS,
    is_known_authority_of_upn,
    is_valid_nhs_number,
    is_valid_uln,
    is_valid_upn,
    nhs_check_digit,
    parse_pnc_id,
    standardise_nhs_numbers,
    standardise_postcodes,
    standardise_upns,
    uln_check_digit,
    upn_check_letter,
)  # fmt: skip


def made_upn(body: str) -> str:
    return upn_check_letter(body) + body


def test_the_check_letter_of_a_upn_is_that_of_the_published_rule() -> None:
    # 8x2 + 0 + 1x4 + 2x5 + 0 + 0 + 0 + 0 + 1x10 + 0 + 0 + 1x13 = 53; 53 mod 23 is 7, the eighth letter.
    assert upn_check_letter("801200001001") == "H"
    assert is_valid_upn("H801200001001")
    assert not is_valid_upn("A801200001001")


@pytest.mark.parametrize("upn", ["", "H80120000100", "H8012000010011", "I801200001001", "H80120000100O"])
def test_what_has_not_the_shape_of_a_upn_is_not_one(upn: str) -> None:
    assert not is_valid_upn(upn)


def test_upns_are_valid_temporary_faulty_or_missing() -> None:
    valid, temporary = made_upn("801200001001"), made_upn("80120000100A")
    told = standardise_upns(
        pl.Series([valid, temporary, "B" + valid[1:] if valid[0] != "B" else "C" + valid[1:], None, "12"])
    )
    assert told["upn_status"].to_list() == ["valid", "temporary", "faulty", "missing", "faulty"]


def test_a_upn_in_lower_case_and_with_spaces_is_tidied() -> None:
    valid = made_upn("801200001001")
    spaced = f" {valid[0].lower()} {valid[1:7]} {valid[7:]} "
    assert standardise_upns(pl.Series([spaced]))["upn"].to_list() == [valid]


def test_a_upn_that_lost_its_letter_to_a_number_format_is_mended() -> None:
    valid = made_upn("801200001001")
    told = standardise_upns(pl.Series([valid[1:], f"{valid[1:]}.0"]))
    assert told["upn"].to_list() == [valid, valid]
    assert told["mended"].to_list() == [True, True]
    assert told["upn_status"].to_list() == ["valid", "valid"]


def test_a_upn_rounded_to_a_power_of_ten_cannot_be_mended() -> None:
    assert standardise_upns(pl.Series(["8.012E+11"]))["upn_status"].to_list() == ["faulty"]


def test_one_at_a_time_and_a_column_at_a_time_agree_on_upns() -> None:
    bodies = [f"80120{n:06}{last}" for n in range(150) for last in ("1", "A")]
    texts = [made_upn(body) for body in bodies] + [f"A{body}" for body in bodies]
    told = standardise_upns(pl.Series(texts))["upn_status"].is_in(["valid", "temporary"]).to_list()
    assert told == [is_valid_upn(text) for text in texts]


def test_nhs_numbers_are_checked_by_modulus_11() -> None:
    assert is_valid_nhs_number("9434765919")
    assert not is_valid_nhs_number("9434765871")
    assert nhs_check_digit("943476591") == "9"


def test_a_number_whose_check_digit_would_be_ten_cannot_exist() -> None:
    assert (
        any(nhs_check_digit(f"99900000{n}") is None for n in range(10))
        or nhs_check_digit("999000010") is not None
    )
    assert [n for n in range(1000) if nhs_check_digit(f"999000{n:03}") is None]


def test_nhs_numbers_are_tidied_and_their_status_told() -> None:
    good = "999000001" + (nhs_check_digit("999000001") or "")
    told = standardise_nhs_numbers(
        pl.Series([f"{good[:3]} {good[3:6]} {good[6:]}", f"{good}.0", good[:9], None])
    )
    assert told["nhs_number"].to_list() == [good, good, good[:9], None]
    assert told["nhs_status"].to_list() == ["valid", "valid", "faulty", "missing"]


def test_one_at_a_time_and_a_column_at_a_time_agree_on_nhs_numbers() -> None:
    texts = [f"9990{n:06}" for n in range(500)]
    told = (standardise_nhs_numbers(pl.Series(texts))["nhs_status"] == "valid").to_list()
    assert told == [is_valid_nhs_number(text) for text in texts]


@pytest.mark.parametrize("dummy", ["9999999999", "4444444444", "0000000000", "1234567881"])
def test_a_number_typed_where_there_is_none_is_not_valid_though_its_check_digit_is_right(dummy: str) -> None:
    assert nhs_check_digit(dummy[:9]) == dummy[9]
    assert not is_valid_nhs_number(dummy)
    assert standardise_nhs_numbers(pl.Series([dummy]))["nhs_status"].to_list() == ["faulty"]


def test_an_unknown_authority_in_a_upn_is_no_fault() -> None:
    upn = upn_check_letter("100200001001") + "100200001001"

    assert is_valid_upn(upn)
    assert not is_known_authority_of_upn(upn)
    assert is_known_authority_of_upn("H801200001001")


@pytest.mark.parametrize("written", ["79/163001B", "1979/0163001B", "79/0163001b", " 1979 0163001B "])
def test_a_pnc_identifier_is_one_however_it_is_written(written: str) -> None:
    assert parse_pnc_id(written) == "1979/0163001B"


def test_the_check_letter_of_a_pnc_identifier_is_the_remainder_by_23_where_z_is_nought() -> None:
    letters = {serial: [x for x in PNC_LETTERS if parse_pnc_id(f"03/{serial:07}{x}")] for serial in range(50)}

    assert all(len(right) == 1 for right in letters.values())
    assert letters[next(n for n in range(50) if int(f"03{n:07}") % 23 == 0)] == ["Z"]
    assert parse_pnc_id("03/0012345N") == "2003/0012345N"


@pytest.mark.parametrize(
    "written", ["", "79/163001C", "79/163001", "79/163001I", "ABC", "79/12345678B", "179/0163001B"]
)
def test_what_is_no_pnc_identifier_is_not_taken_for_one(written: str) -> None:
    assert parse_pnc_id(written) is None


def test_postcodes_are_written_one_way_and_parts_of_postcodes_are_none() -> None:
    told = standardise_postcodes(
        pl.Series(["zz11aa", "ZZ1 1AA", " zz1-1aa", "ZZ1A 1AA", "ZZ1", "not known", None])
    )
    assert told.to_list() == ["ZZ1 1AA", "ZZ1 1AA", "ZZ1 1AA", "ZZ1A 1AA", None, None, None]


def test_the_check_digit_of_a_learner_number_is_that_of_the_published_example() -> None:
    # HESA's example: 9x10 + 2x9 + 7x8 + 6x7 + 3x6 + 0 + 8x4 + 6x3 + 8x2 + 6x1 = 296, remainder 10.
    assert is_valid_uln("9276308686")
    assert not is_valid_uln("9276308687")
    assert not is_valid_uln("0276308686")


def test_no_number_is_both_an_nhs_number_and_a_learner_number() -> None:
    for body in ("999000001", "123456789", "927630868", "555555555"):
        digit = uln_check_digit(body)
        assert digit is None or not is_valid_nhs_number(body + digit)
