"""The problem profile: releases and facts set out as one document, with its data beside it."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kithmap.desk.answers import Release
from kithmap.errors import Refused
from kithmap.governance.levels import Level
from kithmap.products import workings
from kithmap.products.benchmarks import SOURCE as BENCHMARK_SOURCE
from kithmap.products.documents import check_self_contained, day, policy, render, style
from kithmap.products.facts import ProfileFacts, working_number, working_period
from kithmap.products.findings import RULE, find_findings
from kithmap.products.provision import CANNOT_TELL, PROVISION, provision_grids
from kithmap.products.sections import LEADS, SOURCES, TITLES, absent, common_caveats, make_figures, place
from kithmap.products.tables import to_csv, to_data
from kithmap.products.words import key, withheld


@dataclass(frozen=True)
class WrittenProfile:
    """Where a profile was written: the page, its data as JSON, each table as CSV."""

    path: Path
    data: Path
    tables: tuple[Path, ...]


def build_profile(releases: Mapping[str, Release], facts: ProfileFacts) -> str:
    """Set releases and facts out as one self-contained HTML document.

    Every number in it comes from a release's cells or sentence, or is a figure of the workings
    that says nothing of a person; nothing a table withholds is anywhere else in it.

    Raises: Refused when a release is of another level, build or purpose than the profile.
    """
    _check_alike(releases, facts)
    placed = place(tuple(releases.values()), facts.level)
    styled = style(
        marking=facts.handling,
        left=_shortened(facts.title),
        right=f"{facts.level.value} {facts.rule.title}",
        foot=f"Purpose {facts.purpose_id}. Expires {day(facts.expires_on)}.",
    )
    html = render(
        "profile.html.j2",
        facts=facts,
        style=styled,
        policy=policy(styled),
        **_sections(placed, facts),
        **_workings(tuple(releases.values()), facts),
    )
    check_self_contained(html)
    return html


def _sections(placed: Sequence[tuple[int, Release]], facts: ProfileFacts) -> dict[str, object]:
    figures = make_figures(placed, facts.authorities)
    provision = provision_grids(facts.offers, facts.authorities)
    return {
        "titles": TITLES,
        "leads": LEADS,
        "figures": figures,
        "in_full": [figure for part in figures.values() for figure in part if figure.full],
        "absent": [each for each in absent(placed, facts.level) if each[0] != PROVISION or not provision],
        "provision": provision,
        "provision_limits": CANNOT_TELL,
        "key": key(release for _, release in placed),
        "common": common_caveats(placed),
        # What the sources add is a finding about the records: it stands after those about lives.
        "findings": find_findings(sorted(placed, key=lambda pair: pair[0] == SOURCES), facts),
        "confidence_rule": RULE,
    }


def _workings(releases: Sequence[Release], facts: ProfileFacts) -> dict[str, object]:
    return {
        "source_grid": workings.source_grid(facts, releases),
        "benchmark_grid": workings.benchmark_grid(),
        "benchmark_source": BENCHMARK_SOURCE,
        "unknown_ethnicity": workings.unknown_ethnicity(releases),
        "linkage": workings.linkage_figures(facts),
        "withheld": sum(map(withheld, releases)),
        "code_grid": workings.code_grid(),
        "manifest_digest": workings.manifest_digest(facts),
        "digest_grid": workings.digest_grid(facts),
        "release_grid": workings.release_grid(releases),
    }


def _shortened(title: str) -> str:
    return title if len(title) <= 48 else title[:47].rstrip() + "…"


def _check_alike(releases: Mapping[str, Release], facts: ProfileFacts) -> None:
    for release in releases.values():
        for part, wanted, found in (
            ("level", facts.level, release.level),
            ("build", facts.build_id, release.build),
            ("purpose", facts.purpose_id, release.purpose),
        ):
            if wanted != found:
                raise Refused(
                    f"Release {release.release_id} is of another {part} than the profile.",
                    f"Every release in a profile has the profile's own level, build and purpose; this one's {part} differs.",
                    "Share the measure again for this profile.",
                )


def lay_out(releases: Mapping[str, Release], facts: ProfileFacts) -> dict[str, bytes]:
    """The files of a profile by their names: each table as CSV, the data as JSON, the page last."""
    html = build_profile(releases, facts)
    name = f"profile-{facts.level.value}"
    data = {
        "profile": _plain(facts),
        "releases": {key: to_data(release) for key, release in releases.items()},
    }
    text = json.dumps(data, ensure_ascii=False, indent=1, default=_json)
    # With its mark, so that a spreadsheet program reads UTF-8 as UTF-8.
    tables = {
        f"{name}-tables/{key}.csv": to_csv(release).encode("utf-8-sig") for key, release in releases.items()
    }
    return {**tables, f"{name}.json": text.encode(), f"{name}.html": html.encode()}


def write_profile(releases: Mapping[str, Release], facts: ProfileFacts, folder: Path) -> WrittenProfile:
    """Write the profile into a folder: the page, the data as JSON, each table as CSV.

    The page is written last and put in place at once, so that a page that is there is whole.
    """
    files = lay_out(releases, facts)
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    written = [_replace(folder / name, content) for name, content in files.items()]
    *tables, data, page = written
    for old in {path for each in tables for path in each.parent.glob("*.csv")} - set(tables):
        old.unlink()
    return WrittenProfile(path=page, data=data, tables=tuple(tables))


def _plain(facts: ProfileFacts) -> dict[str, Any]:
    """The facts as data; the numbers of the workings as the level shows them."""
    lines = [
        {
            "holder": line.holder,
            "layout": line.layout,
            "period": working_period(line.first_on, line.last_on, facts.level),
            **{
                name: working_number(getattr(line, name), facts.level)
                for name in ("rows_in", "kept", "refused")
            },
        }
        for line in facts.extracts
    ]
    return asdict(facts) | {"linkage": dict(workings.linkage_figures(facts)), "extracts": lines}


def _json(value: object) -> str:
    return (
        value.value
        if isinstance(value, Level)
        else value.isoformat()
        if isinstance(value, date)
        else str(value)
    )


def _replace(path: Path, content: bytes) -> Path:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return path
