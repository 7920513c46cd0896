"""Columns that many tables of a build share, and how closely they point to a person."""

from dataclasses import replace

from kithmap.model.columns import Column, Sensitivity

ID = Sensitivity.IDENTIFYING
SENSITIVE = Sensitivity.SENSITIVE

PERSON_ID = Column("person_id", "string", "Our pseudonym for a linked person.", required=True)
LA_CODE = Column("la_code", "string", "Authority.")
RECEIPT_NO = Column("receipt_no", "int64", "The extract it came from; see `extract`.", required=True)
PART_ID = Column(
    "part_id",
    "int64",
    "The part of the person it came from, where linkage leaves in doubt whether the parts are one person;"
    " null where it does not. See `identity_draw`.",
    ID,
)
# In the tables that measures read it leads to nobody without `identity`, which no measure reads.
PART = replace(PART_ID, sensitivity=SENSITIVE)
