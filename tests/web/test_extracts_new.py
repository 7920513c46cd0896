"""An extract's road in the browser: sent in, read, its columns said, checked, received; and its bad days."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kithmap.desk import uploads
from kithmap.desk.received import agreements_open_to, list_extracts
from kithmap.desk.recipes import list_recipes
from kithmap.governance.policy import Role

WHO = "demo-analyst"
PANEL = (
    "Nominal ref,Name,DOB,Victim/Suspect/Both,Basis for inclusion,Date added,Shoe\n"
    "1,Philippa Marrowbone,03/04/2010,S,Fight at the park,03/04/2026,4\n"
    "2,Ottoline Quince,05/06/2009,V,Fight at the park,04/04/2026,5\n"
    "3,Ottoline Quince,05/06/2009,V,Fight at the park,04/04/2026,6\n"
)
SAID = {
    "what-0": "person.id", "what-1": "person.name", "what-2": "person.dob", "what-3": "person.role", "what-4": "list.basis",
    "what-5": "list.start", "what-6": "", "word-3-0": "harmed", "word-3-1": "harming", "whole-list.name": "gangs", "step": "save",
}  # fmt: skip


@pytest.fixture
def agreement(workspace):
    return next(each for each in agreements_open_to(workspace, who=WHO) if "gangs_panel_list" in each.columns)


def send(client, agreement, content: bytes | str, name="panel.csv", follow=True, **more):
    data = content.encode() if isinstance(content, str) else content
    form = {"agreement": agreement.id, "file": SimpleUploadedFile(name, data), "whole": "yes", **more}
    return client.post("/extracts/new", form, follow=follow)


def address(answer, step):
    return answer.redirect_chain[-1][0].replace("/read", f"/{step}")


def test_a_file_goes_from_the_senders_columns_to_a_receipt(browse, workspace, agreement):
    client = browse()
    sent = send(client, agreement, PANEL)
    page = sent.content.decode()
    assert "3 rows and 7 columns" in page
    assert "Marrowbone" not in page
    assert "Aaaaaaaa Aaaaaaaaaa" in page
    shown = client.get(address(sent, "columns")).content.decode()
    assert "Suggested" in shown
    assert "03/04/2026 was read as 3 April 2026" in shown
    assert "Marrowbone" not in shown
    checked = client.post(address(sent, "columns"), {**SAID, "layout": "gangs_panel_list"}, follow=True)
    page = checked.content.decode()
    assert "Rows that would be kept" in page
    assert "Not read: Shoe" in page
    done = client.post(address(sent, "check"), follow=True).content.decode()
    assert "panel.csv is received: 3 rows kept" in done
    receipt = list_extracts(workspace, who=WHO)[0].receipt
    assert (receipt.name, receipt.layout, receipt.rows_kept) == ("panel.csv", "gangs_panel_list", 3)
    assert uploads.list_uploads(workspace, who=WHO) == ()


def test_the_next_file_maps_itself_and_says_what_is_new(browse, workspace, agreement):
    client = browse()
    kept = list_recipes(workspace)
    assert [each.recipe_id for each in kept] == [f"gangs_panel_list@{agreement.id}"]
    next_one = PANEL.replace("Shoe", "Hat").replace("3,Ottoline", "4,Ottoline")
    sent = send(client, agreement, next_one, "next.csv")
    page = client.get(address(sent, "columns")).content.decode()
    assert "Used this recipe last time: 6 of 7 columns the same, 1 new" in page
    assert "As last time" in page
    checked = client.post(address(sent, "columns"), {"use": kept[0].recipe_id}, follow=True).content.decode()
    assert "change from receipt" in checked
    assert "next.csv" in client.get("/extracts").content.decode(), "it can be gone on with later"
    gone = client.post(address(sent, "remove"), follow=True).content.decode()
    assert "next.csv is removed" in gone
    assert client.get(address(sent, "check")).status_code == 404


def test_a_recipe_said_otherwise_is_a_new_version_and_can_be_read_and_taken_along(
    browse, workspace, agreement
):
    client = browse()
    sent = send(client, agreement, PANEL.replace("1,", "9,"), "again.csv")
    client.post(address(sent, "columns"), {**SAID, "layout": "gangs_panel_list", "what-4": ""})
    name = f"gangs_panel_list@{agreement.id}"
    page = client.get(f"/layouts/{name}").content.decode()
    assert "Versions" in page
    assert next(each for each in list_recipes(workspace)).version.version == 2
    assert b"[person]" in client.get(f"/layouts/{name}.toml").content
    assert name in client.get("/layouts").content.decode()
    assert client.get("/layouts/..%2F..%2Fetc%2Fpasswd").status_code == 404
    client.post(address(sent, "remove"))


def test_what_is_missing_is_said_at_the_head_of_the_page_with_links_to_it(browse, agreement):
    client = browse()
    sent = send(client, agreement, PANEL)
    typed = {**SAID, "layout": "gangs_panel_list", "whole-list.name": "", "what-0": "person.name"}
    answer = client.post(address(sent, "columns"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Error: What each column is" in page
    assert 'href="#whole-list.name"' in page
    assert 'href="#what-1"' in page
    assert "another is chosen already" in page
    client.post(address(sent, "remove"))


def test_a_built_in_layout_that_fits_is_offered_first(browse, made, workspace, agreement):
    file = next((made / "world" / "extracts").rglob("*gangs*"))
    client = browse()
    sent = send(client, agreement, file.read_bytes(), file.name)
    page = client.get(address(sent, "columns")).content.decode()
    assert "Use gangs_panel_list" in page
    client.post(address(sent, "remove"))


def test_sheet_and_row_of_headings_can_be_changed(browse, agreement):
    client = browse()
    sent = send(client, agreement, "Gangs panel list\n\n" + PANEL)
    assert "The headings are in row 3" in sent.content.decode()
    refused = client.post(address(sent, "read"), {"header_row": "2"})
    assert refused.status_code == 422
    assert "There are no headings in row 2" in refused.content.decode()
    again = client.post(address(sent, "read"), {"header_row": "4", "encoding": "cp1252"}, follow=True)
    assert "2 rows and" in again.content.decode()
    client.post(address(sent, "remove"))


def test_names_are_shown_only_when_asked_for_under_a_purpose_that_allows_it(browse, workspace, agreement):
    client = browse(Role.ANALYST, "case")
    sent = send(client, agreement, PANEL)
    assert "Marrowbone" not in sent.content.decode()
    asked = f"{address(sent, 'read')}?names=yes"
    shown = "Marrowbone" in client.get(asked).content.decode()
    client.post("/purpose", {"purpose": "PP-2026-01"})
    assert "Marrowbone" not in client.get(asked).content.decode()
    assert "Show names" not in client.get(address(sent, "read")).content.decode()
    assert shown
    client.post(address(sent, "remove"))


def test_another_users_file_is_as_absent(browse, workspace, agreement):
    sent = send(browse(), agreement, PANEL)
    assert browse(Role.MANAGER, None).get(address(sent, "read")).status_code == 404
    browse().post(address(sent, "remove"))


def test_nobody_sends_in_a_file_under_an_agreement_of_another_organisation(browse, workspace, agreement):
    client = browse(Role.POLICE_ANALYST, None)
    assert agreement.id not in client.get("/extracts/new").content.decode()
    assert send(client, agreement, PANEL).status_code == 422
    assert uploads.list_uploads(workspace, who="demo-police") == ()


def locked_book() -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"<x/>")
        packed.writestr("xl/worksheets/sheet1.xml", bytes(40 * 2**20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.csv", "empty"),
        (b"\n\n \n", "blank.csv", "is empty"),
        (b"%PDF-1.7 and so on", "list.pdf", "is a PDF document"),
        (locked_book(), "locked.xlsx", "is locked with a password"),
        (bomb(), "bomb.xlsx", "as a zip bomb does"),
        (b"PK\x03\x04 cut short", "cut.xlsx", "damaged or was not written to its end"),
        (b'Name,Age\nA,1\nB,"2', "half.csv", "ends in the middle of a row"),
    ],
    ids=["empty", "blank", "wrong kind", "password", "zip bomb", "damaged", "half written"],
)
def test_a_file_that_is_no_extract_is_refused_in_words_and_not_kept(
    browse, workspace, agreement, content, name, words
):
    before = set(workspace.tmp.iterdir())
    answer = send(browse(), agreement, content, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert set(workspace.tmp.iterdir()) == before


def test_a_file_that_is_too_large_is_refused_and_not_kept(browse, workspace, agreement, monkeypatch):
    from kithmap.web import settings

    monkeypatch.setattr(settings, "MOST_UPLOADED_BYTES", 100_000)
    before = set(workspace.tmp.iterdir())
    answer = send(browse(), agreement, b"x" * 300_000)
    assert answer.status_code == 413
    assert "The file is larger than" in answer.content.decode()
    assert set(workspace.tmp.iterdir()) == before


def test_a_file_that_breaks_off_is_not_kept(browse, workspace, agreement):
    before = set(workspace.tmp.iterdir())
    # A form that stops inside the file: no end of the file, no field after it.
    body = (
        f'--b\r\nContent-Disposition: form-data; name="agreement"\r\n\r\n{agreement.id}\r\n'
        '--b\r\nContent-Disposition: form-data; name="file"; filename="panel.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{PANEL}"
    )
    answer = browse().post("/extracts/new", body.encode(), content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 422
    assert "did not arrive whole" in answer.content.decode()
    assert set(workspace.tmp.iterdir()) == before


def test_a_file_of_nobody_is_not_kept(browse, workspace, agreement):
    before = set(workspace.tmp.iterdir())
    assert send(browse(None), agreement, PANEL, follow=False).status_code in (302, 401)
    assert set(workspace.tmp.iterdir()) == before


def test_no_name_of_a_file_that_waits_is_on_the_disk(browse, workspace, agreement):
    client = browse()
    sent = send(client, agreement, PANEL)
    client.get(address(sent, "columns"))
    for path in workspace.folder.rglob("*"):
        assert not path.is_file() or b"Marrowbone" not in path.read_bytes(), path
    client.post(address(sent, "remove"))
