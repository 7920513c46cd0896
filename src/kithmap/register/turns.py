"""One writer at a time, on PostgreSQL as in a file: the audit is one chain, and two writers must not fork it."""

# Any number does, as long as every process of Kithmap asks for the same.
TURN = 7_246_115
QUESTION = "SELECT pg_advisory_xact_lock(%s)"


def take(alias: str) -> None:
    """Wait for the turn to write, in a transaction that has just begun; it ends with the transaction.

    SQLite's transactions begin so of themselves.
    """
    from django.db import connections

    connection = connections[alias]
    # An inner transaction has the turn of the outer one.
    if connection.vendor == "postgresql" and not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute(QUESTION, [TURN])
