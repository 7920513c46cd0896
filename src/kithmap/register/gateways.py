"""A workspace's own legal gateways in the register."""

from datetime import datetime
from typing import Any

from kithmap.governance.gateways import Gateway, parse_gateway
from kithmap.register import ready
from kithmap.register.open import Register
from kithmap.register.versions import Entry, put

KIND = "gateway"


def add_gateway(register: Register, gateway: Gateway, at: datetime, by: str) -> int:
    """Put a gateway in, as a new version where its id is known; 0 when the same one is there already."""
    return put(register, _rows(register), Entry(KIND, gateway.id, gateway.to_dict(), at, by), dict)


def own_gateways(register: Register) -> tuple[Gateway, ...]:
    """Every gateway the workspace put in, in the order of their ids."""
    return tuple(parse_gateway(row.terms) for row in _rows(register).order_by("id"))


def _rows(register: Register) -> Any:
    return ready.Gateway.objects.using(register.alias)
