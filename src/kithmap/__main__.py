"""`python -m kithmap`: the command line."""

from kithmap.cli import main

main()
