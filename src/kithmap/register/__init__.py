"""The register: what is agreed, received, built, released, and by whom; never a row about a person."""
