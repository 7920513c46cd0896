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
