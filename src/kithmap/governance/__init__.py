"""Who may do what, for which purpose, and what may be shown: pure rules, no reading or writing."""
