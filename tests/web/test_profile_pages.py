"""Writing a profile in a browser: nothing lost between two who write, nobody named, signed in turn, released whole."""

import hashlib
import re
from html.parser import HTMLParser

import pytest

from kithmap.desk.agreements import add_agreement_sent, list_agreements
from kithmap.desk.worker import Orders, work
from kithmap.governance.written_agreements import agreement_to_toml
from kithmap.products.drafted import run_profile

BEGUN = {"title": "Peer-on-peer abuse this autumn", "to": "Hartwell partnership", "level": "R1",
    "questions": ["prevalence", "strengths"]}  # fmt: skip
NOTE = "Recording differs between the panels; we ask each of them how they decide, and look again in spring."


def begin(client, **changed) -> str:
    answer = client.post("/profiles/new", {**BEGUN, **changed})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"].removesuffix("/edit")


def text_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return re.sub(r"\s+", " ", answer.content.decode())


class Form(HTMLParser):
    """The form of a profile's text, as a browser would send it back."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.area, self.text = "", ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, kind = given.get("name", ""), given.get("type")
        if tag == "textarea":
            self.area, self.text = name, ""
        elif tag == "input" and name and (kind != "radio" or "checked" in given):
            self.sent.setdefault(name, []).append(given.get("value") or "")

    def handle_data(self, data):
        self.text += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.area:
            self.sent[self.area] = [self.text]
            self.area = ""


def form_of(client, where: str) -> dict:
    form = Form()
    form.feed(client.get(f"{where}/edit").content.decode())
    return {**form.sent, "note": NOTE}


def do_jobs(workspace) -> None:
    work(workspace, Orders({"profile": run_profile}, once=True))


@pytest.fixture
def analyst(browse):
    return browse("analyst", "profiling")


def check_it_lies_sealed(workspace, reader, files: list[str]) -> None:
    """No word of a released profile lies in its folder, and no file of it opens in another's place."""
    folder = workspace.folder / "published"
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert len(kept) == len(files)
    assert not [
        path for path in kept if b"panels" in path.read_bytes() or b"young_people" in path.read_bytes()
    ]
    document, data = (
        next(path for path in kept if path.name.endswith(f"{end}.sealed")) for end in (".html", ".json")
    )
    was = data.read_bytes()
    data.write_bytes(document.read_bytes())
    address = next(name for name in files if name.endswith(".json"))
    refused = reader.get(address)
    assert refused.status_code == 400
    assert "not as it was released" in refused.content.decode()
    data.write_bytes(was)
    assert reader.get(address).status_code == 200
    assert reader.get(address.replace("profile-R1", "profile-R0")).status_code == 404


def test_a_profile_is_written_previewed_signed_by_two_released_and_recalled(workspace, browse, analyst):
    where = begin(analyst)
    typed = form_of(analyst, where)
    typed |= {
        "before-prevalence": "What the panels see.",
        "after-strengths": "Ask again in spring.",
        "do": "save",
    }
    assert analyst.post(f"{where}/edit", typed).status_code == 302
    preview = analyst.get(f"{where}/preview")
    assert "What the panels see." in preview.content.decode()
    assert "Ask again in spring." in preview.content.decode()
    assert "default-src 'none'" in preview["Content-Security-Policy"]
    assert "Withheld" in text_of(analyst, f"{where}/redact")

    assert analyst.post(f"{where}/submit")["Location"].startswith("/jobs/")
    do_jobs(workspace)
    assert analyst.post(f"{where}/release").status_code == 302, "a job is asked for, which refuses"
    do_jobs(workspace)
    assert "Being signed" in text_of(analyst, where), "nothing leaves that nobody signed"
    for left, role in ((2, "manager"), (1, "information_governance")):
        signer = browse(role, None)
        assert f"{left} signature" in text_of(signer, f"{where}/sign-off")
        assert signer.post(f"{where}/sign", {"said": "fine"}).status_code == 302
        assert "signed this profile already" in signer.post(f"{where}/sign").content.decode()
    assert "Release the profile" in text_of(analyst, f"{where}/release")
    analyst.post(f"{where}/release")
    do_jobs(workspace)

    reader = browse("school_lead", "profiling")
    shown = text_of(reader, where)
    assert "signed by demo-manager and demo-governance" in shown
    files = re.findall(rf'href="({re.escape(where)}/files/[^"]+)"', shown)
    assert len(files) == 4, "the document, its data, and a table for each section"
    document = reader.get(next(name for name in files if name.endswith(".html"))).content
    assert b"What the panels see." in document
    assert hashlib.sha256(document).hexdigest() in shown, "it is the document whose fingerprint is shown"
    assert browse("health_recipient", None).get(where).status_code == 404, "it is for partners"
    check_it_lies_sealed(workspace, reader, files)
    part = re.search(r'href="(/releases/[^"]+)"', text_of(analyst, f"{where}/sign-off"))
    assert part
    assert "OFFICIAL-SENSITIVE" in reader.get(f"{part[1]}.html").content.decode(), (
        "each section by itself is marked"
    )

    assert analyst.post(f"{where}/recall", {"said": "a list was wrong"}).status_code == 302
    assert "is recalled" in text_of(reader, where)
    assert reader.get(files[0]).status_code == 400


