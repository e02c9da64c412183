# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""Documents that are signed: whether they can be, and places for signatures. No ORM."""

import logging
from dataclasses import dataclass
from io import BytesIO

from reportlab.pdfgen import canvas

from odoo.tools.pdf import NameObject, PdfReader, PdfWriter, generic

from .pdf_ink import find_bands
from .pdf_links import move_links
from .pdf_text import TooLong, Unprintable, draw_line

_logger = logging.getLogger(__name__)

#: so many people can sign a document that has no places of its own
MAX_PLACES = 4

# In percent of a page, from its left upper corner.
COLUMNS = (8, 54)
WIDTH, HEIGHT = 38, 8
ROW = 15
# The name below the line of a place.
NAME = 3.5
# As far down as places go, above what is printed at the foot of a page.
LOWEST_ROW = 76
FIRST_ROW_OF_NEW_PAGE = 16
# What begins below this is the foot of a page: its number, the address of the company.
FOOT = 86
# Between a place and what is above or below it.
GAP = 2
# What printers leave blank.
LOWEST_EDGE = 95
LINE_WIDTH = 0.6
FONT_SIZE = 9


class PdfProblem(Exception):
    """A file can't be signed.

    :param str kind: ``damaged``, ``encrypted`` or ``empty``
    """

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signs; in percent of the page, from its left upper corner."""

    page: int
    position_x: float
    position_y: float
    width: float = WIDTH
    height: float = HEIGHT


def count_pages(content):
    """Look whether a file can be signed: whether all of its pages can be read, drawn
    on, and written again.

    :param bytes content: the file
    :returns: how many pages it has
    :raises PdfProblem: it can't be signed
    """
    return len(_read(content).pages)


def add_places(content, names, on_new_page=False, title=""):
    """Draw places for signatures at the end of a document.

    :param bytes content: the file
    :param list names: who signs, at most ``MAX_PLACES``: a name, or several that mean
        the same person, of which the first one is printed that can be
    :param bool on_new_page: on a page of their own; also where the last page has no
        room left, or is turned or cropped, so that what is drawn there would be
        elsewhere for the reader
    :param str title: what is written above them there
    :returns: the new file, and the place of each
    :rtype: tuple[bytes, list[Place]]
    :raises PdfProblem: the file can't be signed
    """
    pages = list(_read(content).pages)
    rows = -(-len(names) // len(COLUMNS))
    first = None if on_new_page else _find_room(pages[-1], rows)
    number = len(pages) + (first is None)
    places = _arrange(len(names), number, first or FIRST_ROW_OF_NEW_PAGE)
    people = dict(zip(places, names, strict=True))
    drawn = _draw(_get_shown_size(pages[-1]), people, first is None and title)
    writer = PdfWriter()
    for page in pages:
        writer.addPage(page)
    if first is None:
        writer.addPage(drawn)
    else:
        writer.pages[-1].mergePage(drawn)
    return _write(writer), places


def straighten(content):
    """Have what is seen of each page be all of it, and upright. Fields are placed on
    what readers see, and printed where the page itself has that place.

    :returns: the file; another one where a page was turned or cropped
    :raises PdfProblem: the file can't be signed
    """
    pages = list(_read(content).pages)
    if all(_is_plain(page) for page in pages):
        return content
    writer = PdfWriter()
    for page in pages:
        writer.addPage(page)
        if not _is_plain(page):
            _straighten(writer.pages[-1])
    return _write(writer)


def _straighten(page):
    left, low, right, high = _get_shown_box(page)
    turns = {
        0: (1, 0, 0, 1, -left, -low),
        90: (0, -1, 1, 0, -low, right),
        180: (-1, 0, 0, -1, right, high),
        270: (0, 1, -1, 0, high, -left),
    }
    turn = turns[_get_angle(page)]
    page.add_transformation(turn)
    move_links(page, turn)
    shown = generic.RectangleObject((0, 0, *_get_shown_size(page)))
    for name in ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
        page[NameObject(name)] = shown
    page.pop("/Rotate", None)


def _find_room(page, rows):
    """:returns: where the first of so many rows begins, as far down as it can; None
    where something is drawn there, or may be"""
    if not _is_plain(page):
        return None
    try:
        bands = find_bands(page)
    except Exception as error:
        # Readers of files from anywhere stumble in any way.
        _logger.info("A page isn't understood: %s", error)
        return None
    end = max((bottom for top, bottom in bands if top < FOOT), default=0)
    foot = min((top for top, _bottom in bands if top >= FOOT), default=100)
    last = ROW * (rows - 1)
    lowest = min(foot - GAP, LOWEST_EDGE) - HEIGHT - NAME - last
    first = min(max(end + GAP, LOWEST_ROW - last), lowest)
    return first if first >= end + GAP else None


def _read(content):
    try:
        reader = PdfReader(BytesIO(content or b""))
        if reader.isEncrypted:
            raise PdfProblem("encrypted")
        writer = PdfWriter()
        for page in reader.pages:
            contents = page.get_contents()
            if contents is not None:
                contents.get_data()
            writer.addPage(page)
        if not reader.pages:
            raise PdfProblem("empty")
        _write(writer)
    except PdfProblem:
        raise
    except Exception as error:
        # Readers of files from anywhere stumble in any way.
        raise PdfProblem("damaged") from error
    return reader


def _write(writer):
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _is_plain(page):
    """Whether what is drawn on a page is where its readers see it."""
    box = tuple(map(float, page.mediaBox))
    is_moved = box[:2] != (0, 0) or _get_shown_box(page) != box
    return not (is_moved or _get_angle(page))


def _get_shown_box(page):
    """:returns: edges of the part of a page that its readers see"""
    box = tuple(map(float, page.mediaBox))
    crop = tuple(map(float, page.get("/CropBox") or box))
    low = tuple(map(max, box[:2], crop[:2]))
    high = tuple(map(min, box[2:], crop[2:]))
    return box if low[0] >= high[0] or low[1] >= high[1] else (*low, *high)


def _get_shown_size(page):
    """:returns: width and height of a page as its readers see it"""
    left, low, right, high = _get_shown_box(page)
    size = right - left, high - low
    return size[::-1] if _get_angle(page) % 180 else size


def _get_angle(page):
    """:returns: by how much readers turn a page; they know right angles only"""
    angle = int(page.get("/Rotate") or 0) % 360
    return 0 if angle % 90 else angle


def _arrange(count, page, first):
    """:param float first: where the first row begins
    :returns: places in two columns, in the order of reading"""
    columns = COLUMNS[:count]
    return [
        Place(page, columns[i % len(columns)], first + ROW * (i // len(columns)))
        for i in range(count)
    ]


def _draw(size, names, title):
    """:param size: width and height of the page
    :param dict names: place -> who signs there
    :returns: a page with a line for each, and the name below it"""
    width, height = size
    stream = BytesIO()
    page = canvas.Canvas(stream, pagesize=size)
    page.setLineWidth(LINE_WIDTH)
    if title:
        left, length = COLUMNS[0] / 100 * width, 0.84 * width
        _write_name(page, title, left, 0.93 * height, length, 1.3 * FONT_SIZE)
    for place, who in names.items():
        left = place.position_x / 100 * width
        length = place.width / 100 * width
        line = height - (place.position_y + place.height) / 100 * height
        page.line(left, line, left + length, line)
        _write_name(page, who, left, line, length, min(FONT_SIZE, 0.015 * height))
    page.showPage()
    page.save()
    return PdfReader(BytesIO(stream.getvalue())).pages[0]


def _write_name(page, who, left, line, length, size):
    """A name that no font has isn't left out: the address says whose place it is."""
    for name in [who] if isinstance(who, str) else who:
        try:
            draw_line(page, name, left, line - 1.3 * size, length, size)
            return
        except (Unprintable, TooLong):
            continue
