"""Registers that the partnership keeps itself: each declared once; its form, list, template and files follow.

A register says what is there in places and services. It never names a young person.
"""

from dataclasses import dataclass
from typing import Literal

from kithmap.errors import NotFound

Kind = Literal["text", "long", "whole", "date", "time", "code", "codes", "authority"]
FREE: tuple[Kind, ...] = ("text", "long")
LONGEST = {"text": 200, "long": 2000}


@dataclass(frozen=True)
class RegisterColumn:
    """One thing asked of an entry.

    codes: the code list its values are of; several of them in one cell where the kind is codes. least, most: of a
    whole number. not_below: the column of the same kind that this one is not below, such as the first day of a last.
    listed: whether a list of entries shows it; each entry's own page shows all.
    """

    name: str
    kind: Kind
    label: str
    hint: str = ""
    codes: str = ""
    required: bool = True
    least: int = 0
    most: int = 10_000
    not_below: str = ""
    example: str = ""
    listed: bool = True

    @property
    def is_free(self) -> bool:
        """Whether anything may be written in it, and so something that no redacted document may hold."""
        return self.kind in FREE


@dataclass(frozen=True)
class RegisterTable:
    """One register: its name, what it is called, what one entry is, and what is asked of each.

    key: the columns that tell one entry from another; two entries never say the same in all of them.
    """

    name: str
    title: str
    about: str
    entry: str
    columns: tuple[RegisterColumn, ...]
    key: tuple[str, ...]

    def get_column(self, name: str) -> RegisterColumn:
        """A column by its name.

        Raises: NotFound.
        """
        found = next((each for each in self.columns if each.name == name), None)
        if found is None:
            raise NotFound(
                f"The register {self.name} has no such column.",
                f"One of: {', '.join(each.name for each in self.columns)}.",
                "Name one of these.",
            )
        return found


NO_NAMES = "Name no young person."
PLACE_PROVISION = RegisterTable(
    "place_provision",
    "Provision in places",
    "What is offered at a place that keeps young people safe there: by whom, when, and for which ages.",
    "one offer at one place",
    (
        RegisterColumn("place", "text", "Place", "As people there call it", example="Mill Park"),
        RegisterColumn("authority", "authority", "Authority", "Leave empty where it serves several", required=False),
        RegisterColumn("kind", "code", "What is offered", codes="place_provision_kind", example="youth_club"),
        RegisterColumn("provider", "text", "Who offers it", "The organisation or service", example="Mill youth service"),
        RegisterColumn("start_on", "date", "First day", "For example, 1/9/2025", example="01/09/2025"),
        RegisterColumn("end_on", "date", "Last day", "Leave empty while it goes on", required=False, not_below="start_on"),
        RegisterColumn("days", "codes", "Days", codes="weekday", required=False, example="MON; WED"),
        RegisterColumn("from_time", "time", "Starts at", "For example, 15:30", required=False, example="15:30"),
        RegisterColumn("to_time", "time", "Ends at", "For example, 18:00", required=False, not_below="from_time", example="18:00"),
        RegisterColumn("youngest", "whole", "Youngest age", required=False, most=25, example="11", listed=False),
        RegisterColumn("oldest", "whole", "Oldest age", required=False, most=25, not_below="youngest", example="16", listed=False),
        RegisterColumn("easting", "whole", "Easting", "British National Grid, in metres; puts it on the map", required=False, least=80_000, most=700_000, listed=False),
        RegisterColumn("northing", "whole", "Northing", "British National Grid, in metres", required=False, least=0, most=700_000, listed=False),
        RegisterColumn("contact_role", "text", "Whom to ask", "A role, such as duty youth worker", required=False, example="Duty youth worker", listed=False),
        RegisterColumn("note", "long", "Note", NO_NAMES, required=False, listed=False),
    ),
    key=("place", "authority", "kind", "provider", "start_on"),
)  # fmt: skip

REGISTERS: tuple[RegisterTable, ...] = (PLACE_PROVISION,)


def all_registers() -> tuple[RegisterTable, ...]:
    """Every register there is."""
    return REGISTERS


def get_register(name: str) -> RegisterTable:
    """A register by its name.

    Raises: NotFound.
    """
    found = next((each for each in all_registers() if each.name == name), None)
    if found is None:
        raise NotFound("There is no such register.", "The name of a register.", "See the list of registers.")
    return found
