"""Legal gateways: the powers and duties under which data may be shared, as a list with sources and dates.

The list helps to write agreements alike. It is no legal advice, and says of each entry whether anybody
has checked it against its source.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from functools import cache
from importlib import resources
from typing import Any

from kithmap.governance.reading import Reading, plain

NO_ADVICE = (
    "This list is no legal advice. Whether a gateway is open for a sharing is for the parties and their "
    "advisers to decide; check each entry at its source, as it stands today."
)
GUIDE = "docs/how-to/agree-what-is-shared.md"


class GatewayKind(Enum):
    """What a gateway is."""

    DUTY = "duty"
    POWER = "power"
    CONDITION = "condition"
    LICENCE = "licence"


@dataclass(frozen=True)
class Gateway:
    """One legal gateway: the law, what it says in a line, where that is from, and of which day.

    checked: whether it was read at its source on that day. own: whether this workspace put it in.
    """

    id: str
    law: str
    kind: GatewayKind
    says: str
    source: str
    as_at: date
    checked: bool
    own: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The gateway as plain values, for JSON and for the register."""
        return plain({**asdict(self), "kind": self.kind.value})


def parse_gateway(data: Mapping[str, Any]) -> Gateway:
    """Read a gateway from the values of its TOML file.

    Raises: DataProblem, with every fault of the file.
    """
    reading = Reading(data)
    if data.get("kind") is None:
        reading.fault("kind", f"must be one of {', '.join(kind.value for kind in GatewayKind)}")
    gateway = Gateway(
        id=reading.text("id"),
        law=reading.text("law"),
        kind=reading.one_of("kind", GatewayKind, GatewayKind.POWER),
        says=reading.text("says"),
        source=reading.text("source"),
        as_at=reading.day("as_at"),
        checked=reading.yes("checked"),
        own=True,
    )
    reading.find("own")
    reading.check_known()
    reading.check("gateway", GUIDE)
    return gateway


@cache
def shipped_gateways() -> tuple[Gateway, ...]:
    """The gateways that come with Kithmap."""
    text = (resources.files("kithmap.governance") / "gateways.csv").read_text(encoding="utf-8")
    return tuple(
        Gateway(
            id=row["id"],
            law=row["law"],
            says=row["says"],
            source=row["source"],
            kind=GatewayKind(row["kind"]),
            as_at=date.fromisoformat(row["as_at"]),
            checked=row["checked"] == "yes",
        )
        for row in csv.DictReader(text.splitlines())
    )


def with_own(own: Iterable[Gateway]) -> tuple[Gateway, ...]:
    """The gateways that ship, and a workspace's own; one with the id of another takes its place."""
    known = {gateway.id: gateway for gateway in shipped_gateways()}
    return tuple({**known, **{gateway.id: gateway for gateway in own}}.values())
