"""Every error a user of Kithmap may meet.

The tree, with the exit code of the command line:

    KithmapError
    ├── DataProblem (1)       something in the data or a file
    │   ├── UnreadableFile    the file cannot be opened or is not what it seems
    │   ├── EmptyExtract      there are no rows to receive
    │   ├── LayoutMismatch    the file and its layout do not fit
    │   ├── LayoutFault       the layout itself has faults
    │   ├── ModelFault        a linkage model's file has faults
    │   ├── TooFewRecords     there are too few records to learn a linkage model from
    │   ├── EncodingFault     files of encodings that cannot be read, or not be compared
    │   └── NothingToLink     the workspace holds no records yet
    ├── WrongUse (2)          the command or call is not one Kithmap has
    │   ├── NotAWorkspace     the folder is not a workspace
    │   ├── WorkspaceExists   the folder already holds something
    │   ├── NotFound          a name or id that is not there
    │   ├── ChangedSince      somebody else has saved it since it was opened
    │   └── UnknownOption     an option or value a measure does not have
    ├── Refused (3)           not permitted
    │   ├── NoPurpose         a question asked without a purpose in force
    │   ├── PurposeNotAgreed  a purpose this measure or extract is not agreed for
    │   ├── NoAgreement       no agreement in force covers the extract
    │   ├── NotPermitted      this person's role may not do this
    │   ├── TooOften          a project's encodings were compared too often today
    │   ├── NotSigned         an excerpt that no person has signed as it stands
    │   ├── WouldDisclose     with what was released before, it would tell of a few people
    │   ├── NoteMissing       a release that needs a note on disproportionality
    │   └── ApprovalMissing   a release without two people's approval
    └── MachineProblem (4)    the engine, the key, the disk
        ├── EngineNotInstalled
        ├── KeyMissing        the workspace's key cannot be read
        ├── BuildDamaged      a build's files are missing or unreadable
        ├── WorkspaceBusy     another process is writing
        └── WorkStopped       long work was cancelled, or another process took it over
"""


class KithmapError(Exception):
    """Something a user may meet: what is wrong, what was expected, what to do.

    No part of it ever holds a person's data: say where a value is, not the value.
    """

    exit_code = 1

    def __init__(self, what: str, expected: str = "", do: str = "") -> None:
        self.what = what
        self.expected = expected
        self.do = do
        super().__init__(" ".join(part for part in (what, expected, do) if part))

    def __reduce__(self) -> tuple[type["KithmapError"], tuple[str, str, str]]:
        return (type(self), (self.what, self.expected, self.do))


class DataProblem(KithmapError):
    """Something in the data or in a file is not as it must be."""


class UnreadableFile(DataProblem):
    """The file cannot be opened, or is not the kind of file it seems."""


class EmptyExtract(DataProblem):
    """The extract holds no rows to receive."""


class LayoutMismatch(DataProblem):
    """The file does not have the columns or sheets its layout names."""


class LayoutFault(DataProblem):
    """The layout itself cannot be used as it is written."""


class ModelFault(DataProblem):
    """A linkage model's file cannot be used as it is written."""


class TooFewRecords(DataProblem):
    """There are too few records to learn a linkage model from."""


class EncodingFault(DataProblem):
    """A file of encodings cannot be read, or two cannot be compared."""


class NothingToLink(DataProblem):
    """A build was asked for before any record was received."""


class WrongUse(KithmapError):
    """The command or call is not one that Kithmap has."""

    exit_code = 2


class NotAWorkspace(WrongUse):
    """The folder is not a Kithmap workspace."""


class WorkspaceExists(WrongUse):
    """The folder for a new workspace already holds something."""


class NotFound(WrongUse):
    """The name or id asked for is not there."""


class ChangedSince(WrongUse):
    """What was to be saved has been saved by somebody else since it was opened."""


class UnknownOption(WrongUse):
    """A measure was asked with an option or value it does not have."""


class Refused(KithmapError):
    """What was asked is not permitted."""

    exit_code = 3


class NoPurpose(Refused):
    """A question was asked without a purpose in force."""


class PurposeNotAgreed(Refused):
    """The purpose is not one this measure or extract is agreed for."""


class NoAgreement(Refused):
    """No agreement in force covers this extract, its purpose or its columns."""


class NotPermitted(Refused):
    """This person's role may not do this."""


class TooOften(Refused):
    """A project's encodings were compared as often as one day allows."""


class NotSigned(Refused):
    """An excerpt of a narrative that no person has signed as it now stands."""


class WouldDisclose(Refused):
    """With what was released before, this would tell of a few people."""


class NoteMissing(Refused):
    """An ethnic group stands apart in a release, and no note speaks of it."""


class ApprovalMissing(Refused):
    """A release needs two people's approval, neither of them its author."""


class MachineProblem(KithmapError):
    """The engine, the key or the disk is not in order."""

    exit_code = 4


class EngineNotInstalled(MachineProblem):
    """The engine asked for is not installed on this machine."""


class KeyMissing(MachineProblem):
    """The key of the workspace cannot be read."""


class BuildDamaged(MachineProblem):
    """A build's files are missing or cannot be read."""


class WorkspaceBusy(MachineProblem):
    """Another process is writing to the workspace."""


class WorkStopped(MachineProblem):
    """Long work stopped before its end: it was cancelled, or another process took it over."""


def from_machine(fault: OSError) -> MachineProblem:
    """What the machine refused, in its own words; never the name of a file."""
    return MachineProblem(
        f"The machine refused: {fault.strerror or type(fault).__name__}.",
        "A disk with room, and folders this user may write to.",
        "Run `kithmap doctor`, then the same command again.",
    )
