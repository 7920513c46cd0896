"""The command line: words and forms only; every command is one call of the desk or a product."""


def main() -> None:
    """Run the command line; the only place where an error becomes an exit code."""
    from kithmap.cli.app import run

    run()
