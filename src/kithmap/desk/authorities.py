"""The names of authorities, as agreements give them: codes are for machines."""

from collections.abc import Mapping

from kithmap.desk.agreements import list_agreements
from kithmap.desk.workspace import Workspace


def authority_names(workspace: Workspace) -> Mapping[str, str]:
    """The name of each authority that an agreement names, by its code."""
    return {
        code: name
        for agreement in list_agreements(workspace)
        for name, code in agreement.authorities.items()
        if not name.isdigit()
    }


def known_authorities(workspace: Workspace) -> Mapping[str, str]:
    """Every authority of an agreement, by its code: its name, or the code where no agreement gives one."""
    codes = {each.authority: each.authority for each in list_agreements(workspace) if each.authority}
    return {**codes, **authority_names(workspace)}
