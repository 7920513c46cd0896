"""Judgements and audit samples in the register: what goes in comes out, and nothing is ever deleted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kithmap.errors import NotFound
from kithmap.model.keys import Origin
from kithmap.register import audit_samples, judgements
from kithmap.register.audit_samples import AuditRecord, AuditSample
from kithmap.register.judgements import Judgement
from kithmap.register.open import open_register

AT = datetime(2026, 7, 31, 9, 30, tzinfo=UTC)
ONE, OTHER, THIRD = Origin("a" * 64, 1, 1), Origin("b" * 64, 7, 2), Origin("c" * 64, 3, 1)


pytestmark = pytest.mark.usefixtures("every_register")


@pytest.fixture
def register(tmp_path):
    opened = open_register(tmp_path)
    yield opened
    opened.close()


def judged(name, decision="same", **changed):
    made = Judgement(name, ONE, OTHER, ("f1", "f2"), decision, "number", "", "ann", AT, "build", "quality")
    return replace(made, **changed)


def test_a_judgement_comes_out_as_it_went_in(register):
    put = judged("J1", blind=False, note="asked the school", workbook="W1")
    judgements.add_judgements(register, [put])
    assert judgements.get_judgement(register, "J1") == put
    assert judgements.list_judgements(register) == (put,)


def test_the_judgements_of_a_pair_are_found_whichever_mention_is_named_first(register):
    other = judged("J2", one=OTHER, other=THIRD)
    second = judged("J3", "different", who="bea", second_of="J1")
    judgements.add_judgements(register, [judged("J1"), other, second])
    assert [each.id for each in judgements.judgements_of(register, OTHER, ONE)] == ["J1", "J3"]


def test_an_undone_judgement_stays_and_says_who_undid_it(register):
    judgements.add_judgements(register, [judged("J1")])
    assert judgements.undo_judgement(register, "J1", who="bea", reason="wrong row", at=AT)
    assert not judgements.undo_judgement(register, "J1", who="cy", reason="again", at=AT)
    kept = judgements.get_judgement(register, "J1")
    assert (kept.stands, kept.undone_by, kept.undone_reason, kept.undone_at) == (
        False,
        "bea",
        "wrong row",
        AT,
    )


def test_what_is_said_of_a_judgement_holds_no_fingerprint(register):
    said = judged("J1").to_dict()
    assert "said" not in said
    assert said["one"] == {"sha256": "a" * 64, "row": 1, "slot": 1}


def test_a_judgement_that_is_not_there_is_said_to_be_missing(register):
    with pytest.raises(NotFound, match="no judgement 'J9'"):
        judgements.get_judgement(register, "J9")


def test_a_sample_comes_out_with_its_records_in_order(register):
    records = tuple(AuditRecord(number, ONE._replace(row=number), "police") for number in (1, 2, 3))
    sample = AuditSample("S1", AT, "ann", "build", "quality", 7, {"police": 400}, records)
    audit_samples.add_sample(register, sample)
    assert audit_samples.get_sample(register) == sample == audit_samples.get_sample(register, "S1")
    assert audit_samples.list_samples(register) == (sample,)


def test_what_was_found_for_a_record_is_written_down_in_place(register):
    sample = AuditSample("S1", AT, "ann", "build", "quality", 7, {}, (AuditRecord(1, ONE, "police"),))
    audit_samples.add_sample(register, sample)
    found = replace(sample.records[0], state="searched", matches=(OTHER, THIRD), who="bea", at=AT)
    audit_samples.note_records(register, "S1", [found])
    assert audit_samples.get_sample(register, "S1").records == (found,)


def test_a_sample_that_is_not_there_is_said_to_be_missing(register):
    with pytest.raises(NotFound, match="no audit sample yet"):
        audit_samples.get_sample(register)
