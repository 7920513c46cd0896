"""The marking of a copy: the strictest of the agreements behind it, and no condition of any is lost."""

import pytest

from kithmap.governance.agreement_parts import Handling, HandlingCode
from kithmap.governance.markings import TIERS, Borne, borne_by, strictest


def c(*conditions: str, marking: str = "OFFICIAL-SENSITIVE") -> Handling:
    return Handling(HandlingCode.C, conditions, marking)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("other", TIERS)
def test_the_stricter_of_two_markings_stands(tier, other):
    assert strictest([tier, other]) == max(tier, other, key=TIERS.index)


def test_a_caveat_is_not_lost_beside_a_stricter_marking():
    assert strictest(["OFFICIAL [COMMERCIAL]", "OFFICIAL-SENSITIVE [PERSONAL]", "OFFICIAL"]) == (
        "OFFICIAL-SENSITIVE [COMMERCIAL] [PERSONAL]"
    )


@pytest.mark.parametrize(
    "written",
    ["official-sensitive", "Official Sensitive", "OFFICIAL \u2013 SENSITIVE", " OFFICIAL - SENSITIVE "],
)
def test_a_marking_is_the_same_however_it_is_written(written):
    assert strictest([written, "OFFICIAL"]) == "OFFICIAL-SENSITIVE"


def test_official_secrecy_is_not_taken_for_official():
    assert strictest(["OFFICIALLY OURS"]) == "OFFICIALLY OURS"
    assert strictest(["Top Secret"]) == "TOP SECRET"


def test_a_marking_of_another_scheme_stands_beside_the_strictest_as_it_is_written():
    assert strictest(["NHS Confidential", "OFFICIAL"]) == "OFFICIAL; NHS Confidential"
    assert strictest(["NHS Confidential"]) == "NHS Confidential"


def test_what_rests_on_no_agreement_bears_the_marking_of_one_that_names_none():
    assert strictest([]) == Handling().marking == Borne().marking == "OFFICIAL-SENSITIVE"
    assert borne_by([]) == Borne()


def test_conditions_of_the_handling_code_are_named_with_whoever_set_them():
    borne = borne_by(
        [
            ("Police", c("Not for enforcement.", "Ask before onward sharing")),
            ("Hospital", c("Not for enforcement", marking="OFFICIAL-SENSITIVE [PERSONAL]")),
        ]
    )
    assert borne == Borne(
        "OFFICIAL-SENSITIVE [PERSONAL]",
        ("Ask before onward sharing (Police)", "Not for enforcement (Hospital, Police)"),
    )


def test_an_agreement_whose_code_is_p_sets_no_condition():
    assert borne_by([("Police", Handling(HandlingCode.P, ("As the law allows",)))]).conditions == ()
