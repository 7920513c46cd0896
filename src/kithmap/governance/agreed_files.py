"""Agreements and purposes as their TOML files state them: read into values, all faults at once."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from kithmap.governance.agreement_parts import (
    AgreedRole,
    DataItem,
    Handling,
    HandlingCode,
    Identifiability,
    Lawful,
    Party,
    PartyRole,
    RefusedItem,
    Retention,
    Subjects,
    Terms,
)
from kithmap.governance.agreements import STATES, Agreement
from kithmap.governance.gaps import list_gaps
from kithmap.governance.organisations import Organisation
from kithmap.governance.policy import AgreedLevel, Operation, Role, level_grants
from kithmap.governance.purposes import Purpose, PurposeRecord
from kithmap.governance.reading import Fault, Reading
from kithmap.model.columns import Sensitivity

GUIDE = "docs/how-to/agree-what-is-shared.md"


def parse_agreement(data: Mapping[str, Any]) -> Agreement:
    """Read an agreement from the values of its TOML file.

    Files from before there were data items have a table `columns`; see `_items_of_columns`.
    Raises: DataProblem, with every fault of the file.
    """
    reading = Reading(data)
    agreement = _agreement(reading)
    reading.check("agreement", GUIDE)
    return agreement


def find_agreement_faults(data: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Every fault of an agreement's values, by the key it is of: the same that `parse_agreement` refuses."""
    reading = Reading(data)
    _agreement(reading)
    return tuple(dict.fromkeys(reading.faults))


def _agreement(reading: Reading) -> Agreement:
    data = reading.data
    items = _items(reading)
    purposes = reading.several_of("purposes", Purpose)
    agreement = Agreement(
        id=reading.text("id"),
        title=reading.text("title", otherwise=str(data.get("id", ""))),
        holder=reading.text("holder"),
        agency=reading.one_of("agency", Organisation, Organisation.PARTNERSHIP),
        authority=reading.text("authority", otherwise="") or None,
        purposes=purposes,
        levels=reading.several_of("levels", AgreedLevel) or _levels_for(purposes),
        items=items,
        start=reading.day("start", "from"),
        end=reading.day("end", "to"),
        known_as=reading.texts("known_as"),
        authorities=_authorities(reading),
        state=_state(reading),
        terms=_terms(reading),
        brief=reading.yes("brief") or "items" not in data,
        more=_more(reading),
    )
    _check_agreement(reading, agreement)
    return agreement


def parse_purpose(data: Mapping[str, Any]) -> PurposeRecord:
    """Read a purpose from the values of its TOML file.

    Raises: DataProblem, with every fault of the file.
    """
    reading = Reading(data)
    purpose = _purpose(reading)
    reading.check("purpose", GUIDE)
    return purpose


