"""A signed excerpt's road into a profile: only as it was signed, no further than it was signed for, gone with its source."""

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from test_profile_pages import NOTE, begin, do_jobs, form_of, text_of

from kithmap.desk.agreements import resume_agreement, suspend_agreement
from kithmap.desk.audit import ALLOW, note, show
from kithmap.desk.build import get_build
from kithmap.desk.excerpts import list_excerpts
from kithmap.desk.profiles import open_profile, placed_excerpts
from kithmap.desk.publishing import open_engine
from kithmap.desk.recall import notices
from kithmap.desk.receive import list_receipts
from kithmap.desk.redact import SIGN, propose, sign, unsign
from kithmap.desk.registry_names import read_registry
from kithmap.desk.signed_texts import keep_text, read_text
from kithmap.desk.withdraw import withdraw
from kithmap.errors import NotSigned, WrongUse
from kithmap.governance.levels import Level
from kithmap.governance.redaction import fingerprint
from kithmap.register.audit import Act

WHO, POLICE = "alex", "police_crime_party.csv"
CASE, PROFILING = "CASE-2026-01", "PP-2026-01"


def signed(workspace, row: int, *, text: str = "", level: str = "R1") -> str:
    """Have an excerpt of a row proposed and signed; its text."""
    reference = f"{POLICE}:{row}"
    said = text or propose(workspace, reference, purpose=CASE, who=WHO).redacted.text
    sign(workspace, said, reference, purpose=CASE, who=WHO, level=level)
    return said


def stretches(workspace) -> pl.DataFrame:
    """What in the police's narratives tells who or where, by the made-up world's own account."""
    world = workspace.folder.parent / "world"
    truth = pl.read_parquet(world / "truth" / "narratives.parquet").filter(pl.col("extract") == POLICE)
    said = truth.filter(pl.col("kind") == "lower-case name")["row"].head(1).to_list()
    body = propose(workspace, f"{POLICE}:{said[0]}", purpose=CASE, who=WHO).original
    here = truth.filter(pl.col("row") == said[0])
    return here.with_columns(says=pl.lit(body).str.slice(pl.col("start"), pl.col("end") - pl.col("start")))


def choosing(client, where: str, *texts: str, **changed) -> dict:
    """The form of a profile's text with these excerpts chosen after its first section."""
    kept = {name: sent for name, sent in form_of(client, where).items() if not name.startswith("excerpts-")}
    chosen = [fingerprint(text) for text in texts]
    return {**kept, "excerpts-prevalence": chosen, "note": NOTE, "do": "save", **changed}


@pytest.fixture
def analyst(browse):
    return browse("analyst", "profiling")


def test_a_signed_excerpt_is_chosen_signed_with_the_profile_and_leaves_just_as_it_was_signed(
    workspace, browse, analyst
):
    row = int(stretches(workspace).filter(pl.col("kind") == "lower-case name")["row"][0])
    text = signed(workspace, row)
    where = begin(analyst)
    assert text.split("\n", maxsplit=1)[0][:40] in text_of(analyst, f"{where}/edit"), "it may be chosen"
    assert analyst.post(f"{where}/edit", choosing(analyst, where, text)).status_code == 302
    assert text not in repr(open_profile(workspace, where.rpartition("/")[2], who=WHO)), (
        "a profile holds no words of it"
    )

    analyst.post(f"{where}/submit")
    do_jobs(workspace)
    signer = browse("information_governance", None)
    assert "an excerpt signed by alex" in text_of(signer, f"{where}/sign-off"), "who signs reads it"
    for client in (signer, browse("manager", None)):
        assert client.post(f"{where}/sign").status_code == 302
    analyst.post(f"{where}/release")
    do_jobs(workspace)

    reader = browse("school_lead", "profiling")
    files = {
        name: reader.get(name).content.decode("utf-8-sig")
        for name in re.findall(rf'href="({re.escape(where)}/files/[^"]+)"', text_of(reader, where))
    }
    document = next(body for name, body in files.items() if name.endswith(".html"))
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", document))
    assert all(part in shown for part in text.split("\n")), "just as it was signed"
    assert "signed by alex" in shown
    assert "Handling: OFFICIAL-SENSITIVE" in shown
    told = stretches(workspace).filter(pl.col("row") == row)["says"].to_list()
    assert len(told) >= 2, "the narrative named somebody, and more"
    assert not [name for name, body in files.items() for says in told if says.casefold() in body.casefold()]


