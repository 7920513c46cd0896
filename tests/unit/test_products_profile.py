"""The problem profile: whole in itself, honest about what it lacks, and tight about what it withholds."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from products_made import make_facts, many_lists, overlap, prevalence, profile_releases, schools

from kithmap.desk.answers import Release
from kithmap.errors import Refused
from kithmap.governance.levels import Level
from kithmap.products.documents import check_self_contained, policy, style
from kithmap.products.facts import LinkageFigures, MissingSource, ProfileFacts
from kithmap.products.findings import MOST_FINDINGS, find_findings, judge
from kithmap.products.profile import build_profile, write_profile
from kithmap.products.sections import LEADS, TITLES, absent, common_caveats, place
from kithmap.products.svg import finish

VOID = {"meta", "link", "br", "img", "hr", "input", "rect", "line", "path"}


@pytest.fixture(scope="module")
def inside() -> str:
    return build_profile(profile_releases(Level.R0), make_facts(Level.R0))


@pytest.fixture(scope="module")
def partnership() -> str:
    return build_profile(profile_releases(Level.R1), make_facts(Level.R1))


class Structure(HTMLParser):
    """Tags in order, whether they nest, ids and what refers to them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.badly_nested: list[str] = []
        self.ids: list[str] = []
        self.referred: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href" and (value or "").startswith("#"):
                self.referred.add((value or "")[1:])
            if name == "aria-labelledby":
                self.referred |= set((value or "").split())

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.badly_nested.append(tag)


def test_every_element_closes_where_it_opened(partnership: str) -> None:
    structure = Structure(partnership)
    assert not structure.badly_nested
    assert not structure.open


def test_every_id_is_used_once_and_every_reference_leads_somewhere(inside: str) -> None:
    structure = Structure(inside)
    assert len(structure.ids) == len(set(structure.ids))
    assert structure.referred <= set(structure.ids)


def test_a_profile_says_its_level_status_purpose_and_expiry(partnership: str) -> None:
    for words in (
        "R1 Partnership",
        "Status: partial",
        "PUR-1",
        "3 February 2027",
        "OFFICIAL-SENSITIVE",
        "Hartwell MASH",
    ):
        assert words in partnership


def test_a_section_that_is_not_there_is_listed_with_the_reason(partnership: str) -> None:
    for number in (8, 10, 11, 12, 13, 14, 15):
        assert f"<dt>{number} {TITLES[number]}</dt>" in partnership
        assert f'id="section-{number}"' not in partnership
    assert partnership.count("not in this profile</span>") == 7


def test_a_section_without_a_release_says_so() -> None:
    left_out = {number: why for number, _, why in absent(place((many_lists(),), Level.R1), Level.R1)}
    assert left_out[7] == "No release in this profile answers it."
    assert 4 not in left_out


def test_schools_are_not_given_to_health() -> None:
    releases = profile_releases(Level.R2)
    html = build_profile(releases, make_facts(Level.R2))
    assert "S001" not in html
    assert "<dt>7 Schools</dt><dd>Not given at this level.</dd>" in html


def test_a_profile_without_releases_finds_nothing_and_says_so() -> None:
    html = build_profile({}, make_facts())
    assert "No release stands behind this profile" in html


@pytest.mark.parametrize(
    "other", [many_lists(level=Level.R0), many_lists(build="build-6"), many_lists(purpose="PUR-2")]
)
def test_a_release_of_another_level_build_or_purpose_is_refused(other: Release) -> None:
    with pytest.raises(Refused, match="is of another"):
        build_profile({"lists": other}, make_facts(Level.R1))


def test_outside_the_rows_of_a_panel_list_are_given_to_the_nearest_ten(inside: str, partnership: str) -> None:
    assert '<td class="number">33</td>' in inside
    row = next(part for part in partnership.split("<tr") if "MACE panel" in part and "CSE panel list" in part)
    assert "about 30" in row
    assert ">33<" not in row
    assert "August 2025 to July 2026" in row
    assert "03/08/2025" not in row