def find_purpose_faults(data: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Every fault of a purpose's values, by the key it is of: the same that `parse_purpose` refuses."""
    reading = Reading(data)
    _purpose(reading)
    return tuple(dict.fromkeys(reading.faults))


def _purpose(reading: Reading) -> PurposeRecord:
    if reading.data.get("kind") is None:
        reading.fault("kind", f"must be one of {', '.join(kind.value for kind in Purpose)}")
    purpose = PurposeRecord(
        id=reading.text("id"),
        kind=reading.one_of("kind", Purpose, Purpose.PROFILING),
        question=reading.text("question"),
        approver=reading.text("approver"),
        start=reading.day("start", "from"),
        end=reading.day("end", "to"),
        state=_state(reading),
        terms=_rest(reading, "terms"),
    )
    _check_dates(reading, purpose.start, purpose.end)
    return purpose


def _check_agreement(reading: Reading, agreement: Agreement) -> None:
    if not agreement.purposes:
        reading.fault("purposes", "must name at least one kind of purpose")
    allowed = {kind for level in agreement.levels for kind in level_grants()[level].purposes}
    beyond = sorted(kind.value for kind in agreement.purposes - allowed)
    if beyond and agreement.levels:
        levels = ", ".join(level.value for level in AgreedLevel if level in agreement.levels)
        reading.fault("purposes", f"names {', '.join(beyond)}, which the levels {levels} do not allow")
    _check_dates(reading, agreement.start, agreement.end)
    if agreement.state == "active" and not agreement.brief:
        for gap in list_gaps(agreement):
            reading.faults.append(Fault(gap.key, f"it is active, but {gap.words}", gap.sentence))


def _items(reading: Reading) -> tuple[DataItem, ...]:
    if reading.data.get("items") is None and reading.data.get("columns") is not None:
        return _items_of_columns(reading)
    if reading.data.get("columns") is not None:
        reading.fault("columns", "and 'items' must not both be there: move the columns to 'items'")
    found: list[DataItem] = []
    for each in reading.tables("items"):
        layout, columns = each.text("layout"), each.texts("columns")
        sensitivity = each.one_of("sensitivity", Sensitivity, Sensitivity.IDENTIFYING)
        operations = each.several_of("operations", Operation)
        for name, value in (("columns", columns), ("operations", operations)):
            if not value:
                each.fault(name, "must name at least one")
        found += [DataItem(layout, column, sensitivity, operations) for column in columns]
        each.check_known()
    if not found:
        reading.fault("items", "must list what is shared: layout, columns, sensitivity, operations")
    twice = {(item.layout, item.column) for item in found}
    if len(twice) < len(found):
        reading.fault("items", "must name each column of a layout once")
    return tuple(found)


def _items_of_columns(reading: Reading) -> tuple[DataItem, ...]:
    """The short form, and that of older files: every operation on every column; none is known for harmless."""
    columns = reading.table("columns")
    named = {layout: columns.texts(layout) for layout in columns.data}
    if not named:
        reading.fault("columns", "must be a table: layout = [columns that may be received]")
    return tuple(
        DataItem(layout, column, Sensitivity.IDENTIFYING, frozenset(Operation))
        for layout, names in named.items()
        for column in names
    )


def _levels_for(purposes: frozenset[Purpose]) -> frozenset[AgreedLevel]:
    """The levels of a file that states none: those its purposes speak of."""
    levels = {
        Purpose.CASE: AgreedLevel.CASE_MANAGEMENT,
        Purpose.PROFILING: AgreedLevel.PROFILING_INDIVIDUALS,
        Purpose.SHARING: AgreedLevel.PROFILING_INDIVIDUALS,
        Purpose.QUALITY: AgreedLevel.PROFILING_INDIVIDUALS,
    }
    return frozenset(levels[kind] for kind in purposes)


def _terms(reading: Reading) -> Terms:
    review = reading.find_day("review_date")
    return Terms(
        purpose=reading.text("purpose", otherwise=""),
        parties=tuple(_party(each) for each in reading.tables("parties")),
        lawful=_lawful(reading),
        identifiability=_identifiability(reading),
        subjects=_subjects(reading.table("subjects")),
        period=reading.text("period", otherwise=""),
        refresh=reading.text("refresh", otherwise=""),
        roles=tuple(_agreed_role(each) for each in reading.tables("roles")),
        onward_sharing=reading.text("onward_sharing", otherwise=""),
        retention=_retention(reading),
        dpia=reading.text("dpia", "dpia_ref", otherwise=""),
        caldicott=reading.text("caldicott", "caldicott_approval", otherwise=""),
        handling=_handling(reading.table("handling")),
        review_date=review,
        privacy_notice=reading.text("privacy_notice", "privacy_notice_ref", otherwise=""),
        signatories=reading.texts("signatories"),
        refusals=tuple(_refused(each) for each in reading.tables("refusals")),
    )


def _party(reading: Reading) -> Party:
    # Older files say `org`, and "joint controller".
    role = str(reading.find("role") or "").casefold().removesuffix(" controller")
    named = Reading({**reading.data, "role": role or "controller"}, reading.path, reading.faults)
    party = Party(
        named.text("organisation", "org"),
        named.one_of("role", PartyRole, PartyRole.CONTROLLER),
        named.text("contact", otherwise=""),
        named.text("protection_officer", otherwise=""),
    )
    named.check_known()
    return party


def _lawful(reading: Reading) -> Lawful:
    # Older files name the gateways beside the other keys.
    before = reading.texts("legal_basis", "gateways")
    lawful = reading.table("lawful")
    found = Lawful(
        gateways=(*before, *lawful.texts("gateways")),
        article_6=lawful.texts("article_6"),
        article_9=lawful.texts("article_9"),
        schedule_1=lawful.texts("schedule_1"),
        part_3=lawful.yes("part_3"),
        necessity=lawful.text("necessity", otherwise=""),
        proportionality=lawful.text("proportionality", otherwise=""),
    )
    lawful.check_known()
    return found


def _identifiability(reading: Reading) -> Identifiability:
    if reading.data.get("identifiability") == "named":
        reading.find("identifiability")
        return Identifiability.IDENTIFIED
    return reading.one_of("identifiability", Identifiability, Identifiability.IDENTIFIED)


def _subjects(reading: Reading) -> Subjects:
    found = Subjects(
        reading.text("description", otherwise=""),
        reading.text("area", otherwise=""),
        reading.whole("youngest"),
        reading.whole("oldest"),
    )
    if found.youngest is not None and found.oldest is not None and found.oldest < found.youngest:
        reading.fault("oldest", "must not be less than 'youngest'")
    reading.check_known()
    return found


def _agreed_role(reading: Reading) -> AgreedRole:
    if reading.find("role") is None:
        reading.fault("role", f"must be one of {', '.join(role.value for role in Role)}")
    found = AgreedRole(
        reading.one_of("role", Role, Role.ANALYST), reading.text("organisation", "org", otherwise="")
    )
    reading.check_known()
    return found


def _retention(reading: Reading) -> Retention:
    table = reading.table("retention")
    found = Retention(
        table.find_day("until") or reading.find_day("retention_until"),
        table.text("rule", otherwise="") or reading.text("delete_rule", otherwise=""),
    )
    table.check_known()
    return found


def _handling(reading: Reading) -> Handling:
    found = Handling(
        reading.one_of("code", HandlingCode, HandlingCode.P),
        reading.texts("conditions"),
        reading.text("marking", otherwise="") or Handling.marking,
    )
    if found.code is HandlingCode.C and not found.conditions:
        reading.fault("conditions", "must be named where the handling code is C")
    reading.check_known()
    return found


def _refused(reading: Reading) -> RefusedItem:
    found = RefusedItem(reading.text("what"), reading.text("why"), reading.find_day("on"))
    reading.check_known()
    return found


def _authorities(reading: Reading) -> dict[str, str]:
    given: object = reading.find("authorities")
    if isinstance(given, Mapping):
        codes = cast("Mapping[str, object]", given)
        if all(isinstance(code, str) for code in codes.values()):
            return {name: str(code) for name, code in codes.items()}
    if given is not None:
        reading.fault("authorities", "must be a table: name = code")
    return {}


def _state(reading: Reading) -> str:
    value = reading.find("state")
    if value is not None and value not in STATES:
        reading.fault("state", f"must be one of {', '.join(STATES)}")
    return str(value or "active")


def _more(reading: Reading) -> dict[str, Any]:
    # Said twice in older files: what `items` and `columns` say too.
    reading.find("layouts")
    return _rest(reading, "more", "terms")


def _rest(reading: Reading, *kept_as: str) -> dict[str, Any]:
    """All that nothing read, and what such a table held when it was written before."""
    kept: dict[str, Any] = {}
    for key in kept_as:
        found: object = reading.find(key)
        kept |= cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    return {**kept, **reading.rest()}


def _check_dates(reading: Reading, start: date, end: date) -> None:
    if end < start and date.min not in (start, end):
        reading.fault("end", "must not be before 'start'")
