"""How long an XLSX of 50,000 rows takes from being sent in to the page of its columns, in server time.

The file goes through the real pages with Django's test client: sent in, looked at, its columns guessed.
Run: python -m benchmarks.upload [rows]
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROWS = 50_000
HEADINGS = ("Nominal ref", "Name", "DOB", "Victim/Suspect/Both", "Basis for inclusion", "Date added", "Review date", "Postcode", "School", "Ethnicity", "Flags", "Place")  # fmt: skip


def write_book(path: Path, rows: int) -> None:
    """A list of made-up people, as a panel keeps one."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("List")
        sheet.write_row(0, 0, HEADINGS)
        for row in range(1, rows + 1):
            sheet.write_row(row, 0, (
                f"N{row}", f"Person{row % 997} Sur{row % 4999}", f"{row % 28 + 1:02}/{row % 12 + 1:02}/2010",
                ("Victim", "Suspect", "Both")[row % 3], "Named in two reports", f"{row % 28 + 1:02}/03/2026",
                f"{row % 28 + 1:02}/09/2026", f"ZZ{row % 9 + 1} 1AA", f"School {row % 60}", "White British",
                ("CSE", "Gang", "")[row % 3], f"Park {row % 300}",
            ))  # fmt: skip


def make_pages(folder: Path) -> tuple[Any, str]:
    """The pages of a new workspace with one agreement, signed in as an analyst; and the agreement's id."""
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
    from kithmap.desk import accounts, clock
    from kithmap.register.accounts import change_account
    from kithmap.web.settings import settle
    from kithmap.web.workspaces import Lending, serve
    from tests.desk_made import ANALYST, agree, make_workspace

    workspace = make_workspace(folder / "w")
    agree(workspace, "A1", "Gangs panel", ["gangs_panel_list"])
    accounts.invite(workspace, ANALYST, who=ANALYST)
    settle(workspace)
    serve(Lending(workspace.folder, workspace))
    from django.test import Client

    from kithmap.web.visit import SEEN, SINCE, STAMP, USER

    change_account(workspace.register, ANALYST, clock.now(), stamp="benchmark")
    client, now = Client(HTTP_HOST="localhost"), clock.now().timestamp()
    session = client.session
    session.update({USER: ANALYST, STAMP: "benchmark", SINCE: now, SEEN: now})
    session.save()
    client.cookies["kithmap"] = session.session_key
    return client, "A1"


def main() -> None:
    """Measure, and print the figure."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_book(folder / "list.xlsx", rows)
        client, agreement = make_pages(folder)
        # Whoever sends a file has the form before them.
        assert client.get("/extracts/new").status_code == 200
        with (folder / "list.xlsx").open("rb") as file:
            began, busy = time.perf_counter(), time.process_time()
            sent = client.post("/extracts/new", {"agreement": agreement, "file": file, "whole": "yes"})
            arrived = time.perf_counter()
        assert sent.status_code == 302, sent.content.decode()
        page = client.get(sent["Location"].replace("/read", "/columns"))
        ended, worked = time.perf_counter(), time.process_time() - busy
        assert page.status_code == 200, page.status_code
        assert "What each column is" in page.content.decode()
        size = (folder / "list.xlsx").stat().st_size
    print(
        f"{rows:,} rows, {size / 2**20:.1f} MB: sent in and looked at in {arrived - began:.2f} s, columns in"
        f" {ended - arrived:.2f} s, {ended - began:.2f} s in all ({worked:.2f} s of processor); goal 3 s"
    )


if __name__ == "__main__":
    main()
