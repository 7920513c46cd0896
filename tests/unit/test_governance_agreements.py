"""What an agreement covers, and how agreements and purposes are read from their files."""

import tomllib
from datetime import UTC, date, datetime

import pytest

from kithmap.errors import DataProblem, NoAgreement, NoPurpose
from kithmap.governance.agreed_files import parse_agreement, parse_purpose
from kithmap.governance.agreements import Standing, check_covers, covers
from kithmap.governance.purposes import Purpose, check_in_force
from kithmap.governance.written_agreements import agreement_to_dict

TODAY = date(2026, 7, 31)
TEXT = """
id = "hartwell-panels"
title = "Panels of Hartwell"
holder = "Hartwell Council"
authority = "X01"
purposes = ["profiling", "sharing"]
start = 2026-01-01
end = 2026-12-31
legal_basis = ["Children Act 2004, section 10"]
dpia_ref = "DPIA-7"
signed = 2025-12-20

[columns]
gangs_panel_list = ["Name/DOB", "Level"]
cse_panel_list = ["*"]
"""
PURPOSE = """
id = "PP-2026-01"
kind = "profiling"
question = "Are the young people on our lists the same young people?"
approver = "Director of children's services"
start = 2026-01-01
end = "2026-12-31"
"""


def agreement(**changes):
    return parse_agreement({**tomllib.loads(TEXT), **changes})


def asked(**changes):
    given = {
        "holder": "Hartwell Council", "layout": "gangs_panel_list", "columns": ["Name/DOB"],
        "purposes": {Purpose.PROFILING}, "today": TODAY,
    }  # fmt: skip
    return {**given, **changes}


def test_an_agreement_in_force_covers_what_it_names():
    check_covers(agreement(), **asked())


def test_the_last_day_of_an_agreement_is_in_force():
    assert covers(agreement(), **asked(today=date(2026, 12, 31)))
    assert not covers(agreement(), **asked(today=date(2027, 1, 1)))
    assert not covers(agreement(), **asked(today=date(2025, 12, 31)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"holder": "Hartwell Police"}, "is with Hartwell Council"),
        ({"layout": "gangs_panel"}, "Did you mean gangs_panel_list"),
        ({"layout": "marac_cases"}, "does not name the layout"),
        ({"columns": ["Name/DOB", "Basis"]}, "the column 'Basis'"),
        ({"columns": ["A", "B", "C", "D", "E", "F", "G"]}, "and 2 more"),
        ({"purposes": {Purpose.CASE}}, "No purpose in force"),
        ({"purposes": set()}, "No purpose in force"),
        ({"today": date(2027, 6, 1)}, "is ended"),
        ({"today": date(2025, 6, 1)}, "is not yet in force"),
    ],
)  # fmt: skip
def test_what_an_agreement_does_not_name_is_refused(changes, words):
    with pytest.raises(NoAgreement, match=words):
        check_covers(agreement(), **asked(**changes))


def test_a_suspended_agreement_covers_nothing():
    suspended = agreement().with_suspension()
    assert suspended.stands(TODAY) is Standing.SUSPENDED
    assert not covers(suspended, **asked())


def test_a_draft_covers_nothing():
    with pytest.raises(NoAgreement, match="a draft"):
        check_covers(agreement(state="draft"), **asked())
    with pytest.raises(DataProblem, match="'state'"):
        agreement(state="agreed")


def test_a_file_may_say_from_to_and_gateways():
    read = tomllib.loads(TEXT)
    read["from"], read["to"], read["gateways"] = read.pop("start"), read.pop("end"), read.pop("legal_basis")
    assert parse_agreement(read) == agreement()


def test_a_star_covers_every_column():
    check_covers(agreement(), **asked(layout="cse_panel_list", columns=["Anything", "At all"]))


def test_case_and_spaces_of_a_holder_or_column_do_not_matter():
    check_covers(agreement(), **asked(holder="HARTWELL  council", columns=["name/dob"]))


def test_a_holder_may_be_known_by_another_name():
    police = agreement(holder="Hartwell Police Service", known_as=["Police"])
    check_covers(police, **asked(holder="Police"))
    check_covers(police, **asked(holder="Hartwell Police Service"))


def test_an_agreement_may_give_the_codes_of_authorities():
    assert agreement(authorities={"Hartwell": "X01"}).authorities == {"Hartwell": "X01"}
    with pytest.raises(DataProblem, match="name = code"):
        agreement(authorities=["X01"])


def test_an_agreement_keeps_what_else_its_file_says():
    read = agreement()
    assert read.more == {"signed": "2025-12-20"}
    assert read.terms.dpia == "DPIA-7"
    assert read.terms.lawful.gateways == ("Children Act 2004, section 10",)


def test_an_agreement_read_from_its_own_values_is_the_same():
    assert parse_agreement(agreement_to_dict(agreement())) == agreement()
    suspended = agreement().with_suspension()
    assert parse_agreement(agreement_to_dict(suspended)) == suspended


def test_every_fault_of_an_agreement_is_told_at_once():
    with pytest.raises(DataProblem) as refused:
        parse_agreement({"purposes": ["research"], "start": "soon", "end": 7, "columns": {}})
    for word in ("'id'", "'holder'", "'purposes' must hold only", "'start'", "'end'", "'columns'"):
        assert word in refused.value.what


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"purposes": []}, "at least one"),
        ({"start": "the first of May"}, "must be a day"),
        ({"end": date(2020, 1, 1)}, "not be before"),
        ({"columns": {"gangs_panel_list": [1, 2]}}, "list of texts"),
    ],
)
def test_a_fault_of_an_agreement_is_told(changes, word):
    with pytest.raises(DataProblem, match=word):
        agreement(**changes)


def test_dates_may_be_texts_or_moments_and_one_purpose_needs_no_list():
    read = agreement(start="2026-01-01", end=datetime(2026, 12, 31, 12, 0, tzinfo=UTC), purposes="profiling")
    assert (read.start, read.end) == (date(2026, 1, 1), date(2026, 12, 31))
    assert read.purposes == {Purpose.PROFILING}


def test_a_purpose_is_in_force_on_its_days():
    purpose = parse_purpose(tomllib.loads(PURPOSE))
    check_in_force(purpose, date(2026, 12, 31))
    with pytest.raises(NoPurpose, match="not in force"):
        check_in_force(purpose, date(2027, 1, 1))
    with pytest.raises(NoPurpose, match="suspended"):
        check_in_force(purpose.with_suspension(), TODAY)


def test_a_purpose_read_from_its_own_values_is_the_same():
    purpose = parse_purpose(tomllib.loads(PURPOSE))
    assert parse_purpose(purpose.to_dict()) == purpose
    assert (purpose.state, purpose.with_suspension().state) == ("active", "suspended")


def test_every_fault_of_a_purpose_is_told_at_once():
    with pytest.raises(DataProblem) as refused:
        parse_purpose({"kind": "curiosity"})
    for word in ("'id'", "'kind' must be one of", "'question'", "'approver'", "'start'", "'end'"):
        assert word in refused.value.what
