"""A release as a figure: the same numbers as its table, a withheld value open and never nought."""

import re

import altair as alt
import pytest
from products_made import (
    C,
    by_role,
    make_release,
    many_lists,
    overlap,
    overlap_of_harms,
    prevalence,
    schools,
    shared_contexts,
    sources,
)

from kithmap.desk.answers import Release
from kithmap.products import charts
from kithmap.products.charts import figure_name
from kithmap.products.matrix import _SHADES
from kithmap.products.svg import BAR, FIGURE_WIDTH, INK, MAIN, PALE, WHITE
from kithmap.products.tables import grid
from kithmap.products.upset import left_out_words, read_overlap

EVERY = [
    overlap(), many_lists(), overlap_of_harms(), prevalence(), by_role(), shared_contexts(), schools(),
    schools(names=True, release_id="r-named"), sources(),
]  # fmt: skip
DRAWN: dict[str, str] = {}


def to_svg(release: Release) -> str:
    """Drawn once for all the tests that look at it."""
    key = figure_name(release) + release.chart
    if key not in DRAWN:
        DRAWN[key] = charts.to_svg(release)
    return DRAWN[key]


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("release", EVERY, ids=lambda r: r.release_id)
def test_the_same_release_gives_the_same_bytes(release: Release) -> None:
    assert charts.to_svg(release) == to_svg(release)


@pytest.mark.parametrize("release", EVERY, ids=lambda r: r.release_id)
def test_a_figure_is_a_chart_as_the_chart_language_defines_one(release: Release) -> None:
    spec = charts.find_drawing(release)(release, {})
    kind = {"upset": alt.VConcatChart, "bar": alt.ConcatChart, "matrix": alt.LayerChart}[release.chart]
    kind = alt.LayerChart if release.measure == "sources" else kind
    assert kind.from_dict(spec).to_dict(validate=True)


@pytest.mark.parametrize("release", EVERY, ids=lambda r: r.release_id)
def test_a_figure_is_one_image_with_a_title_and_a_description(release: Release) -> None:
    svg, name = to_svg(release), figure_name(release)
    assert (
        f'role="img" font-family="Arial, Helvetica, sans-serif" aria-labelledby="{name}-title {name}-desc"'
        in svg
    )
    assert f'<title id="{name}-title">' in svg
    assert f'<desc id="{name}-desc">' in svg
    assert svg.count("aria-") == 1


@pytest.mark.parametrize("release", EVERY, ids=lambda r: r.release_id)
def test_words_in_a_figure_are_twelve_pixels_or_more(release: Release) -> None:
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)px"', to_svg(release))]
    assert sizes
    assert min(sizes) >= 12


@pytest.mark.parametrize("release", EVERY, ids=lambda r: r.release_id)
def test_a_figure_is_no_wider_than_a_page(release: Release) -> None:
    width = float(re.findall(r'width="([\d.]+)"', to_svg(release))[0])
    assert width <= FIGURE_WIDTH + 20


@pytest.mark.parametrize("release", EVERY, ids=lambda r: r.release_id)
def test_a_figure_fetches_nothing_and_carries_no_style(release: Release) -> None:
    svg = to_svg(release)
    assert set(re.findall(r"""(?:href|src)=["']([^"']*)""", svg)) == set()
    assert all(place.startswith("#") for place in re.findall(r"url\(([^)]*)\)", svg))
    assert " style=" not in svg
    assert "<script" not in svg


@pytest.mark.parametrize("release", [r for r in EVERY if r.chart != "upset"], ids=lambda r: r.release_id)
def test_every_withheld_value_is_an_open_mark(release: Release) -> None:
    svg = to_svg(release)
    drawn = {"prevalence": "rate_per_1000", "schools": "rate_per_1000"}.get(
        release.measure, release.counts[0]
    )
    drawn = "young_people" if release.options.get("by") == "role" else drawn
    column = release.columns.index(drawn)
    withheld = [row[column] for row in grid_rows(release) if row[column] in ("[c]", "[x]")]
    assert sum(text in ("[c]", "[x]") for text in texts(svg)) == len(withheld)


