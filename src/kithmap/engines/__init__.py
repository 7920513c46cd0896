"""Where the data lives: the only package that imports duckdb or pyspark."""
