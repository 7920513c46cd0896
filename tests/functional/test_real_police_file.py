"""Real data of data.police.uk, received together with a demonstration's extracts."""

from pathlib import Path

import pytest
from running import Run

# One worker makes the demonstration once for all these tests.
STREET = "city_of_london_street_2023-05_2025-05.csv.gz"
REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / STREET
AGREEMENT = """
id = "OPEN-POLICE-UK"
title = "Street-level crime, published under the Open Government Licence"
version = "1"
state = "active"
holder = "data.police.uk"
authority = ""
parties = [{ org = "data.police.uk", role = "controller" }]
purposes = ["profiling", "quality"]
layouts = ["police_uk_street"]
start = 2020-01-01
end = 2099-12-31
identifiability = "aggregate"
legal_basis = ["Open Government Licence v3"]

[columns]
police_uk_street = ["*"]
"""


@pytest.mark.skipif(not REAL.is_file(), reason="the real police file is not on this machine")
def test_the_real_street_file_is_received_built_and_asked_of(demo: Path, run: Run, tmp_path: Path) -> None:
    agreement = tmp_path / "open.toml"
    agreement.write_text(AGREEMENT, encoding="utf-8")
    assert run("agreement", "add", agreement, "-w", demo).code == 0
    received = run(
        "receive", REAL, "--layout", "police_uk_street", "--agreement", "OPEN-POLICE-UK", "-w", demo, "--json"
    )
    assert received.code == 0, received.err
    assert received.json["rows_in"] == 19_950
    assert received.json["rows_kept"] + received.json["rows_refused"] == 19_950
    built = run("build", "-w", demo, "--json")
    assert built.code == 0, built.err
    answer = run("ask", "overlap", "--purpose", "PP-2026-01", "-w", demo, "--json")
    assert answer.json["rows"]
    sources = run("ask", "sources", "--purpose", "PP-2026-01", "-w", demo, "--json").json["rows"]
    assert any(row["source"] == "police_uk_street" for row in sources)
