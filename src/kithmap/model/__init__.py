"""The tables, codes, places and identifiers that every part of Kithmap shares."""