@pytest.mark.parametrize("kind", ["words", "a text nobody signed", "unsigned again"])
def test_nothing_but_what_is_signed_can_be_put_into_a_profile(workspace, analyst, kind):
    where = begin(analyst)
    text = f"Somebody was hit by others, {kind}."
    if kind == "unsigned again":
        unsign(
            workspace, signed(workspace, 2, text="A friend was hit on the way home."), purpose=CASE, who=WHO
        )
        text = "A friend was hit on the way home."
    posted = text if kind == "words" else fingerprint(text)
    refused = analyst.post(f"{where}/edit", choosing(analyst, where, **{"excerpts-prevalence": [posted]}))
    assert refused.status_code == 422
    assert "Section 1: Nobody&#39;s signature stands for an excerpt." in refused.content.decode()
    assert open_profile(workspace, where.rpartition("/")[2], who=WHO).record.version == 1, "nothing is saved"


def test_an_excerpt_goes_no_further_than_its_signature_says(workspace, analyst):
    inside, middle, anywhere = (f"Others were there: {each} of them." for each in ("one", "two", "three"))
    sign(workspace, inside, f"{POLICE}:3", purpose=CASE, who=WHO)
    signed(workspace, 3, text=middle, level="R1")
    signed(workspace, 3, text=anywhere, level="R3")
    for level, allowed in (("R0", 3), ("R1", 2), ("R2", 1), ("R3", 1)):
        listed = [
            each.text for each in list_excerpts(workspace, level=Level(level), purpose=PROFILING, who=WHO)
        ]
        assert [text in listed for text in (anywhere, middle, inside)] == [n < allowed for n in range(3)]
    where = begin(analyst, level="R2")
    refused = analyst.post(f"{where}/edit", choosing(analyst, where, middle))
    assert refused.status_code == 422
    assert "An excerpt is signed for R1, and the profile is for R2." in refused.content.decode()


def test_a_signature_that_is_taken_back_stops_the_profile_on_its_road(workspace, browse, analyst):
    text = signed(workspace, 5, text="They were hit after school.")
    where = begin(analyst)
    analyst.post(f"{where}/edit", choosing(analyst, where, text))
    analyst.post(f"{where}/submit")
    do_jobs(workspace)
    signers = [browse(role, None) for role in ("manager", "information_governance")]
    assert signers[0].post(f"{where}/sign").status_code == 302
    unsign(workspace, text, purpose=CASE, who=WHO)
    refused = signers[1].post(f"{where}/sign")
    assert refused.status_code == 422
    assert "Nobody&#39;s signature stands" in refused.content.decode()
    sign(workspace, text, f"{POLICE}:5", purpose=CASE, who=WHO, level="R1")
    assert signers[1].post(f"{where}/sign").status_code == 302
    unsign(workspace, text, purpose=CASE, who=WHO)
    analyst.post(f"{where}/release")
    do_jobs(workspace)
    assert "Being signed" in text_of(analyst, where), "nothing leaves"


def test_no_excerpt_leaves_under_an_agreement_that_is_not_in_force(workspace, analyst):
    text = signed(workspace, 6, text="One of them was hit.")
    agreement = next(each.agreement for each in list_receipts(workspace) if each.name == POLICE)
    suspend_agreement(workspace, agreement, who=WHO)
    try:
        assert not list_excerpts(workspace, level=Level.R1, purpose=PROFILING, who=WHO)
        where = begin(analyst)
        refused = analyst.post(f"{where}/edit", choosing(analyst, where, text))
        assert "under an agreement not in force" in refused.content.decode()
    finally:
        resume_agreement(workspace, agreement, who=WHO)


def test_an_excerpt_in_which_the_records_know_a_name_by_now_does_not_leave(workspace, analyst):
    where = begin(analyst)
    draft = open_profile(workspace, where.rpartition("/")[2], who=WHO)
    made = get_build(workspace)
    name = max(read_registry(workspace, open_engine(workspace, made), made).names, key=len).capitalize()
    number = next(each.receipt_no for each in list_receipts(workspace) if each.name == POLICE)
    # Signed before the records knew the name: the line and the text are there as they were then.
    sha256 = keep_text(workspace, f"As {name} was told.", number)
    told = {"sha256": sha256, "receipt_no": number, "build": made.build_id, "level": "R1"}
    note(workspace, Act(WHO, SIGN, ALLOW, f"{POLICE}:7", CASE, told))
    first, *rest = draft.content.sections
    content = replace(draft.content, sections=(replace(first, excerpts=(sha256,)), *rest))
    with pytest.raises(WrongUse, match="Section 1: the records know a name now") as refused:
        placed_excerpts(workspace, content, purpose=PROFILING, who=WHO)
    assert name not in str(refused.value)
    unsign(workspace, f"As {name} was told.", purpose=CASE, who=WHO)


