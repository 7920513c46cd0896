"""The only caller of a measure: check, run, audit."""