def test_school_names_are_printed_inside_only(inside: str, partnership: str) -> None:
    assert "Oakbridge School 1" in inside
    assert "Oakbridge" not in partnership


def test_findings_are_seven_at_most_and_none_is_told_twice() -> None:
    rates = [
        prevalence(release_id=f"r{n}", options={"by": by}) for n, by in enumerate(["age", "sex", "none"])
    ]
    assert len(find_findings(place(rates, Level.R1), make_facts())) == 1
    many = [schools(release_id=f"o{n}", options={"harm": str(n)}) for n in range(9)]
    assert len(find_findings(place(many, Level.R1), make_facts())) == MOST_FINDINGS


def test_the_plainest_of_several_answers_is_the_finding() -> None:
    parted = prevalence(options={"by": "sex"}, sentence="[withheld] of HSB.")
    plain = overlap(measure="prevalence", options={"by": "none"}, sentence="143 of HSB.")
    (finding,) = find_findings(place([parted, plain], Level.R1), make_facts())
    assert finding.sentence == "143 of HSB."
    assert finding.section == 5


def test_a_question_asked_again_in_a_section_is_not_told_again(partnership: str) -> None:
    assert "The same, by role" in partnership
    assert partnership.count('<p class="sentence">731 young people have') == 2


def test_an_authority_is_printed_by_its_name(partnership: str) -> None:
    assert "<td>Hartwell</td>" in partnership
    assert ">901<" not in partnership


def test_a_finding_gives_its_count_interval_sources_and_confidence() -> None:
    (finding,) = find_findings(place([prevalence()], Level.R1), make_facts())
    assert finding.number == "731"
    assert finding.interval == "50.1 to 68.4 per 1,000 (95 %)"
    assert "Metropolitan Police" in finding.sources
    assert finding.confidence.word == "Moderate"


def test_an_answer_about_one_harm_says_which() -> None:
    release = schools(options={"harm": "CSE", "ages": "under 18"})
    (finding,) = find_findings(place([release], Level.R1), make_facts())
    assert finding.unit == "young people, CSE"
    assert "CSE: is the harm concentrated in a few schools" in build_profile(
        {"schools": release}, make_facts()
    )


FULL = make_facts(missing=(), extracts=(), linkage=LinkageFigures(100, 50, 60, 400, 0))


@pytest.mark.parametrize(
    ("release", "facts", "word"),
    [
        (overlap(), FULL, "High"),
        (many_lists(), FULL, "Moderate"),
        (overlap(), make_facts(extracts=()), "Moderate"),
        (overlap(), make_facts(missing=(), extracts=(), linkage=LinkageFigures(9, 5, 60, 400, 7)), "Low"),
        (schools(), FULL, "Moderate"),
    ],
    ids=["all shown", "some withheld", "a source missing", "links undecided", "schools withheld"],
)
def test_the_confidence_word_follows_its_printed_rule(
    release: Release, facts: ProfileFacts, word: str
) -> None:
    assert judge(release, facts).word == word


def test_what_every_release_cannot_tell_is_said_once(partnership: str) -> None:
    (common,) = common_caveats(place(tuple(profile_releases().values()), Level.R1))
    assert partnership.count(common) == 1


def test_a_source_not_obtained_is_named_with_the_reason() -> None:
    html = build_profile({}, make_facts(missing=(MissingSource("CAMHS", "no agreement."),)))
    assert "<strong>CAMHS</strong> would show. Not obtained: no agreement." in html


def test_each_lead_belongs_to_a_section() -> None:
    assert set(LEADS) <= set(TITLES)


