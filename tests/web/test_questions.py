"""Every question has its page, made from its declaration: form, sentence, figure, equal table, files."""

import re
from html.parser import HTMLParser
from typing import Any, Literal
from xml.etree import ElementTree as ET

import pytest

from kithmap import measures
from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule
from kithmap.measures import registered
from kithmap.measures.measure import measure
from kithmap.model.tables import CONCERN

NAMES = [each.name for each in registered()]


class Page(HTMLParser):
    """What a page holds that can be counted: figures and the rows of tables."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.figures: dict[str, int] = {}
        self.tables: dict[str, int] = {}
        self.fields: set[str] = set()
        self._within: list[str] = []
        self._depth: list[int] = []
        self._divs = 0
        self._in_body = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "div":
            self._divs += 1
            if "data-figure" in given:
                self.figures[given["data-figure"] or ""] = int(given["data-rows"] or 0)
            if "data-table" in given:
                self._within.append(given["data-table"] or "")
                self._depth.append(self._divs)
                self.tables[self._within[-1]] = 0
        if tag == "tbody":
            self._in_body = True
        if tag == "tr" and self._in_body and self._within:
            self.tables[self._within[-1]] += 1
        if tag in ("input", "select"):
            self.fields.add(given.get("name") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "tbody":
            self._in_body = False
        if tag == "div":
            if self._depth and self._depth[-1] == self._divs:
                self._depth.pop()
                self._within.pop()
            self._divs -= 1


def text(answer: Any) -> str:
    return answer.content.decode()


def test_every_question_that_the_purpose_allows_is_listed(browse):
    listed = text(browse("analyst", "profiling").get("/questions"))
    for each in registered():
        assert (f'href="/questions/{each.name}"' in listed) == (Purpose.PROFILING in each.purposes)


def test_a_question_of_another_purpose_is_not_listed(browse):
    listed = text(browse("analyst", "quality").get("/questions"))
    assert [name for name in NAMES if f'href="/questions/{name}"' in listed] == [
        each.name for each in registered() if Purpose.QUALITY in each.purposes
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_question_has_a_field_for_every_option_and_its_figure_a_table_of_equal_rows(name: str, browse):
    shown = browse().get(f"/questions/{name}")
    assert shown.status_code == 200
    page = Page(text(shown))
    assert set(measures.get_measure(name).options) <= page.fields
    assert name in page.tables
    assert "<svg" not in text(shown).split('id="answer"')[1] or name in page.figures
    for figure, rows in page.figures.items():
        assert rows > 0
        assert page.tables[figure] == rows


def test_an_answer_can_be_asked_again_by_its_address(browse):
    client = browse()
    chosen = text(client.get("/questions/overlap?lists=CSE&lists=gangs&role="))
    assert "(CSE, gangs)" not in chosen
    link = re.search(r'href="(/questions/overlap\?[^"]+)">Link', chosen)
    assert link is not None
    again = text(client.get(link[1].replace("&amp;", "&")))
    sentences = [re.findall(r'kith-lead">([^<]+)<', page) for page in (chosen, again)]
    assert sentences[0] == sentences[1]
    assert "both lists" in sentences[0][0]


def test_filters_swap_the_answer_alone(browse):
    part = browse().get("/questions/overlap", headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    assert "kith-lead" in text(part)
    assert 'hx-swap-oob="true"' in text(part)


def test_what_cannot_be_chosen_is_said_at_its_field(browse):
    client = browse()
    refused = client.get("/questions/overlap?authority=nowhere")
    assert refused.status_code == 422
    assert 'href="#authority"' in text(refused)
    assert "kith-lead" not in text(refused)
    assert client.get("/questions/schools?seed=first").status_code == 422
    assert client.get("/questions/overlap.csv?authority=nowhere").status_code == 400


@pytest.mark.parametrize(("kind", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("svg", b"<svg"), ("png", b"\x89PNG")])  # fmt: skip
def test_an_answer_is_a_file_that_says_what_for(kind: str, begins: bytes, browse):
    file = browse().get(f"/questions/overlap.{kind}")
    assert file.status_code == 200
    assert file.content.startswith(begins)
    assert file["Content-Disposition"] == f'attachment; filename="overlap.{kind}"'
    if kind in ("csv", "svg"):
        assert b"PP-2026-01" in file.content
    if kind == "svg":
        assert ET.fromstring(file.content).get("width")


def test_a_table_without_a_figure_has_no_picture(browse):
    client = browse()
    assert client.get("/questions/strengths.png").status_code == 404
    assert client.get("/questions/overlap.exe").status_code == 404
    assert client.get("/questions/no-such-question").status_code == 404


def test_a_role_that_asks_nothing_sees_no_question(browse):
    client = browse("health_recipient", None)
    assert client.get("/questions/overlap").status_code == 404


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> str:
    """A measure that nobody has written a page for."""

    def say(rows: Any, options: Any) -> str:
        return f"{len(rows)} kinds of concern, sorted {options['order']}."

    @measure(
        question="How many concerns of each basis are there?",
        inputs=[CONCERN],
        purposes={Purpose.PROFILING},
        rule=CountRule(counts=("concerns",)),
        chart="bar",
        sentence=say,
    )
    def concerns_by_basis(
        concerns: Any, *, harm: str = "", order: Literal["by name", "by number"] = "by name", least: int = 1
    ) -> Any:
        """Count concerns by basis.

        Shape: one row per basis.
        Unit: concerns.
        """
        rows = concerns.filter(concerns.harm == harm) if harm else concerns
        counted = rows.group_by("basis").agg(concerns=rows.count().cast("int64"))
        return counted.filter(counted.concerns >= least).order_by("basis")

    monkeypatch.setattr(measures, "MEASURES", (*measures.MEASURES, concerns_by_basis))
    return concerns_by_basis.name


def test_a_measure_that_comes_later_has_its_page(made_up: str, browse):
    client = browse()
    assert f'href="/questions/{made_up}"' in text(client.get("/questions"))
    shown = client.get(f"/questions/{made_up}?harm=CSE&order=by+number")
    page = Page(text(shown))
    assert {"harm", "order", "least"} <= page.fields
    assert page.figures[made_up] == page.tables[made_up] > 0
    assert "sorted by number" in text(shown)
    assert client.get(f"/questions/{made_up}.csv").status_code == 200


def test_every_bar_of_the_overlap_leads_to_these_lists_alone(browse):
    client = browse()
    shown = text(client.get("/overlap"))
    page = Page(shown)
    assert page.figures["overlap"] == page.tables["overlap"] > 0
    links = re.findall(r'<a href="(/overlap\?[^"]+)" aria-label="([^"]+)"', shown)
    assert links
    assert "here.invalid" not in shown
    for address, said in links[:3]:
        alone = client.get(address.replace("&amp;", "&"))
        assert alone.status_code == 200
        assert re.search(rf"{re.escape(said.rsplit(':', 1)[0])}</a>", text(alone))


def test_a_combination_is_told_in_words_with_the_contexts_behind_it(browse):
    client = browse()
    shown = text(client.get("/overlap/CSE%20%2B%20SYV?by=harm"))
    assert "on no other kind of harm" in shown
    page = Page(shown)
    assert page.figures["shared_contexts"] == page.tables["shared_contexts"] > 0
    of_lists = text(client.get("/overlap/CSE%20%2B%20gangs"))
    assert "on no other list" in of_lists
    assert 'href="/overlap?by=harm"' in of_lists
    assert client.get("/overlap/CSE%20%2B%20nothing").status_code == 404


def test_sure_links_and_links_in_doubt_can_be_read_apart(browse):
    shown = text(browse().get("/overlap?certainty=apart"))
    assert "On links in doubt" in shown
    assert "On links in doubt" not in text(browse().get("/overlap"))
