"""`python -m kithmap`: the command line."""

from kithmap.cli import main

# Guarded: a process that reads extracts for another imports this module too.
if __name__ == "__main__":
    main()
