"""An agreement as plain values and as TOML: the way out, of which `agreed_files` is the way in."""

from collections.abc import Mapping
from typing import Any, cast

from kithmap.governance.agreement_parts import DataItem, Terms
from kithmap.governance.agreements import Agreement
from kithmap.governance.policy import AgreedLevel, Operation
from kithmap.governance.purposes import Purpose, PurposeRecord
from kithmap.governance.reading import plain
from kithmap.governance.toml_text import to_toml


def agreement_to_dict(agreement: Agreement) -> dict[str, Any]:
    """The agreement as plain values, for JSON and for the register: read again, it is the same."""
    return plain(_values(agreement))


def agreement_to_toml(agreement: Agreement) -> str:
    """The agreement as its TOML file: read again, it is the same."""
    return to_toml(_without_blanks(_values(agreement)))


def purpose_to_toml(purpose: PurposeRecord) -> str:
    """The purpose as its TOML file: read again, it is the same."""
    values = {**purpose.to_dict(), "start": purpose.start, "end": purpose.end}
    return to_toml(_without_blanks(values))


def _values(agreement: Agreement) -> dict[str, Any]:
    return {
        "id": agreement.id,
        "title": agreement.title,
        "holder": agreement.holder,
        "known_as": list(agreement.known_as),
        "agency": agreement.agency.value,
        "authority": agreement.authority,
        "authorities": dict(agreement.authorities),
        "state": agreement.state,
        "start": agreement.start,
        "end": agreement.end,
        "purposes": [kind.value for kind in Purpose if kind in agreement.purposes],
        "levels": [level.value for level in AgreedLevel if level in agreement.levels],
        **_of_terms(agreement.terms),
        "items": _of_items(agreement.items),
        "brief": agreement.brief,
        "more": dict(agreement.more),
    }


def _of_terms(terms: Terms) -> dict[str, Any]:
    return {
        "purpose": terms.purpose,
        "identifiability": terms.identifiability.value,
        "period": terms.period,
        "refresh": terms.refresh,
        "onward_sharing": terms.onward_sharing,
        "dpia": terms.dpia,
        "caldicott": terms.caldicott,
        "review_date": terms.review_date,
        "privacy_notice": terms.privacy_notice,
        "signatories": list(terms.signatories),
        "lawful": {
            name: list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value
            for name, value in vars(terms.lawful).items()
        },
        "subjects": dict(vars(terms.subjects)),
        "retention": dict(vars(terms.retention)),
        "handling": {
            **vars(terms.handling),
            "code": terms.handling.code.value,
            "conditions": list(terms.handling.conditions),
        },
        "parties": [{**vars(party), "role": party.role.value} for party in terms.parties],
        "roles": [{**vars(each), "role": each.role.value} for each in terms.roles],
        "refusals": [dict(vars(each)) for each in terms.refusals],
    }


def _of_items(items: tuple[DataItem, ...]) -> list[dict[str, Any]]:
    """Columns of a layout that stand beside each other and are treated alike, in one table."""
    found: list[dict[str, Any]] = []
    for item in items:
        shared = {
            "layout": item.layout,
            "sensitivity": item.sensitivity.value,
            "operations": [each.value for each in Operation if each in item.operations],
        }
        last = found[-1] if found else {}
        if {key: last.get(key) for key in shared} == shared:
            last["columns"].append(item.column)
        else:
            found.append({**shared, "columns": [item.column]})
    return found


def _without_blanks(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing: an empty text, list or table reads as if it were not there."""
    shown = {key: value if key == "more" else _shown(value) for key, value in values.items()}
    return {key: value for key, value in shown.items() if value not in ("", None, [], {})}


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _without_blanks(cast("Mapping[str, Any]", value))
    return [_shown(each) for each in cast("list[Any]", value)] if isinstance(value, list) else value
