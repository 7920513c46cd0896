"""SQL that all engines read alike, for the conditions of linkage models."""

import pyarrow as pa

from kithmap.engines.engine import Engine

ROWS = pa.table(
    {
        "key": pa.array([1, 2, 3], pa.int64()),
        "parts": pa.array([["ANN", "MARIE"], [], None], pa.large_list(pa.large_string())),
        "name": pa.array(["Zoë", None, ""], pa.large_string()),
    }
)


def test_a_query_sees_the_tables_it_is_given(engine: Engine) -> None:
    engine.hold("other", ROWS)

    answer = engine.query(
        "SELECT a.key, CAST(CASE WHEN a.name IS NULL THEN NULL ELSE length(a.name) END AS smallint) AS letters"
        " FROM rows a JOIN also b ON a.key = b.key ORDER BY a.key",
        {"rows": ROWS, "also": ROWS.select(["key"]).slice(0, 2)},
    )

    assert answer.to_pydict() == {"key": [1, 2], "letters": [3, None]}
    assert answer.schema.field("letters").type == pa.int16()


def test_lists_of_any_arrow_width_are_read(engine: Engine) -> None:
    answer = engine.query("SELECT key, parts FROM rows ORDER BY key", {"rows": ROWS})

    assert answer["parts"].to_pylist() == [["ANN", "MARIE"], [], None]
    assert answer.schema.field("parts").type == pa.list_(pa.string())
