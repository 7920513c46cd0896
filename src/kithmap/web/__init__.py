"""The web application (arrives with issue 5)."""
