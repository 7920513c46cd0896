"""A small workspace to review: a register, a panel's list, and pairs nobody can be sure of."""

from pathlib import Path

from desk_made import ANALYST, agree, make_workspace

from kithmap.desk import users
from kithmap.desk.build import build
from kithmap.desk.receive import receive
from kithmap.desk.workspace import Workspace
from kithmap.ingest.layouts import load_layout

REGISTER, GANGS = "csc_person_register", "gangs_panel_list"
REVIEWERS = (ANALYST, "bea", "cy")
# Two numbers, two twins, one child in two spellings, and enough others to make names telling.
CHILDREN = """\
Child ID,Forename,Surname,AKA,DOB,Sex,Gender identity,Ethnicity,UPN,NHS Number,Address,Postcode,Family ID,School,Flags,Status
901,Quillon,Brambleworth,,03/09/2009,M,,,,9990001235,1 High Street,ZA1 1AA,F1,Oakmoor School,,CIN
902,Tamsin,Okonjo-Vale,,14/02/2010,F,,,,,2 High Street,ZA1 1AB,F2,Oakmoor School,,CIN
903,Peregrin,Ashdown,,05/11/2008,M,,,,,3 High Street,ZA1 1AC,F3,Oakmoor School,,CIN
904,Isolde,Fenwright,,21/06/2011,F,,,,,4 High Street,ZA1 1AD,F4,Oakmoor School,,CIN
905,Rufus,Fenwright,,21/06/2011,M,,,,,4 High Street,ZA1 1AD,F4,Oakmoor School,,CIN
906,Corwin,Hale,,30/01/2009,M,,,,,5 High Street,ZA1 1AE,F5,Oakmoor School,,CIN
907,Quillon,Brambleworth,,03/09/2009,M,,,,9990001243,1 High Street,ZA1 1AA,F1,Oakmoor School,,CIN
"""
LISTED = """\
Nominal ref,Name,Street name,DOB,Victim/Suspect/Both,Affiliation,Basis for inclusion,Date added,Review date,Date removed
N1,Quillon Brambleworth,,03/09/2009,Both,,police intelligence,01/03/2026,01/09/2026,
N2,Tamsyn Okonjo,Tam,02/14/2010,Victim,,police intelligence,01/03/2026,01/09/2026,
N3,Peregrin Ashdown,,28/04/2011,Suspect,,police intelligence,01/03/2026,01/09/2026,
N4,Rufus Fenright,,12/02/2011,Victim,,police intelligence,01/03/2026,01/09/2026,
N5,Corwyn Hayle,,17/08/2009,Suspect,,police intelligence,01/03/2026,01/09/2026,
"""


def make_review(folder: Path) -> Workspace:
    """A workspace with three reviewers, two extracts and a build."""
    workspace = make_workspace(folder / "workspace")
    for name in REVIEWERS[1:]:
        users.add_user(workspace, name, "analyst", who=ANALYST)
    for layout, text in ((REGISTER, CHILDREN), (GANGS, LISTED)):
        agree(workspace, layout, load_layout(layout).holder, [layout])
        file = folder / f"{layout}.csv"
        file.write_text(text, encoding="utf-8")
        receive(workspace, file, layout=layout, agreement=layout, who=ANALYST)
    build(workspace, who=ANALYST)
    return workspace
