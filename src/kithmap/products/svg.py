"""A drawn figure made fit for a page: its own ids, a title, a description, hatching, no noise."""

import re
from html import escape

FONT = "Arial, Helvetica, sans-serif"
INK = "#17262e"
QUIET = "#51626b"
GRID = "#d9e0e3"
MAIN = "#17607a"
BAR = "#4f93ad"
PALE = "#a9cbd6"
EMPTY = "#c9d3d8"
HATCH = "#7c8a91"
WHITE = "#ffffff"
STRIPE = "#f3f6f7"
FIGURE_WIDTH = 640

# Vega paints with any text it is given; these two stand for patterns defined by `finish`.
WITHHELD_FILL = "url(#withheld)"

_SAID_INSIDE = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_UNSEEN = re.compile(r'<path class="(?:fore|back)ground"[^>]*?(?:display="none"|d="M0,0h0v0h0Z")[^>]*/>')
_FAMILY = re.compile(r' font-family="[^"]*"')
_DEFINED = re.compile(r'\bid="([^"]+)"')
_EMPTY_GROUP = re.compile(r"<g(?: [^>]*)?></g>")


def finish(drawn: str, *, name: str, title: str, description: str) -> str:
    """Make a drawn figure a document's own: one image to a screen reader, ids that cannot clash.

    Vega gives every mark a role and a label (150 announcements in one chart); the figure is
    announced once, by its title and description, and the table beside it is read instead.
    """
    inside = drawn[drawn.index(">") + 1 : drawn.rindex("</svg>")]
    for noise in (_SAID_INSIDE, _UNSEEN, _FAMILY):
        inside = noise.sub("", inside)
    inside = _without_empty_groups(inside)
    inside = _own_ids(_hatching(inside), name)
    width, height = _size(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{FONT}" '
        f'aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>{inside}</svg>'
    )


def _size(drawn: str) -> tuple[str, str]:
    head = drawn[: drawn.index(">")]
    sizes = dict(re.findall(r'\b(width|height)="([0-9.]+)"', head))
    return sizes["width"], sizes["height"]


def _without_empty_groups(inside: str) -> str:
    shorter = _EMPTY_GROUP.sub("", inside)
    while shorter != inside:
        inside, shorter = shorter, _EMPTY_GROUP.sub("", shorter)
    return inside


def _hatching(inside: str) -> str:
    if WITHHELD_FILL not in inside:
        return inside
    return (
        '<defs><pattern id="withheld" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{WHITE}"/>'
        f'<line x1="0" y1="0" x2="0" y2="6" stroke="{EMPTY}" stroke-width="3"/></pattern></defs>' + inside
    )


def _own_ids(inside: str, name: str) -> str:
    for old in sorted(set(_DEFINED.findall(inside)), key=len, reverse=True):
        inside = inside.replace(f'id="{old}"', f'id="{name}-{old}"')
        inside = inside.replace(f"url(#{old})", f"url(#{name}-{old})").replace(
            f'"#{old}"', f'"#{name}-{old}"'
        )
    return inside