@pytest.mark.parametrize(
    "title", ['<script>alert("x")</script>', "} </style><b>", 'a"; content: "b', "été \\ 2026"]
)
def test_a_title_is_text_wherever_it_is_printed(title: str) -> None:
    html = build_profile({}, make_facts(title=title))
    structure = Structure(html)
    assert not structure.badly_nested
    assert html.count("</style>") == 1
    assert "<script>" not in html


def test_the_policy_of_a_page_allows_its_own_style_only(partnership: str) -> None:
    styled = re.search(r"<style>(.*?)</style>", partnership, re.DOTALL)
    assert styled
    assert partnership.count(policy(styled[1]).replace("'", "&#39;")) == 1
    assert policy(styled[1]).startswith("default-src 'none'; style-src 'sha256-")


def test_what_printed_pages_repeat_stands_in_the_style() -> None:
    styled = style(marking="OFFICIAL", left="A title", right="R1", foot="Expires never.")
    assert 'content: "OFFICIAL"' in styled
    assert "{" + "left}" not in styled


@pytest.mark.parametrize(
    "part",
    [
        '<img src="https://tiles.example/1.png">',
        '<img src="logo.png">',
        '<a href="//host/x">x</a>',
        "<script>1</script>",
        '<link rel="stylesheet" href="data:text/css,">',
        "<style>@import 'x.css';</style>",
        "<style>p { background: url(x.png) }</style>",
        '<svg><rect fill="url(other.svg#a)"/></svg>',
        '<svg><use xlink:href="other.svg#a"/></svg>',
        '<p onclick="x()">',
        '<p style="color: red">',
        '<meta http-equiv="refresh" content="0; url=x">',
        '<iframe srcdoc="x"></iframe>',
        '<base href="#">',
    ],
)
def test_a_document_that_reaches_outside_itself_is_refused(part: str) -> None:
    with pytest.raises(Refused, match="reach outside itself"):
        check_self_contained(f"<!DOCTYPE html><html><body>{part}</body></html>")


def test_a_document_may_name_a_web_address_and_point_within_itself() -> None:
    check_self_contained(
        '<p>See https://www.example.org.</p><a href="#a">a</a><svg><rect fill="url(#p)"/></svg>'
    )


def test_a_profile_is_written_whole_with_its_data_beside_it(tmp_path: Path) -> None:
    stale = tmp_path / "profile-R1-tables" / "old.csv"
    stale.parent.mkdir()
    stale.write_text("old")
    releases = {"lists": many_lists(), "schools": schools()}
    written = write_profile(releases, make_facts(), tmp_path)
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert found == [
        "profile-R1-tables/lists.csv",
        "profile-R1-tables/schools.csv",
        "profile-R1.html",
        "profile-R1.json",
    ]
    data = json.loads(written.data.read_text(encoding="utf-8"))
    assert data["profile"]["level"] == "R1"
    assert data["profile"]["expires_on"] == "2027-02-03"
    assert data["profile"]["extracts"][-1]["kept"] == "about 30"
    assert set(data["releases"]) == {"lists", "schools"}


def test_a_profile_that_is_refused_leaves_the_one_there_was(tmp_path: Path) -> None:
    before = write_profile({"lists": many_lists()}, make_facts(), tmp_path).path.read_bytes()
    with pytest.raises(Refused):
        write_profile({"lists": many_lists(level=Level.R0)}, make_facts(), tmp_path)
    assert (tmp_path / "profile-R1.html").read_bytes() == before


def test_the_same_releases_and_facts_give_the_same_document(partnership: str) -> None:
    assert build_profile(profile_releases(Level.R1), make_facts(Level.R1)) == partnership


def test_only_patterns_that_are_used_are_defined() -> None:
    bare = finish('<svg width="1" height="1"><rect/></svg>', name="f", title="t", description="d")
    assert "<pattern" not in bare


def test_dates_are_written_as_in_a_letter() -> None:
    assert "<dt>Expires</dt><dd>1 December 2027</dd>" in build_profile(
        {}, make_facts(expires_on=date(2027, 12, 1))
    )
