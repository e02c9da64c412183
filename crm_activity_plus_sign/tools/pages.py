# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""What can be known of a PDF before anybody is asked to sign it."""

import base64
import io

from odoo.tools.pdf import PdfReader


class UnreadablePdf(Exception):
    """:ivar code: ``damaged`` or ``encrypted``"""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def count_pages(data):
    """:param data: the file, in base64
    :returns: how many pages it has
    :raises UnreadablePdf: where nothing can be drawn on its pages
    """
    try:
        reader = PdfReader(io.BytesIO(base64.b64decode(data or b"")))
        if reader.is_encrypted:
            raise UnreadablePdf("encrypted")
        # Of each page the size is read, as it is where fields are drawn.
        count = sum(1 for page in reader.pages if page.mediabox.width)
    except UnreadablePdf:
        raise
    except Exception as error:  # pypdf raises whatever it stumbles over.
        raise UnreadablePdf("damaged") from error
    if not count:
        raise UnreadablePdf("damaged")
    return count
