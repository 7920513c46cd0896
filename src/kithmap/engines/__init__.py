"""Where data lives: one encrypted DuckDB file for each build, or Spark tables, behind one Engine."""
