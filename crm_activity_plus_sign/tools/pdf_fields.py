# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""What a signer filled in, as a page that is laid over that of the document. No ORM."""

import base64
from io import BytesIO

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from odoo.tools.pdf import PdfReader

from .pdf_text import draw_text


def make_text_page(text, field, width, height):
    """:param dict field: its place, in percent of the page
    :returns: a page of this size with the text in its place
    :raises pdf_text.Unprintable: no font has its letters
    :raises pdf_text.TooLong: it doesn't fit
    """

    def draw(page, *box):
        draw_text(page, text, *box)

    return _make_page(field, width, height, draw)


def make_image_page(value, field, width, height):
    """:param str value: a PNG in a data URL
    :returns: a page of this size with the image in its place, as large as it can be
        there"""
    image = ImageReader(BytesIO(base64.b64decode(value.split(",", 1)[-1])))

    def draw(page, left, bottom, wide, high):
        page.drawImage(
            image,
            *(left, bottom, wide, high),
            mask="auto",
            preserveAspectRatio=True,
            anchor="c",
        )

    return _make_page(field, width, height, draw)


def _make_page(field, width, height, draw):
    width, height = float(width), float(height)
    stream = BytesIO()
    page = canvas.Canvas(stream, pagesize=(width, height))
    below = 100 - field["position_y"] - field["height"]
    draw(
        page,
        field["position_x"] / 100 * width,
        below / 100 * height,
        field["width"] / 100 * width,
        field["height"] / 100 * height,
    )
    page.showPage()
    page.save()
    return PdfReader(BytesIO(stream.getvalue())).pages[0]
