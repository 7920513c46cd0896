"""Whom to ask for data, what is held of it, which columns were used, and the list of legal gateways."""

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kithmap.errors import DataProblem
from kithmap.governance.agreed_files import parse_agreement, parse_purpose
from kithmap.governance.agreement_parts import HandlingCode, Identifiability, PartyRole
from kithmap.governance.gaps import find_gaps
from kithmap.governance.gateways import parse_gateway, shipped_gateways, with_own
from kithmap.governance.policy import Operation
from kithmap.governance.sources import Access, access_matrix, holders_without_contact, parse_source
from kithmap.governance.toml_text import to_toml
from kithmap.governance.written_agreements import agreement_to_dict, agreement_to_toml, purpose_to_toml
from kithmap.model.columns import Sensitivity

TODAY = date(2026, 7, 31)
WHOLE = """
id = "ISA-1"
holder = "Hartwell children's social care"
agency = "social care"
authority = "X01"
state = "active"
start = 2026-01-01
end = 2026-12-31
review_date = 2026-10-01
purposes = ["case", "profiling"]
levels = ["case_management", "profiling_contexts"]
purpose = "Safer schools and parks"
identifiability = "pseudonymised"
onward_sharing = "Only as releases"
dpia = "DPIA-7"
signatories = ["Director of children's services"]

[lawful]
gateways = ["CA2004-s10"]
article_6 = ["6(1)(e)"]
article_9 = ["9(2)(g)"]
necessity = "No partner sees it alone"
proportionality = "Only what is counted"

[subjects]
description = "Young people"
youngest = 10
oldest = 17

[retention]
until = 2028-01-01

[handling]
code = "C"
conditions = ["Not for enforcement"]

[[parties]]
organisation = "Hartwell Council"
role = "controller"
contact = "Data lead"
protection_officer = "Data protection officer"

[[roles]]
role = "social care analyst"

[[refusals]]
what = "Names of siblings"
why = "Not necessary"
on = 2026-02-01

[[items]]
layout = "csc_missing"
columns = ["CHILD", "DOB"]
sensitivity = "identifying"
operations = ["link", "list"]

[[items]]
layout = "csc_missing"
columns = ["MISSING"]
sensitivity = "official"
operations = ["count", "map"]
"""


def whole(**changes):
    return parse_agreement({**tomllib.loads(WHOLE), **changes})


def test_an_agreement_states_every_field():
    read = whole()
    assert find_gaps(read) == ()
    assert read.columns == {"csc_missing": ("CHILD", "DOB", "MISSING")}
    assert read.terms.identifiability is Identifiability.PSEUDONYMISED
    assert (read.terms.handling.code, read.terms.handling.marking) == (HandlingCode.C, "OFFICIAL-SENSITIVE")
    assert (read.terms.parties[0].role, read.terms.parties[0].contact) == (PartyRole.CONTROLLER, "Data lead")
    assert (read.terms.subjects.youngest, read.terms.subjects.oldest) == (10, 17)
    assert (read.terms.refusals[0].on, read.terms.retention.until) == (date(2026, 2, 1), date(2028, 1, 1))
    assert read.more == {}


def test_an_agreement_out_and_in_again_is_the_same():
    assert parse_agreement(agreement_to_dict(whole())) == whole()
    assert parse_agreement(tomllib.loads(agreement_to_toml(whole()))) == whole()


texts = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)


@given(
    title=texts, names=st.lists(texts, unique=True, max_size=4), layouts=st.dictionaries(texts, st.lists(texts, min_size=1, unique=True, max_size=4), min_size=1, max_size=3),
    operations=st.sets(st.sampled_from(list(Operation)), min_size=1), sensitivity=st.sampled_from(list(Sensitivity)),
    more=st.dictionaries(texts.map("x-".__add__), st.one_of(texts, st.integers(-(2**60), 2**60), st.booleans(), st.dates(), st.lists(texts, max_size=2)), max_size=3),
    necessity=st.text(max_size=20),
)  # fmt: skip
def test_whatever_an_agreement_says_goes_out_and_in_again(
    title, names, layouts, operations, sensitivity, more, necessity
):
    items = [
        {
            "layout": layout,
            "columns": columns,
            "sensitivity": sensitivity.value,
            "operations": [o.value for o in operations],
        }
        for layout, columns in layouts.items()
        if layout.strip()
    ]
    data = {
        **tomllib.loads(WHOLE),
        "title": title,
        "known_as": names,
        "items": items,
        "state": "draft",
        **more,
    }
    data["lawful"] = {**data["lawful"], "necessity": necessity}
    read = parse_agreement(data)
    assert parse_agreement(tomllib.loads(agreement_to_toml(read))) == read
    assert parse_agreement(agreement_to_dict(read)) == read


@given(data=st.recursive(st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.dates()), lambda inner: st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=12))  # fmt: skip
def test_toml_reads_what_was_written(data):
    given_ = data if isinstance(data, dict) else {"value": data}
    assert tomllib.loads(to_toml(given_)) == given_


