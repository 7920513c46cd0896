"""A figure as a file of its own: with a line at its foot, and as dots for what takes no SVG."""

import re
import textwrap
from html import escape

from kithmap.products.svg import INK

_SIZE, _LETTER, _LINE = 12, 6.6, 16


def with_foot(svg: str, words: str) -> str:
    """A figure with a line at its foot, such as what it may be used for: it goes wherever the figure goes."""
    size = re.search(r'width="([0-9.]+)" height="([0-9.]+)"', svg)
    if size is None:
        raise ValueError("A figure begins with its size.")
    width, height = float(size[1]), float(size[2])
    lines = textwrap.wrap(words, max(int(width / _LETTER), 20))
    whole = height + _LINE * len(lines) + 6
    told = "".join(
        f'<text x="4" y="{height + _LINE * at:g}" font-size="{_SIZE}" fill="{INK}">{escape(line)}</text>'
        for at, line in enumerate(lines, start=1)
    )
    sized = svg.replace(size[0], f'width="{width:g}" height="{whole:g}"', 1)
    sized = re.sub(r'viewBox="[^"]*"', f'viewBox="0 0 {width:g} {whole:g}"', sized, count=1)
    return sized.removesuffix("</svg>") + told + "</svg>"


def to_png(svg: str) -> bytes:
    """A figure as a picture of dots, twice as fine as a screen's, for a document that takes no SVG."""
    import vl_convert

    return vl_convert.svg_to_png(svg, scale=2)
