# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase
from odoo.tools.pdf import PdfReader, PdfWriter

from ..tools.pdf import MAX_PLACES, PdfProblem, add_places, count_pages
from .common import make_pdf


class TestPdf(BaseCase):
    """Which files can be signed, and where."""

    def assertProblem(self, kind, content):
        with self.assertRaises(PdfProblem) as caught:
            count_pages(content)
        self.assertEqual(caught.exception.kind, kind)

    def test_files(self):
        self.assertEqual(count_pages(make_pdf(3)), 3)
        self.assertProblem("encrypted", make_pdf(password="secret"))
        self.assertProblem("encrypted", make_pdf(password=""))
        for content in (
            b"",
            None,
            b"no PDF",
            b"%PDF-1.7 and no more",
            make_pdf()[:300],
        ):
            self.assertProblem("damaged", content)

    def test_no_pages(self):
        stream = BytesIO()
        PdfWriter().write(stream)
        with self.assertRaises(PdfProblem):
            count_pages(stream.getvalue())

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 2000), st.binary(min_size=1, max_size=40))
    def test_damaged_somewhere(self, position, garbage):
        """It is read, or said to be damaged; nothing else."""
        content = bytearray(make_pdf(2))
        content[position : position + len(garbage)] = garbage
        try:
            self.assertGreaterEqual(count_pages(bytes(content)), 1)
        except PdfProblem as problem:
            self.assertIn(problem.kind, ("damaged", "empty", "encrypted"))

    def test_places_on_the_last_page(self):
        content, places = add_places(make_pdf(3), ["Deco Addict", "Olga Owner"])
        self.assertEqual(count_pages(content), 3)
        self.assertEqual([place.page for place in places], [3, 3])
        last = PdfReader(BytesIO(content)).pages[2].extract_text()
        self.assertIn("Terms 3", last)
        self.assertIn("Deco Addict", last)
        self.assertIn("Olga Owner", last)

    def test_places_on_a_page_of_their_own(self):
        content, places = add_places(make_pdf(2), ["Деко", "Ann"], on_new_page=True)
        self.assertEqual(count_pages(content), 3)
        self.assertEqual([place.page for place in places], [3, 3])
        self.assertIn("Ann", PdfReader(BytesIO(content)).pages[2].extract_text())

    def test_a_turned_page_is_left_alone(self):
        writer, stream = PdfWriter(), BytesIO()
        page = PdfReader(BytesIO(make_pdf())).pages[0]
        page.rotate(90)
        writer.add_page(page)
        writer.write(stream)
        _content, places = add_places(stream.getvalue(), ["Ann"])
        self.assertEqual(places[0].page, 2)

    @given(st.integers(1, MAX_PLACES), st.booleans())
    @settings(max_examples=10, deadline=None)
    def test_places_are_on_the_page_and_apart(self, count, on_new_page):
        _content, places = add_places(make_pdf(), ["x"] * count, on_new_page)
        self.assertEqual(len(places), count)
        for place in places:
            self.assertGreaterEqual(place.position_x, 0)
            self.assertLessEqual(place.position_x + place.width, 100)
            self.assertGreaterEqual(place.position_y, 0)
            self.assertLessEqual(place.position_y + place.height, 90)
        for one in places:
            for other in places:
                if one is not other:
                    self.assertTrue(
                        one.position_x + one.width <= other.position_x
                        or other.position_x + other.width <= one.position_x
                        or one.position_y + one.height <= other.position_y
                        or other.position_y + other.height <= one.position_y
                    )