def test_the_words_lie_sealed_and_a_text_put_in_anothers_place_is_no_signed_text(workspace):
    text = signed(workspace, 8, text="Nobody was hurt that evening, and nobody was told.")
    receipt = next(each.receipt_no for each in list_receipts(workspace) if each.name == POLICE)
    held = [path for path in Path(workspace.folder).rglob("*") if path.is_file()]
    assert not [path.name for path in held if text.encode() in path.read_bytes()]
    folder = workspace.folder / "excerpts" / str(receipt)
    other = signed(workspace, 9, text="Another was hurt.")
    mine, theirs = folder / fingerprint(text), folder / fingerprint(other)
    was = mine.read_bytes()
    mine.write_bytes(theirs.read_bytes())
    assert read_text(workspace, fingerprint(text), receipt) is None
    assert fingerprint(text) not in {
        each.sha256 for each in list_excerpts(workspace, level=Level.R1, purpose=PROFILING, who=WHO)
    }
    mine.write_bytes(was)
    assert read_text(workspace, fingerprint(text), receipt) == text


def test_two_who_choose_different_excerpts_at_once_are_told(workspace, browse, analyst):
    text = signed(workspace, 10, text="Some of them went home.")
    where = begin(analyst)
    other = browse("manager", "profiling")
    mine, theirs = choosing(analyst, where), choosing(other, where, text)
    assert other.post(f"{where}/edit", theirs).status_code == 302
    both = analyst.post(f"{where}/edit", {**mine, "before-prevalence": "Mine."})
    assert both.status_code == 409
    assert "chose other excerpts meanwhile" in both.content.decode()


def test_the_audit_says_who_read_which_excerpt_and_never_its_words(workspace):
    text = signed(workspace, 11, text="It was told to a friend.")
    list_excerpts(workspace, level=Level.R1, purpose=PROFILING, who=WHO)
    lines = [line.to_dict() for line in show(workspace, last=400, who=WHO)]
    assert [line for line in lines if line["verb"] == "excerpt list" and fingerprint(text) in repr(line)]
    assert text not in repr(lines)


def test_withdrawing_the_source_recalls_the_profile_removes_the_text_and_stops_what_is_under_way(
    workspace, browse, analyst
):
    """Last: it withdraws the extract that every other test here signs an excerpt of."""
    text = signed(workspace, 12, text="A friend of theirs saw it and told a teacher.")
    out, under_way = begin(analyst, questions=["strengths"]), begin(analyst)
    typed = choosing(analyst, out)
    typed.pop("excerpts-prevalence")
    analyst.post(f"{out}/edit", {**typed, "excerpts-strengths": [fingerprint(text)]})
    analyst.post(f"{under_way}/edit", choosing(analyst, under_way, text))
    for where in (out, under_way):
        analyst.post(f"{where}/submit")
        do_jobs(workspace)
    for role in ("manager", "information_governance"):
        assert browse(role, None).post(f"{out}/sign").status_code == 302
    analyst.post(f"{out}/release")
    do_jobs(workspace)
    assert "Released" in text_of(analyst, out)
    receipt = next(each.receipt_no for each in list_receipts(workspace) if each.name == POLICE)

    withdraw(workspace, str(receipt), reason="faults", who=WHO)
    assert "is recalled" in text_of(analyst, out)
    assert [each for each in notices(workspace, who=WHO) if each.recipient == "Hartwell partnership"]
    assert not (workspace.folder / "excerpts" / str(receipt)).exists(), "the words are gone with the extract"
    refused = browse("manager", None).post(f"{under_way}/sign")
    assert "Nobody&#39;s signature stands" in refused.content.decode()
    draft = open_profile(workspace, under_way.rpartition("/")[2], who=WHO)
    with pytest.raises(NotSigned):
        placed_excerpts(workspace, draft.content, purpose=PROFILING, who=WHO)