def grid_rows(release: Release) -> list[list[str]]:
    return [[str(row.get(column)) for column in release.columns] for row in release.rows]


@pytest.mark.parametrize("release", [r for r in EVERY if r.measure != "sources"], ids=lambda r: r.release_id)
def test_the_numbers_printed_in_a_figure_are_those_of_its_table(release: Release) -> None:
    said = {text for row in grid(release).rows for text in row} | {text for _, text in grid(release).asides}
    # Ticks of an axis are round numbers; whatever else is printed stands in the table.
    ticks = set(re.findall(r'role-axis-label"[^>]*>(.*?)</g>', to_svg(release), re.DOTALL))
    on_axis = {text for tick in ticks for text in texts(tick)}
    numbers = {text for text in texts(to_svg(release)) if re.fullmatch(r"[\d,.]+", text)}
    assert numbers - on_axis <= said


def test_a_nought_is_drawn_as_nought_and_a_withheld_count_is_not() -> None:
    rows = [("A", 0), ("B", C), ("D", 9)]
    svg = charts.to_svg(make_release("school young_people", rows, chart="bar"))
    assert [text for text in texts(svg) if text in ("0", "[c]", "9")].count("[c]") == 1
    assert svg.count('stroke-dasharray="3,2"') == 1


def test_withheld_combinations_stand_last_in_the_order_of_their_names() -> None:
    rows = [("gangs", "combination", C), ("CSE", "combination", C), ("CSE + gangs", "combination", 9)]
    found = read_overlap(make_release("lists kind young_people", rows))
    assert [combination.lists for combination in found.combinations] == [
        ("CSE", "gangs"),
        ("CSE",),
        ("gangs",),
    ]


def test_what_the_figure_leaves_out_is_summed_in_words() -> None:
    words = "it leaves out 7 young people in 1 smaller combination and 2 withheld combinations."
    assert left_out_words(many_lists()).endswith(words)
    assert left_out_words(overlap()) == ""


def test_two_figures_in_one_document_share_no_id() -> None:
    one, other = to_svg(shared_contexts()), to_svg(shared_contexts(release_id="r-0099"))
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, other)]
    assert len(ids[0]) > 2
    assert not ids[0] & ids[1]


def test_two_schools_of_one_name_have_two_bars() -> None:
    rows = [("St Mary", 12), ("St Mary", 31)]
    svg = charts.to_svg(make_release("school_name young_people", rows, chart="bar"))
    assert {"12", "31"} <= set(texts(svg))
    assert texts(svg).count("St Mary") == 2


def test_of_many_schools_the_figure_prints_the_codes_and_fits_a_page() -> None:
    svg = to_svg(schools(names=True, release_id="r-named"))
    assert "S001" in texts(svg)
    assert not any("Oakbridge" in text for text in texts(svg))
    assert float(re.findall(r'height="([\d.]+)"', svg)[0]) <= 760


def test_a_count_is_drawn_where_there_is_no_roll_to_make_a_rate() -> None:
    assert "Young people" in texts(to_svg(by_role()))
    assert "Rate per 1,000" in texts(to_svg(prevalence()))


def test_a_release_without_a_chart_or_without_rows_has_no_figure() -> None:
    assert to_svg(overlap(chart="table")) == ""
    assert charts.to_svg(make_release("lists kind young_people", [], chart="upset")) == ""


def test_numbers_can_be_read_on_the_darkest_shade() -> None:
    assert contrast(INK, _SHADES[1]) >= 4.5


def test_bars_stand_out_from_the_page_and_parts_from_each_other_in_grey() -> None:
    assert contrast(BAR, WHITE) >= 3
    assert contrast(MAIN, WHITE) >= 3
    assert contrast(INK, BAR) >= 3
    assert contrast(MAIN, BAR) >= 1.5
    assert contrast(BAR, PALE) >= 1.5
