"""Which process does a job, by a name that no other process has, and whether it is known to have died."""

import os
import socket
from pathlib import Path

_PROCESSES = Path("/proc")
_STATE, _START = 0, 19  # of what stands after the command's name in /proc/PID/stat
_ENDED = ("Z", "X")
# The jobs that this process is at: one that it was at and could not write down the end of is not among them.
AT_WORK: set[str] = set()


def this_process() -> str:
    """The name of this process: its machine, its number there, and when it began."""
    return f"{_machine()}:{os.getpid()}:{_began(os.getpid())}"


def is_known_dead(process: str) -> bool:
    """Whether a process of this machine has ended; of another machine only its lease can tell."""
    machine, _, rest = process.rpartition(":")[0].rpartition(":")
    began = process.rpartition(":")[2]
    if machine != _machine() or not rest.isdecimal() or not began:
        return False
    return _began(int(rest)) != began


def _machine() -> str:
    """This machine and, where there are several, the container: numbers of processes are its own."""
    try:
        space = (_PROCESSES / "self" / "ns" / "pid").stat().st_ino
    except OSError:
        return ""
    return f"{socket.gethostname()}.{space}"


def _began(number: int) -> str:
    """When a process began, as the system counts; empty where there is none."""
    try:
        told = (_PROCESSES / str(number) / "stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The command's name, in brackets, may hold anything.
    said = told.rpartition(")")[2].split()
    return "" if said[_STATE] in _ENDED else said[_START]
