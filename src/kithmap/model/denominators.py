"""What counts are taken out of, where it is published and no extract holds it."""

from kithmap.model.columns import Column, Sensitivity, Table

OPEN = Sensitivity.OPEN

RESIDENT = Table(
    "resident",
    "one row per authority and ethnic group: residents of 10 to 17, as published",
    (
        Column("la_code", "string", "Authority.", OPEN, required=True),
        Column("ethnicity_group5", "string", "white, mixed, asian, black, other or unknown.", OPEN, required=True),
        Column("residents", "int64", "Residents of 10 to 17.", OPEN, required=True, unit="young people"),
        Column("source", "string", "Who published it.", OPEN, required=True),
        Column("as_at", "date", "The day it speaks of.", OPEN, required=True),
    ),
)  # fmt: skip
