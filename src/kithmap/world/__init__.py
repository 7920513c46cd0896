"""Made-up people with known truth."""