def test_a_purpose_out_and_in_again_is_the_same():
    purpose = parse_purpose({"id": "p", "kind": "case", "question": "What?", "approver": "The chair", "start": TODAY, "end": TODAY, "decision": "Which"})  # fmt: skip
    assert parse_purpose(tomllib.loads(purpose_to_toml(purpose))) == purpose


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lawful": {}}, "no legal gateway"),
        ({"lawful": {"gateway": ["x"]}}, "'lawful.gateway' is not known; did you mean 'gateways'"),
        ({"parties": []}, "no party is a controller"),
        ({"parties": [{"organisation": "X", "role": "boss"}]}, r"'parties\[1\].role' must be one of controller"),
        ({"handling": {"code": "C"}}, "'handling.conditions' must be named"),
        ({"levels": ["shareable"]}, "'purposes' names case, which the levels shareable do not allow"),
        ({"levels": ["everything"]}, "'levels' must hold only"),
        ({"subjects": {"youngest": 17, "oldest": 10}}, "'subjects.oldest' must not be less"),
        ({"subjects": {"youngest": "ten"}}, "'subjects.youngest' must be a whole number"),
        ({"items": [{"layout": "a", "columns": ["b"], "operations": ["guess"]}]}, "must hold only link, count"),
        ({"items": [{"layout": "a", "columns": [], "operations": ["link"]}]}, "must name at least one"),
        ({"items": "all"}, "'items' must be a list of tables"),
        ({"items": [{"layout": "a", "columns": ["b", "b"], "operations": ["link"]}]}, "each column of a layout once"),
        ({"columns": {"a": ["b"]}}, "must not both be there"),
        ({"agency": "circus"}, "'agency' must be one of"),
        ({"roles": [{"organisation": "X"}]}, r"'roles\[1\].role' must be one of"),
        ({"retention": {"until": "later"}}, "'retention.until' must be a day"),
        ({"lawful": {"part_3": "no"}}, "'lawful.part_3' must be true or false"),
        ({"review_date": None}, "no date of review"),
    ],
)  # fmt: skip
def test_a_fault_says_where_it_is(changes, words):
    with pytest.raises(DataProblem, match=words):
        whole(**changes)


def test_a_draft_may_have_gaps_and_they_are_told():
    draft = whole(state="draft", lawful={}, parties=[])
    assert len(find_gaps(draft)) >= 6


def test_what_leaves_or_is_listed_needs_every_column_and_what_is_linked_needs_one():
    read = whole()
    assert read.allows(Operation.LINK, "csc_missing")
    assert read.allows(Operation.LIST, "csc_missing")
    assert not read.allows(Operation.LIST, "csc_missing", Sensitivity.NARRATIVE)
    assert not read.allows(Operation.EXPORT, "csc_missing")
    assert not read.allows(Operation.COUNT, "another_layout")
    some = tomllib.loads(WHOLE)["items"]
    half = whole(items=[*some, {"layout": "csc_missing", "columns": ["X"], "operations": ["link"]}])
    assert not half.allows(Operation.LIST, "csc_missing")


def test_the_shipped_gateways_say_where_they_are_from_and_whether_they_were_checked():
    listed = shipped_gateways()
    assert len({gateway.id for gateway in listed}) == len(listed) >= 15
    assert all(gateway.source and gateway.law and gateway.says for gateway in listed)
    assert {gateway.id for gateway in listed if gateway.checked} == {
        "CA2004-s16LA",
        "CA2004-s16LC",
        "CDA1998-s115",
    }


def test_a_workspaces_gateway_takes_the_place_of_the_one_with_its_id():
    values = {
        "id": "CA2004-s10",
        "law": "Another",
        "kind": "power",
        "says": "Something",
        "source": "A letter",
        "as_at": TODAY,
    }
    own = parse_gateway(values)
    assert {gateway.id: gateway.law for gateway in with_own([own])}["CA2004-s10"] == "Another"
    assert len(with_own([own])) == len(shipped_gateways())
    assert parse_gateway(own.to_dict()) == own
    with pytest.raises(DataProblem, match="'kind'"):
        parse_gateway({**values, "kind": None})


def source(**changes):
    return parse_source(
        {"id": "s", "holder": "Hartwell Health", "authority": "X01", "contact": "Named nurse", **changes}
    )


def test_a_source_out_and_in_again_is_the_same():
    read = source(
        backup="Matron", route="mash", last_contact=TODAY, refused={"ed_list": "No consent"}, asked=["a"]
    )
    assert parse_source(read.to_dict()) == read
    with pytest.raises(DataProblem, match="'contact'"):
        parse_source({"id": "s", "holder": "H"})
    with pytest.raises(DataProblem, match="did you mean 'contact'"):
        source(contct="x")


def test_the_access_matrix_says_what_is_held_could_be_is_refused_or_unknown():
    suspended = whole(id="ISA-2", authority="X02").with_suspension()
    found = access_matrix(
        [whole(), suspended],
        [source(refused={"ed_list": "No consent"}), source(id="t", asked=["gp_list"])],
        [("ISA-1", "csc_missing")],
        ["unasked_list"],
        TODAY,
    )
    told = {(held.authority, held.layout): (held.access, held.reason) for held in found}
    assert told["X01", "csc_missing"] == (Access.HELD, "received under ISA-1")
    assert told["X01", "ed_list"] == (Access.REFUSED, "No consent")
    assert told["X01", "gp_list"] == (Access.UNKNOWN, "asked for; no answer yet")
    assert told["X01", "unasked_list"] == (Access.UNKNOWN, "nobody has asked")
    assert told["X02", "csc_missing"] == (Access.COULD_HOLD, "ISA-2 is suspended")
    none_yet = access_matrix([whole()], [], [], [], TODAY)
    assert none_yet[0].access is Access.COULD_HOLD


def test_a_holder_without_a_contact_is_told():
    bare = whole(state="draft", parties=[])
    assert holders_without_contact([whole(), bare], []) == ("ISA-1",)
    assert holders_without_contact([bare], [source(holder="hartwell  children's social care")]) == ()
    assert holders_without_contact([bare], [source(holder=bare.holder, authority="X02")]) == ("ISA-1",)
