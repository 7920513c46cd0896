"""No name and no number of a person is found in any file of a workspace."""

from collections.abc import Iterator

import pytest
from desk_made import ANALYST, APPROVERS, files_with, make_small_world, make_workspace, names_in, receive_some

from kithmap.desk.ask import ask
from kithmap.desk.build import build
from kithmap.desk.links import links
from kithmap.desk.share import share
from kithmap.desk.workspace import Workspace
from kithmap.measures import registered


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Iterator[Workspace]:
    """A workspace in which everything has been done once."""
    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("clear")
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        with make_workspace(folder / "workspace") as made:
            receive_some(made, world)
            build(made, who=ANALYST)
            for measure in registered():
                result = ask(made, measure, purpose="profiling", who=ANALYST)
                share(made, result, level="R1", to="the partnership", approved_by=APPROVERS)
            links(made, purpose="quality", who=ANALYST)
            yield made


def test_the_extracts_themselves_hold_the_names_that_are_looked_for(workspace, tmp_path_factory):
    # Or the next test would find nothing because it looks for nothing.
    world = tmp_path_factory.getbasetemp() / "world"
    names = names_in(workspace)
    assert len(names) > 150
    assert files_with(world / "extracts", names)


def test_no_name_is_found_in_any_file_of_a_workspace(workspace):
    assert files_with(workspace.folder, names_in(workspace)) == {}


def test_no_name_is_found_in_what_is_kept_beside_the_key(workspace):
    assert files_with(workspace.folder.parent / "config", names_in(workspace)) == {}
