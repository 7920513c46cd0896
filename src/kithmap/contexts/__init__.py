"""Families, schools, peer groups, places, routes: who was where, with whom, from when."""
