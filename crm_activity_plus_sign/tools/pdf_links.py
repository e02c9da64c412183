# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""Links on a page that is turned. No ORM."""

import logging

from odoo.tools.pdf import ArrayObject, DictionaryObject, NameObject, generic

from .pdf_ink import move

_logger = logging.getLogger(__name__)

# How a link looks: no more than values.
_LOOKS = ("/Border", "/BS", "/C", "/F", "/H")


def move_links(page, matrix):
    """Have links to addresses stay on what they are drawn around. What else is noted on
    a page is left out: it has drawings of its own, which would have to be turned, too,
    or leads to a place of a page that may be another one now.

    :param page: of a writer
    :param matrix: what the page is turned by
    """
    notes, links = page.get("/Annots"), ArrayObject()
    page.pop("/Annots", None)
    for note in notes if isinstance(notes, ArrayObject) else ():
        try:
            if link := _move_link(note.get_object(), matrix):
                links.append(link)
        except Exception as error:
            # Readers of files from anywhere stumble in any way.
            _logger.info("A link isn't understood: %s", error)
    if links:
        page[NameObject("/Annots")] = links


def _move_link(note, matrix):
    """:returns: another link to the same address; None where it is none"""
    action = note.get("/A")
    if note.get("/Subtype") != "/Link" or not action or action.get("/S") != "/URI":
        return None
    corners = _move_points(note["/Rect"], matrix)
    values = {
        **{name: note[name] for name in _LOOKS if name in note},
        "/Type": NameObject("/Annot"),
        "/Subtype": NameObject("/Link"),
        "/Rect": _write([*map(min, *corners), *map(max, *corners)]),
        "/A": _make({"/S": NameObject("/URI"), "/URI": action["/URI"]}),
    }
    if "/QuadPoints" in note:
        points = _move_points(note["/QuadPoints"], matrix)
        values["/QuadPoints"] = _write([edge for point in points for edge in point])
    return _make(values)


def _move_points(numbers, matrix):
    numbers = list(map(float, numbers))
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [move(matrix, x, y) for x, y in pairs]


def _make(values):
    return DictionaryObject({NameObject(name): value for name, value in values.items()})


def _write(numbers):
    return ArrayObject(map(generic.FloatObject, numbers))
