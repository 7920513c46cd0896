"""The files that the guide to agreeing shows are read as they stand."""

import re
import tomllib
from pathlib import Path

from kithmap.governance.agreed_files import parse_agreement, parse_purpose
from kithmap.governance.gaps import find_gaps
from kithmap.governance.gateways import shipped_gateways
from kithmap.governance.sources import parse_source

GUIDE = Path(__file__).resolve().parents[2] / "docs/how-to/agree-what-is-shared.md"


def test_the_guides_purpose_agreement_and_source_are_read():
    purpose, agreement, source = re.findall(
        r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert parse_purpose(tomllib.loads(purpose)).id == "PP-2026-01"
    read = parse_agreement(tomllib.loads(agreement))
    assert find_gaps(read) == ()
    assert read.more == {}
    assert set(read.terms.lawful.gateways) <= {gateway.id for gateway in shipped_gateways()}
    assert parse_source(tomllib.loads(source)).contact == "Named nurse"
