# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""Printing what people are called, and what they typed, in any letters. No ORM.

Odoo has a font with Latin, Greek and Cyrillic letters, and one with Arabic ones. For
others, a font of the server is looked for, and what it draws is printed as an image:
such letters are joined and turned around in ways that PDFs know nothing of. Where there
is no such font, nothing is printed: whoever calls this says so.
"""

import logging
import subprocess
import unicodedata
from functools import lru_cache
from io import BytesIO
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont, features
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from odoo.tools import file_path

_logger = logging.getLogger(__name__)

FONT = "OpenSans"
_FONT_FILE = "web/static/fonts/google/Open_Sans/Open_Sans-Regular.ttf"
_ARABIC_FILE = "web/static/fonts/google/Tajawal/Tajawal-Regular.ttf"
# From what is read well to what can still be read.
SIZES = (10, 9, 8, 7, 6, 5)
_LEADING = 1.2
# Pixels of an image for each point: sharp on paper.
_DENSITY = 4


class Unprintable(Exception):
    """No font has the letters.

    :ivar str letters: those
    """

    def __init__(self, letters):
        super().__init__(letters)
        self.letters = letters


class TooLong(Exception):
    """A text doesn't fit where it belongs."""


def get_font():
    """:returns: the name of the font for Latin, Greek and Cyrillic letters"""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, file_path(_FONT_FILE)))
    return FONT


def find_strange(text):
    """:returns: the letters that this font doesn't have, each once"""
    known = pdfmetrics.getFont(get_font()).face.charToGlyph
    letters = dict.fromkeys(char for char in text if not char.isspace())
    return "".join(char for char in letters if ord(char) not in known)


def draw_text(page, text, left, bottom, width, height):
    """Print a text into a box.

    :param page: a canvas of ReportLab's
    :raises Unprintable: no font has its letters; nothing is drawn then
    :raises TooLong: it doesn't fit
    """
    if find_strange(text):
        image = _draw_image(text, width, height)
        _place_image(page, image, left, bottom)
        return
    # What is typed is data: ReportLab reads markup, which can load files.
    markup = escape(text).replace("\n", "<br/>")
    for size in SIZES:
        style = ParagraphStyle(
            "signed", fontName=get_font(), fontSize=size, leading=_LEADING * size
        )
        paragraph = Paragraph(markup, style)
        _width, needed = paragraph.wrap(width, height)
        # A line that is as small as that is printed whatever the box is.
        if needed <= height or (size == SIZES[-1] and needed <= style.leading):
            paragraph.drawOn(page, left, bottom)
            return
    raise TooLong


def draw_line(page, text, left, baseline, width, size):
    """Print a name on a line, smaller where it is long, with dots where it is longer.

    :raises Unprintable: no font has its letters; nothing is drawn then
    """
    if find_strange(text):
        image = _draw_image(text, width, _LEADING * size)
        _place_image(page, image, left, baseline - 0.3 * size)
        return
    font = get_font()
    while pdfmetrics.stringWidth(text, font, size) > width and size > SIZES[-1]:
        size -= 0.5
    if pdfmetrics.stringWidth(text, font, size) > width:
        while text and pdfmetrics.stringWidth(text + "…", font, size) > width:
            text = text[:-1]
        text += "…"
    page.setFont(font, size)
    page.drawString(left, baseline, text)


# ------------------------------------------------------------
# Letters that are drawn
# ------------------------------------------------------------


def _draw_image(text, width, height):
    """:returns: an image of the text, in one line or as it was typed, which fits into
    a box"""
    letters = frozenset(char for char in text if not char.isspace())
    found = _find_font(letters)
    if not found:
        raise Unprintable(find_strange(text))
    path, index = found
    for size in (12, 11, *SIZES):
        font = ImageFont.truetype(path, size * _DENSITY, index=index)
        pen = ImageDraw.Draw(Image.new("L", (1, 1)))
        box = pen.multiline_textbbox((0, 0), text, font=font)
        if box[2] <= width * _DENSITY and box[3] <= height * _DENSITY:
            break
    else:
        raise TooLong
    image = Image.new("RGBA", (int(box[2]) + 2, int(box[3]) + 2), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.multiline_text((0, 0), text, font=font, fill=(0, 0, 0, 255))
    return image


def _place_image(page, image, left, bottom):
    stream = BytesIO()
    image.save(stream, "PNG")
    width, height = (pixels / _DENSITY for pixels in image.size)
    page.drawImage(ImageReader(stream), left, bottom, width, height, mask="auto")


@lru_cache(maxsize=256)
def _find_font(letters):
    """:param frozenset letters: all that are to be printed
    :returns: file and index of a font that has them, or None"""
    if not features.check("raqm") and any(map(_is_complex, letters)):
        return None
    candidates = [(file_path(_FONT_FILE), 0), (file_path(_ARABIC_FILE), 0)]
    for path, index in candidates + _list_system_fonts(letters):
        if _has_letters(path, index, letters):
            return path, index
    return None


def _is_complex(char):
    """Whether letters like this are joined, or written from right to left."""
    is_turned = unicodedata.bidirectional(char) in ("R", "AL", "AN")
    return is_turned or unicodedata.category(char).startswith("M")


def _list_system_fonts(letters):
    codes = " ".join(f"{ord(char):x}" for char in sorted(letters))
    pattern = f":charset={codes}:slant=0"
    try:
        listed = subprocess.run(
            ["fc-list", "-f", "%{weight}\t%{file}\t%{index}\n", pattern],
            capture_output=True,
            check=True,
            timeout=10,
            text=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        _logger.info("The fonts of the server can't be listed: %s", error)
        return []
    fonts = [line.split("\t") for line in listed.splitlines() if line.count("\t") == 2]
    # Regular ones first, and always the same.
    fonts.sort(key=lambda font: (font[0] != "80", font[1]))
    return [(path, int(index)) for _weight, path, index in fonts if index.isdigit()]


def _has_letters(path, index, letters):
    """Whether a font has them: it draws another shape than for what it doesn't have."""
    try:
        font = ImageFont.truetype(path, 20, index=index)
    except OSError:
        return False
    missing = font.getmask("\uffff").getbbox(), bytes(font.getmask("\uffff"))
    for char in letters:
        mask = font.getmask(char)
        if (mask.getbbox(), bytes(mask)) == missing:
            return False
    return True
