"""Extracts in the browser: the list, a receipt, and withdrawing one."""

import io

import pytest

from kithmap.desk.received import list_extracts
from kithmap.errors import NotPermitted
from kithmap.governance.policy import Role


def find(workspace, name, state="kept"):
    return next(
        each.receipt
        for each in list_extracts(workspace, who="demo-analyst")
        if name in each.receipt.name and each.state == state
    )


@pytest.fixture
def panel(workspace):
    return find(workspace, "gangs")


def test_every_extract_is_listed_with_its_holder_agreement_rows_and_state(browse, panel):
    page = browse().get("/extracts").content.decode()
    for words in (panel.name, panel.holder, panel.agreement, f">{panel.rows_kept}<", "Kept"):
        assert words in page


def test_the_list_goes_out_as_csv_and_xlsx_with_its_purpose_line(browse, panel):
    text = browse().get("/extracts.csv").content.decode("utf-8-sig")
    assert "Purpose PP-2026-01 (profiling)" in text.splitlines()[0]
    assert panel.name in text
    from python_calamine import CalamineWorkbook

    answer = browse().get("/extracts.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_name("Table").to_python()
    assert panel.name in {cell for row in rows for cell in row}
    assert browse().get("/extracts.exe").status_code == 404


def test_a_receipt_says_how_the_file_was_read_and_what_was_refused_where(browse, workspace):
    receipt = next(
        each.receipt for each in list_extracts(workspace, who="demo-analyst") if each.receipt.refusals
    )
    page = browse().get(f"/extracts/{receipt.receipt_no}").content.decode()
    refusal = receipt.refusals[0]
    assert receipt.notes[0].replace("'", "&#39;") in page
    assert refusal["what"].replace("'", "&#39;") in page
    assert "Line of the file" in page
    listed = browse().get(f"/extracts/{receipt.receipt_no}/refusals.csv").content.decode("utf-8-sig")
    assert len(listed.splitlines()) == 2 + len(receipt.refusals)


def test_an_analyst_of_one_organisation_sees_its_receipts_and_no_others(browse, workspace, panel):
    mine = list_extracts(workspace, who="demo-police")
    every = list_extracts(workspace, who="demo-analyst")
    assert 0 < len(mine) < len(every)
    client = browse(Role.POLICE_ANALYST, None)
    assert client.get(f"/extracts/{panel.receipt_no}").status_code == 404
    assert client.get("/extracts/999999").status_code == 404


def test_a_role_that_neither_receives_nor_withdraws_is_told_of_no_receipt(workspace):
    with pytest.raises(NotPermitted):
        list_extracts(workspace, who="demo-coordinator")


def test_information_governance_withdraws_and_an_analyst_of_one_organisation_does_not(browse, workspace):
    receipt = find(workspace, "cse")
    address = f"/extracts/{receipt.receipt_no}/withdraw"
    assert browse(Role.POLICE_ANALYST, None).get(address).status_code == 404
    client = browse(Role.INFORMATION_GOVERNANCE, None)
    unsure = client.post(address, {"reason": "holder"})
    assert unsure.status_code == 422
    assert "Tick the box" in unsure.content.decode()
    assert "Choose why it is withdrawn" in client.post(address, {"sure": "yes"}).content.decode()
    done = client.post(address, {"reason": "holder", "sure": "yes"}, follow=True).content.decode()
    assert "No answer rests on it from now on" in done
    assert "the holder asked for it back" in done
    assert find(workspace, "cse", "withdrawn").receipt_no == receipt.receipt_no
    assert client.get(address).status_code == 302
