"""Columns that hold JSON, read as the text they are: what is parsed from equal texts can be parsed once."""

from typing import Any


def as_text(rows: Any, column: str) -> Any:
    """The rows with a column of JSON as text, under `said`, and the column itself not read."""
    from django.db.models import TextField
    from django.db.models.functions import Cast

    return rows.annotate(said=Cast(column, TextField())).defer(column)
