# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""Documents that are signed: whether they can be, and places for signatures. No ORM."""

from dataclasses import dataclass
from io import BytesIO

from reportlab.pdfgen import canvas

from odoo.tools.pdf import PdfReader, PdfWriter

#: so many people can sign a document that has no places of its own
MAX_PLACES = 4

# In percent of a page, from its left upper corner.
COLUMNS = (8, 54)
WIDTH, HEIGHT = 38, 8
ROW = 15
# Above what is printed at the foot of a page.
LOWEST_ROW = 76
FIRST_ROW_OF_NEW_PAGE = 16
LINE_WIDTH = 0.6
FONT, FONT_SIZE = "Helvetica", 9


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


def add_places(content, names, on_new_page=False):
    """Draw places for signatures at the end of a document.

    :param bytes content: the file
    :param list[str] names: who signs, at most ``MAX_PLACES``
    :param bool on_new_page: on a page of their own; also where the last page is turned
        or cropped, so that what is drawn there would be elsewhere for the reader
    :returns: the new file, and the place of each
    :rtype: tuple[bytes, list[Place]]
    :raises PdfProblem: the file can't be signed
    """
    reader = _read(content)
    pages = list(reader.pages)
    on_new_page = on_new_page or not _is_plain(pages[-1])
    number = len(pages) + on_new_page
    places = _arrange(len(names), number, on_new_page)
    box = pages[-1].mediaBox
    size = float(box.getWidth()), float(box.getHeight())
    drawn = _draw(size, dict(zip(places, names, strict=True)))
    writer = PdfWriter()
    if on_new_page:
        pages.append(drawn)
    else:
        pages[-1].mergePage(drawn)
    for page in pages:
        writer.addPage(page)
    return _write(writer), places


def _read(content):
    try:
        reader = PdfReader(BytesIO(content or b""))
        if reader.isEncrypted:
            raise PdfProblem("encrypted")
        writer = PdfWriter()
        for page in reader.pages:
            contents = page.get_contents()
            if contents:
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
    box = page.mediaBox
    return not (page.get("/Rotate") or float(box[0]) or float(box[1]))


def _arrange(count, page, on_new_page):
    """:returns: places in two columns, in the order of reading"""
    columns = COLUMNS[:count]
    rows = -(-count // len(columns))
    first = FIRST_ROW_OF_NEW_PAGE if on_new_page else LOWEST_ROW - ROW * (rows - 1)
    return [
        Place(page, columns[i % len(columns)], first + ROW * (i // len(columns)))
        for i in range(count)
    ]


def _draw(size, names):
    """:param size: width and height of the page
    :param dict names: place -> who signs there
    :returns: a page with a line for each, and the name below it"""
    width, height = size
    stream = BytesIO()
    page = canvas.Canvas(stream, pagesize=size)
    page.setLineWidth(LINE_WIDTH)
    page.setFont(FONT, FONT_SIZE)
    for place, name in names.items():
        left = place.position_x / 100 * width
        right = left + place.width / 100 * width
        line = height - (place.position_y + place.height) / 100 * height
        page.line(left, line, right, line)
        page.drawString(left, line - 1.3 * FONT_SIZE, _to_latin(name))
    page.save()
    return PdfReader(BytesIO(stream.getvalue())).pages[0]


def _to_latin(name):
    """:returns: what the font that every reader has can write; nothing rather than
    boxes"""
    try:
        name.encode("cp1252")
    except UnicodeEncodeError:
        return ""
    return name[:60]
