"""The manifest of a build: everything needed to know what it is and to make it again."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from json import dumps, loads
from typing import TYPE_CHECKING, Any, cast

from kithmap.desk.drift import read_shape
from kithmap.desk.workspace import Workspace
from kithmap.governance.written_agreements import agreement_to_dict
from kithmap.register import agreements
from kithmap.register.receipts import Receipt

if TYPE_CHECKING:
    from kithmap.desk.making import BuildReport
    from kithmap.engines.engine import Engine

PACKAGES = (
    "kithmap",
    "duckdb",
    "ibis-framework",
    "splink",
    "polars",
    "pyarrow",
    "numpy",
    "graspologic-native",
)
FORMAT = 1


def make_manifest(workspace: Workspace, report: "BuildReport", taken: Sequence[Receipt]) -> dict[str, Any]:
    """What went into a build, by fingerprint, what made it, and what came out, in figures."""
    agreed = {agreement.id: agreement for agreement in agreements.list_agreements(workspace.register)}
    used = {receipt.agreement for receipt in taken}
    return {
        "format": FORMAT,
        "build": report.build,
        "engine": report.engine,
        "made_by": report.made_by,
        "as_at": report.as_at.isoformat(),
        "extracts": [
            {
                "receipt_no": receipt.receipt_no,
                "name": receipt.name,
                "sha256": receipt.sha256,
                "layout": receipt.layout,
                "layout_sha256": receipt.layout_sha256,
                "agreement": receipt.agreement,
            }
            for receipt in taken
        ],
        "agreements": {name: fingerprint(agreement_to_dict(agreed[name])) for name in sorted(used)},
        "left_out": list(report.left_out),
        "versions": versions(),
        "figures": report.figures,
    }


def figures_of(engine: "Engine", linked: Mapping[str, Any], gathered: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of linking and gathering, and the counts every answer's caveats need."""
    people, mentions = engine.table("person"), engine.table("identity")
    young: Any = people.is_young
    counts = engine.fetch(
        people.aggregate(people=people.count(), unknown_age=young.isnull().sum().fill_null(0))
    ).to_pylist()[0]
    named = engine.fetch(mentions.aggregate(mentions=mentions.count())).to_pylist()[0]
    return {
        **linked, **gathered, "people": int(counts["people"]),
        "unknown_age": int(counts["unknown_age"]), "mentions": int(named["mentions"]), "shape": read_shape(engine),
    }  # fmt: skip


def plain(report: object) -> dict[str, Any]:
    """A report of another package as values that JSON can hold."""
    to_dict = getattr(report, "to_dict", None)
    if callable(to_dict):
        return dict(cast("Mapping[str, Any]", to_dict()))
    if not is_dataclass(report) or isinstance(report, type):
        return {}
    # Through JSON once: what the register keeps and what a report says are then the same.
    return dict(loads(dumps(asdict(report), default=float)))


def versions() -> dict[str, str]:
    """The versions of what makes a build."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def fingerprint(values: dict[str, Any]) -> str:
    """The SHA-256 of plain values, whatever the order of their names."""
    return sha256(dumps(values, sort_keys=True).encode()).hexdigest()
