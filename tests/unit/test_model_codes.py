"""Code lists, and the rules from code to harm."""

import pytest

from kithmap.errors import NotFound
from kithmap.model.codes import (
    code_lists,
    find_label,
    get_codes,
    harm_rules,
    harm_schemes,
    harms,
    read_rows,
    roles,
    words_of,
)  # fmt: skip

LISTS_BEHIND_SCHEMES = {
    "ho_offence": "ho_offence_code_manifestation_candidate",
    "cin_factor": "cin_assessment_factors",
    "dfe_exclusion_reason": "dfe_exclusion_reason",
    "police_uk_crime_type": "police_uk_crime_type",
    "nrm_exploitation_type": "nrm_exploitation_type",
}


def test_a_label_is_found_by_its_code() -> None:
    assert find_label("dfe_exclusion_type", "PERM") == "Permanent exclusion"
    assert find_label("dfe_exclusion_type", "PERMANENT") is None


def test_a_list_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(NotFound) as told:
        get_codes("no_such_list")
    assert "dfe_ethnicity" in told.value.do


@pytest.mark.parametrize("name", code_lists())
def test_every_list_can_be_read_and_says_its_source(name: str) -> None:
    rows = read_rows(name)
    assert rows
    assert "source" in rows[0] or name in ("ae_system_fields", "istv_mds")


@pytest.mark.parametrize("scheme", harm_schemes())
def test_every_rule_from_code_to_harm_speaks_of_a_code_and_a_harm_that_exist(scheme: str) -> None:
    published = {code.code for code in get_codes(LISTS_BEHIND_SCHEMES[scheme])}
    older = {"1", "4.1", "4.10", "4.2", "19A"}  # parts of a joint code, and one since renamed
    for rule in harm_rules(scheme):
        assert rule.code in published | older
        assert rule.harm in harms()
        assert rule.condition in ("", "intimate", "not intimate")
        assert rule.reason


def test_no_offence_is_both_violence_and_relationship_abuse_between_the_same_two() -> None:
    for condition in ("intimate", "not intimate"):
        for code in {rule.code for rule in harm_rules("ho_offence")}:
            told = {
                r.harm for r in harm_rules("ho_offence") if r.code == code and r.condition in ("", condition)
            }
            assert not {"SYV", "TRA"} <= told


def test_a_word_for_a_role_means_one_of_our_roles() -> None:
    assert set(dict(words_of("role_by_word")).values()) <= {*roles(), "not kept"}


def test_a_word_for_a_harm_means_one_of_our_harms() -> None:
    assert set(dict(words_of("harm_by_word")).values()) <= {*harms(), "none"}


def test_a_word_for_a_kind_of_place_means_one_of_our_kinds() -> None:
    kinds = {code.code for code in get_codes("place_type")}
    assert set(dict(words_of("place_type_by_word")).values()) <= kinds


def test_every_ethnic_group_is_one_of_five_or_unknown() -> None:
    groups = {row["group5"] for row in read_rows("ethnicity_group")}
    assert groups == {"white", "mixed", "asian", "black", "other", "unknown"}
    assert {code.code for code in get_codes("dfe_ethnicity")} <= {
        code.code for code in get_codes("ethnicity_group")
    }