def test_two_who_write_one_profile_see_both_texts_and_lose_neither(browse, analyst):
    where = begin(analyst)
    other = browse("manager", "profiling")
    mine, theirs = form_of(analyst, where), form_of(other, where)
    assert (
        other.post(
            f"{where}/edit", {**theirs, "before-prevalence": "Theirs first.", "do": "save"}
        ).status_code
        == 302
    )
    both = analyst.post(f"{where}/edit", {**mine, "before-prevalence": "Mine second.", "do": "save"})
    assert both.status_code == 409
    said = both.content.decode()
    assert "Theirs first." in said
    assert "Mine second." in said
    newest = re.search(r'name="version" value="(\d+)"', said)
    assert newest
    again = {**mine, "before-prevalence": "Mine second.", "version": newest[1], "do": "save"}
    assert analyst.post(f"{where}/edit", again).status_code == 302
    assert "Mine second." in text_of(analyst, f"{where}/edit")
    assert "Theirs first." in text_of(analyst, f"{where}/texts/2"), "what was saved stays to be read"


def test_a_text_that_names_somebody_is_refused_with_its_place_and_kept_as_typed(workspace, analyst):
    from kithmap.desk.build import get_build
    from kithmap.desk.publishing import open_engine
    from kithmap.desk.registry_names import read_registry

    made = get_build(workspace)
    name = max(read_registry(workspace, open_engine(workspace, made), made).names, key=len).capitalize()
    where = begin(analyst)
    typed = {**form_of(analyst, where), "after-prevalence": f"As was said of {name} before.", "do": "save"}
    refused = analyst.post(f"{where}/edit", typed)
    said = refused.content.decode()
    assert refused.status_code == 422
    assert "section 1, after the answer, word 5" in said
    assert f"As was said of {name} before." in said, "nothing is changed for whoever typed it"
    summary = said[said.index("There is a problem") : said.index("<h1")]
    assert name not in summary


def test_the_cover_bears_the_strictest_marking_of_the_agreements_behind_it_and_their_conditions(
    workspace, analyst
):
    holder = next(each for each in list_agreements(workspace) if "gias_schools" in each.columns)
    was = agreement_to_toml(holder)
    strict = was.replace('code = "P"', 'code = "C"\nconditions = ["Not for enforcement"]')
    strict = strict.replace('marking = "OFFICIAL-SENSITIVE"', 'marking = "OFFICIAL-SENSITIVE [PERSONAL]"')
    of_schools, of_people = (begin(analyst, questions=[name]) for name in ("schools-cse", "prevalence"))
    add_agreement_sent(workspace, "schools.toml", strict.encode(), who="alex")
    try:
        covers = [
            text_of(analyst, f"{where}/preview").partition("</header>")[0]
            for where in (of_schools, of_people)
        ]
    finally:
        add_agreement_sent(workspace, "schools.toml", was.encode(), who="alex")
    marked = ["OFFICIAL-SENSITIVE [PERSONAL]" in cover for cover in covers]
    bound = [f"Not for enforcement ({holder.holder})" in cover for cover in covers]
    assert marked == bound == [True, False]
    assert "OFFICIAL-SENSITIVE" in covers[1]


def test_sections_are_put_in_another_order_taken_out_and_added(analyst):
    where = begin(analyst)
    typed = form_of(analyst, where)
    analyst.post(f"{where}/edit", {**typed, "do": "up:strengths"})
    assert form_of(analyst, where)["keys"] == ["strengths", "prevalence"]
    typed = form_of(analyst, where)
    analyst.post(f"{where}/edit", {**typed, "do": "remove:prevalence"})
    typed = form_of(analyst, where)
    assert typed["keys"] == ["strengths"]
    analyst.post(f"{where}/edit", {**typed, "do": "add", "standing": "sources"})
    assert form_of(analyst, where)["keys"] == ["strengths", "sources"]
    assert analyst.post(f"{where}/add?measure=prevalence&by=age").status_code == 302
    assert (
        "Show by age" in text_of(analyst, f"{where}/edit")
        or "by age" in text_of(analyst, f"{where}/edit").lower()
    )


def test_who_wrote_any_of_it_signs_none_of_it_and_a_return_opens_it_again(workspace, browse, analyst):
    where = begin(analyst)
    writer = browse("manager", "profiling")
    writer.post(
        f"{where}/edit", {**form_of(writer, where), "before-prevalence": "By a manager.", "do": "save"}
    )
    analyst.post(f"{where}/submit")
    do_jobs(workspace)
    assert "may not sign it" in writer.post(f"{where}/sign").content.decode()
    signer = browse("information_governance", None)
    assert signer.post(f"{where}/return", {"said": ""}).status_code == 422
    assert signer.post(f"{where}/return", {"said": "say which period"}).status_code == 302
    assert "say which period" in text_of(analyst, f"{where}/edit")


def test_nobody_without_a_part_in_it_reads_a_draft(browse, analyst):
    where = begin(analyst)
    for role in ("health_recipient", "school_lead", "coordinator", "administrator"):
        assert browse(role, None).get(where).status_code == 404
    assert where not in text_of(browse("coordinator", None), "/profiles")
    assert analyst.get("/profiles.csv").status_code == 200
