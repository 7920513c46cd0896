"""The `spec` fixture: a measure's meaning as small tables in and a small table out."""

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pytest
from small_tables import as_text, ask, read_rows

from kithmap.engines.engine import Engine
from kithmap.measures.measure import Measure
from kithmap.model.columns import Table


@pytest.fixture
def spec(engine: Engine) -> Callable[..., pa.Table]:
    """Check that a measure gives, from small tables, the small table expected, row for row.

    The columns the expected table leaves out are not looked at.
    """

    def check(inputs: Mapping[Table, str], measure: Measure, expected: str, **options: Any) -> pa.Table:
        answer = ask(engine, inputs, measure, options)
        rows = read_rows(expected, short={})
        told = [{name: as_text(row[name]) for name in rows[0]} for row in answer.to_pylist()]
        assert told == rows
        return answer

    return check
