# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""Which parts of a page of a PDF something is drawn on, from top to bottom. No ORM.

A reader of PDFs, which would know it exactly, isn't among what Odoo needs. But where
texts, lines and images begin can be read from the page itself; what can't be told is
taken for a part that is drawn on.
"""

from dataclasses import dataclass, replace
from math import hypot

from odoo.tools.pdf import generic

Matrix = tuple[float, float, float, float, float, float]

_UNTOUCHED = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_SHOW_TEXT = {b"Tj", b"TJ", b"'", b'"'}
_PAINT = {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s"}
_ONLY_FILL = {b"f", b"F", b"f*"}
# So much of the page is covered by a background or a frame.
_BACKGROUND = 0.9
_MAX_DEPTH = 8
# Larger ones take seconds to be read.
_MAX_BYTES = 2_000_000


class TooMuch(Exception):
    """A page is too long to be looked at."""


def find_bands(page):
    """:param page: of an ``odoo.tools.pdf`` reader
    :returns: ``(top, bottom)`` of what is drawn, in percent from the page's upper edge
    :raises Exception: the page can't be understood; readers of files from anywhere
        stumble in any way"""
    box = page.mediaBox
    walk = _Walk(page.pdf, float(box.getWidth()), float(box.getHeight()))
    contents = page.get_contents()
    # It is an empty dictionary, whatever it draws.
    if contents is not None:
        walk.follow(contents, page.get("/Resources"), _UNTOUCHED)
    for annotation in page.get("/Annots") or ():
        left, low, right, high = map(float, annotation.get_object()["/Rect"])
        walk.add([(left, low), (right, high)])
    return walk.bands


def _multiply(one, other):
    """:returns: what comes of a matrix, and then of another one"""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (
        *(a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s),
        *(e * p + f * r + t, e * q + f * s + u),
    )


def move(matrix, x, y):
    """:returns: where a matrix has a point"""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


@dataclass(slots=True)
class _State:
    """What q keeps and Q brings back."""

    matrix: Matrix
    is_white: bool = False
    font_size: float = 0.0
    leading: float = 0.0
    rise: float = 0.0


class _Walk:
    """The way through what draws a page."""

    def __init__(self, reader, width, height):
        self.reader = reader
        self.width, self.height = width, height
        self.bands = []
        self.size = 0

    def add(self, points):
        """Note that something is drawn between points of the page."""
        ys = [y for _x, y in points]
        top = 100 - 100 * max(ys) / self.height
        bottom = 100 - 100 * min(ys) / self.height
        if bottom > 0 and top < 100:
            self.bands.append((max(top, 0.0), min(bottom, 100.0)))

    def add_everything(self):
        self.bands.append((0.0, 100.0))

    def follow(self, content, resources, matrix, depth=0):
        """:param content: of a page, or of a form that is drawn on it
        :raises TooMuch: that would take too long"""
        self.size += len(content.get_data())
        if self.size > _MAX_BYTES:
            raise TooMuch
        stream = _Stream(self, resources or {}, matrix, depth)
        for operands, operator in content.operations:
            stream.do(operator, operands)

    def follow_form(self, form, matrix, depth):
        own = form.get("/Matrix")
        own = tuple(map(float, own)) if own else _UNTOUCHED
        if depth >= _MAX_DEPTH:
            self.add_everything()
            return
        content = generic.ContentStream(form, self.reader)
        resources = form.get("/Resources")
        self.follow(content, resources, _multiply(own, matrix), depth + 1)


class _Stream:
    """The operations of a page or of a form, one after the other."""

    def __init__(self, walk, resources, matrix, depth):
        self.walk, self.resources, self.depth = walk, resources, depth
        self.state = _State(matrix)
        self.kept = []
        self.path = []
        self.text = self.line = _UNTOUCHED

    def do(self, operator, operands):
        if operator in _SHOW_TEXT:
            self.show(operator, operands)
        elif operator in _PAINT:
            self.paint(operator)
        elif handler := _HANDLERS.get(operator):
            handler(self, *operands)

    # What is drawn

    def show(self, operator, operands):
        if operator in (b"'", b'"'):
            self.next_line(0, -self.state.leading)
        if not _is_visible(operands[-1]):
            return
        state = self.state
        a, b, c, d, e, f = matrix = _multiply(self.text, state.matrix)
        if abs(b) > 0.01 * abs(a):
            # Along the page: how far it goes depends on the font.
            self.walk.add_everything()
            return
        size = abs(state.font_size) * (hypot(c, d) or 1.0)
        _x, y = move(matrix, 0, state.rise)
        self.walk.add([(e, y - 0.3 * size), (e, y + size)])

    def paint(self, operator):
        points, self.path = self.path, []
        if not points or (operator in _ONLY_FILL and self.state.is_white):
            return
        xs, ys = zip(*points, strict=True)
        is_wide = max(xs) - min(xs) >= _BACKGROUND * self.walk.width
        if is_wide and max(ys) - min(ys) >= _BACKGROUND * self.walk.height:
            return
        self.walk.add(points)

    def draw_square(self, *_operands):
        corners = ((0, 0), (0, 1), (1, 0), (1, 1))
        self.walk.add([move(self.state.matrix, x, y) for x, y in corners])

    def draw_object(self, name):
        drawn = self.resources["/XObject"][name].get_object()
        if drawn["/Subtype"] == "/Form":
            self.walk.follow_form(drawn, self.state.matrix, self.depth)
        else:
            self.draw_square()

    def shade(self, *_operands):
        self.walk.add_everything()

    # Where it is drawn

    def keep(self):
        self.kept.append(replace(self.state))

    def bring_back(self):
        if self.kept:
            self.state = self.kept.pop()

    def change_matrix(self, *numbers):
        self.state.matrix = _multiply(tuple(map(float, numbers)), self.state.matrix)

    def begin_text(self):
        self.text = self.line = _UNTOUCHED

    def set_text_matrix(self, *numbers):
        self.text = self.line = tuple(map(float, numbers))

    def next_line(self, x=0, y=None):
        y = -self.state.leading if y is None else y
        shift = (1.0, 0.0, 0.0, 1.0, float(x), float(y))
        self.text = self.line = _multiply(shift, self.line)

    def next_line_leading(self, x, y):
        self.state.leading = -float(y)
        self.next_line(x, y)

    def set_font(self, _name, size):
        self.state.font_size = float(size)

    def set_leading(self, leading):
        self.state.leading = float(leading)

    def set_rise(self, rise):
        self.state.rise = float(rise)

    # Paths and colours

    def add_points(self, *numbers):
        numbers = list(map(float, numbers))
        self.path += [
            move(self.state.matrix, x, y)
            for x, y in zip(numbers[::2], numbers[1::2], strict=True)
        ]

    def add_rectangle(self, x, y, width, height):
        x, y, width, height = map(float, (x, y, width, height))
        self.add_points(x, y, x + width, y, x, y + height, x + width, y + height)

    def forget_path(self):
        self.path = []

    def set_color(self, *operands):
        try:
            shares = [float(operand) for operand in operands]
        except (TypeError, ValueError):
            shares = []
        self.state.is_white = len(shares) in (1, 3) and min(shares) > 0.99

    def set_cmyk(self, *operands):
        self.state.is_white = max(map(float, operands)) < 0.01


_HANDLERS = {
    b"q": _Stream.keep,
    b"Q": _Stream.bring_back,
    b"cm": _Stream.change_matrix,
    b"BT": _Stream.begin_text,
    b"Tm": _Stream.set_text_matrix,
    b"Td": _Stream.next_line,
    b"TD": _Stream.next_line_leading,
    b"T*": _Stream.next_line,
    b"Tf": _Stream.set_font,
    b"TL": _Stream.set_leading,
    b"Ts": _Stream.set_rise,
    b"Do": _Stream.draw_object,
    b"INLINE IMAGE": _Stream.draw_square,
    b"sh": _Stream.shade,
    b"m": _Stream.add_points,
    b"l": _Stream.add_points,
    b"c": _Stream.add_points,
    b"v": _Stream.add_points,
    b"y": _Stream.add_points,
    b"re": _Stream.add_rectangle,
    b"n": _Stream.forget_path,
    b"g": _Stream.set_color,
    b"rg": _Stream.set_color,
    b"sc": _Stream.set_color,
    b"scn": _Stream.set_color,
    b"k": _Stream.set_cmyk,
}


def _is_visible(operand):
    """:returns: whether a text, or what a list has of texts, isn't blank"""
    if isinstance(operand, (list, tuple)):
        return any(_is_visible(part) for part in operand)
    return isinstance(operand, (str, bytes)) and bool(operand.strip())
