"""The grammar of layouts: what a section, a key and a value are, and how each kind of cell is read.

The sections themselves are in `layout_sections`. One declaration is read by the parser, by the checks,
by `inspect` and by the reference page.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text", "word", "codes", "date", "moment", "time", "pair", "yes", "whole", "number", "name", "name_dob",
    "dob", "dob_or_age", "age", "alias", "sex", "ethnicity", "role", "upn", "nhs", "postcode", "urn", "estab",
    "urn_or_estab", "harm", "place_type", "stop", "easting_northing", "route_or_place", "count",
]  # fmt: skip
"""What a cell holds, and so how it is read."""


@dataclass(frozen=True)
class Key:
    """One key of a section: how its cells are read, and the columns they fill."""

    name: str
    kind: Kind
    meaning: str
    fills: str


@dataclass(frozen=True)
class Section:
    """One section of a layout and the record table it feeds."""

    name: str
    table: str
    meaning: str
    keys: tuple[Key, ...]
    must: tuple[str, ...] = ()
    many: bool = False
    has_of: bool = False

    def find_key(self, name: str) -> Key | None:
        return next((key for key in self.keys if key.name == name), None)


KIND_MEANINGS: dict[Kind, str] = {
    "text": "text, kept as written",
    "word": "a word of ours, written in the layout itself; or a column with a `map` to our words",
    "codes": "one or several codes in a cell; say `split` where there are several",
    "date": "a date, day first",
    "moment": "a date, with or without a time of day",
    "time": "a time of day, in a column of its own",
    "pair": "two dates in one cell: the first and the last",
    "yes": "yes or no, in the usual words",
    "whole": "a whole number",
    "number": "a number",
    "name": "a whole name in one cell; `order` says how it is written",
    "name_dob": "a name with a date of birth or an age in one cell, such as `SMITH, Jo (03/09/2009)`",
    "dob": "a date of birth",
    "dob_or_age": "a date of birth, or an age in years, in one column",
    "age": "an age in whole years",
    "alias": "other names, parted by `/`, `,` or `;`",
    "sex": "F, M or U, the census codes 1, 2, 0, 9, or words",
    "ethnicity": "a DfE, census or police code, or words",
    "role": "one of our roles, or a column whose words tell the role",
    "upn": "a unique pupil number; its check letter is tested",
    "nhs": "an NHS number; its check digit is tested",
    "postcode": "a UK postcode",
    "urn": "a school's unique reference number, 6 digits",
    "estab": "an authority and establishment number, nnn/nnnn",
    "urn_or_estab": "either of these, or both, in one cell",
    "harm": "one of our harms, or a column with a `map` or a rule (`by`) that tells the harm",
    "place_type": "the kind of place, as written; our type comes from the `map` or from the words",
    "stop": "a stop's code and name in one cell",
    "easting_northing": "easting and northing in one cell",
    "route_or_place": "a bus route or the name of a place",
    "count": "a count; `*`, `c` or `<5` is a count the source withheld",
}

FORMAT_KEYS: dict[str, str] = {
    "encoding": "text encoding, such as `cp1252`; without it: byte order mark, else strict UTF-8, else cp1252",
    "delimiter": "what parts the columns of a text file; without it, found among `,` `;` tab and `|`",
    "sheet": "name of the sheet; without it, the one that has the layout's columns",
    "header_row": "row of the headings, 1 for the first; without it, the first row that holds the layout's columns",
    "header_rows": "2 where the headings stand in two rows, the upper one merged over several columns",
    "dates": 'how dates are written, such as `"dd/mm/yyyy"` or `"%d/%m/%Y"`, or a list tried in order; without it, day first in any usual form',
    "decimal": "`,` where numbers are written with a decimal comma",
    "unknown": "further words that mean not known, beside `unk`, `n/k`, `not known`, `-` and the like",
    "duplicates": "`keep` where two rows may rightly be the same; else the second is refused",
    "blank_means_previous": "columns where an empty cell means the same as the cell above",
}
VALUE_KEYS: dict[str, str] = {
    "column": "the column of the source",
    "columns": "several columns: the first that is filled, or all of them with `join`",
    "join": 'text put between several columns, such as `", "`',
    "value": "a constant in place of a column",
    "map": "the source's words to ours; case does not matter; `*` is any other filled cell, an empty word means nothing",
    "by": "a rule from code to harm: the name of a scheme, or `words`",
    "relationship": "beside `by`: the column that tells whether the two were partners",
    "default": "used where the cell is empty",
    "dates": 'how this column\'s dates are written, such as `"mm/dd/yyyy hh:mm"`, or a list tried in order',
    "split": "what parts several codes or people in a cell: text, or a list of texts",
    "part": "which part of the cell to take, 1 for the first, after `split`",
    "order": "how a name is written: `surname, forename`, `forename surname`, `surname forename` or `auto`",
    "required": "true: a row where this is empty or unreadable is refused",
    "optional": "true: the file may lack this column",
}
NAME_ORDERS = ("auto", "surname, forename", "forename surname", "surname forename")
