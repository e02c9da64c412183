# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from io import BytesIO
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4, landscape, letter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from odoo.tests import BaseCase
from odoo.tools.pdf import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfReader,
    PdfWriter,
)

from ..tools import pdf_ink, pdf_text
from ..tools.pdf import HEIGHT, NAME, add_places, straighten
from ..tools.pdf_fields import make_text_page
from ..tools.pdf_ink import find_bands
from ..tools.pdf_text import TooLong, Unprintable, find_strange

FIELD = {"position_x": 8, "position_y": 50, "width": 30, "height": 6}
WITHOUT_FONTS = patch.object(pdf_text, "_find_font", lambda letters: None)


def draw(*drawings, size=A4):
    """:param drawings: functions that draw on a canvas
    :returns: a file of one page"""
    stream = BytesIO()
    page = canvas.Canvas(stream, pagesize=size)
    for drawing in drawings:
        drawing(page)
    page.showPage()
    page.save()
    return stream.getvalue()


def write_down_to(share, size=A4):
    """:returns: a drawing: lines of text, the last one so far down, in percent"""

    def drawing(page):
        height = size[1]
        y = height - 40
        while y > height * (1 - share / 100):
            page.drawString(60, y, "Terms")
            y -= 14

    return drawing


def write_foot(page):
    page.drawString(60, 30, "Page 1 of 1")


def turn(content, angle):
    writer, stream = PdfWriter(), BytesIO()
    page = PdfReader(BytesIO(content)).pages[0]
    page.rotate(angle)
    writer.add_page(page)
    writer.write(stream)
    return stream.getvalue()


class TestPlaces(BaseCase):
    """Nobody signs on top of what is written."""

    def _find_first(self, content, count=1):
        """:returns: page of the places, and where the first one begins"""
        _content, places = add_places(content, ["Ann"] * count)
        return places[0].page, places[0].position_y

    def assertFree(self, content, count):
        """Nothing is drawn where the places are, or they are on another page."""
        _content, places = add_places(content, ["Ann"] * count)
        if places[0].page > 1:
            return False
        for top, bottom in find_bands(PdfReader(BytesIO(content)).pages[0]):
            for place in places:
                end = place.position_y + HEIGHT + NAME
                self.assertTrue(bottom <= place.position_y or top >= end)
        return True

    def test_a_short_page(self):
        for size in (A4, letter, landscape(A4), landscape(letter)):
            for count in (1, 2, 4):
                content = draw(write_down_to(40, size), write_foot, size=size)
                with self.subTest(size=size, count=count):
                    self.assertTrue(self.assertFree(content, count))

    def test_a_full_page(self):
        for size in (A4, letter, landscape(A4), landscape(letter)):
            for count in (1, 2, 4):
                content = draw(write_down_to(92, size), write_foot, size=size)
                with self.subTest(size=size, count=count):
                    self.assertEqual(self._find_first(content, count)[0], 2)

    def test_as_many_as_there_is_room_for(self):
        content = draw(write_down_to(70), write_foot)
        self.assertEqual(self._find_first(content, 2)[0], 1)
        self.assertEqual(self._find_first(content, 4)[0], 2)

    @settings(max_examples=25, deadline=None)
    @given(st.integers(5, 99), st.booleans(), st.sampled_from([1, 2, 3, 4]))
    def test_anywhere(self, share, has_foot, count):
        drawings = [write_down_to(share), *([write_foot] if has_foot else [])]
        self.assertFree(draw(*drawings), count)

    def test_what_isnt_text(self):
        """Images, lines, tables and scans; and what is drawn by way of forms."""
        image = ImageReader(Image.new("RGB", (10, 10)))

        def define_form(page):
            page.beginForm("stamp")
            page.drawString(0, 0, "Stamp")
            page.endForm()
            page.translate(60, 150)
            page.doForm("stamp")

        for drawing in (
            lambda page: page.drawImage(image, 60, 130, 100, 60),
            lambda page: page.drawImage(image, 0, 0, *A4),
            lambda page: page.line(60, 150, 500, 150),
            lambda page: page.rect(60, 140, 400, 50),
            lambda page: page.bezier(60, 140, 70, 150, 80, 150, 90, 140),
            lambda page: (page.rotate(90), page.drawString(150, -60, "Aside")),
            lambda page: (page.scale(0.5, 0.5), page.drawString(100, 300, "Small")),
            lambda page: page.linkURL("https://example.com", (60, 140, 90, 160)),
            define_form,
        ):
            self.assertEqual(self._find_first(draw(drawing))[0], 2)

    def test_what_hides_nothing(self):
        """Backgrounds, frames of the page, white boxes, blanks."""

        def fill_white(page):
            page.setFillColorRGB(1, 1, 1)
            page.rect(60, 140, 400, 50, stroke=0, fill=1)

        for drawing in (
            lambda page: page.rect(10, 10, 575, 820),
            lambda page: page.rect(0, 0, *A4, stroke=0, fill=1),
            fill_white,
            lambda page: page.drawString(60, 150, "   "),
            lambda page: page.drawString(60, -20, "Below"),
        ):
            self.assertEqual(self._find_first(draw(drawing)), (1, 76))

    def test_turned_and_cropped_pages(self):
        content = draw(write_down_to(30))
        for angle, size in ((90, A4[::-1]), (180, A4), (270, A4[::-1])):
            new, places = add_places(turn(content, angle), ["Ann"])
            self.assertEqual(places[0].page, 2)
            box = PdfReader(BytesIO(new)).pages[1].mediaBox
            self.assertAlmostEqual(float(box.getWidth()), size[0], 1)
        cropped = draw(lambda page: page.setCropBox((0, 100, 595, 800)))
        self.assertEqual(self._find_first(cropped)[0], 2)

    def test_straightened(self):
        """What was seen of a page is all of it then, and nothing is turned."""
        content = draw(
            write_down_to(30), lambda page: page.setCropBox((9, 99, 500, 800))
        )
        for angle, size in ((0, (491, 701)), (90, (701, 491)), (270, (701, 491))):
            straight = straighten(turn(content, angle))
            page = PdfReader(BytesIO(straight)).pages[0]
            box = [float(edge) for edge in page.mediaBox]
            self.assertEqual(box, [0, 0, *size])
            self.assertFalse(page.get("/Rotate"))
            self.assertIn("Terms", page.extract_text())
            self.assertIs(straighten(straight), straight)
        # The lines run down the page, at its left side.
        bands = find_bands(PdfReader(BytesIO(straighten(turn(content, 0)))).pages[0])
        self.assertLess(max(bottom for _top, bottom in bands), 40)

    def test_links_of_a_turned_page(self):
        """They stay where they were seen; whatever else is noted there isn't kept."""
        url, edges = "https://example.com/terms?a=1", (100, 200, 160, 230)

        def link(page):
            page.setCropBox((10, 20, 510, 720))
            page.linkURL(url, edges, thickness=1)
            page.bookmarkPage("here")
            page.linkAbsolute("There", "here", (1, 1, 2, 2))
            page.textAnnotation("Call me", (20, 20, 40, 40))

        for angle, rect in (
            (0, (90, 180, 150, 210)),
            (90, (180, 350, 210, 410)),
            (180, (350, 490, 410, 520)),
            (270, (490, 90, 520, 150)),
        ):
            straight = straighten(turn(draw(link), angle))
            page = PdfReader(BytesIO(straight)).pages[0]
            [note] = (note.get_object() for note in page["/Annots"])
            self.assertEqual(tuple(map(float, note["/Rect"])), rect)
            self.assertEqual(note["/A"]["/URI"], url)
            self.assertEqual(note["/Subtype"], "/Link")

    def test_links_that_cant_be_read(self):
        """The page is straightened all the same, and has the others."""

        def link(page):
            page.linkURL("https://example.com", (100, 200, 160, 230))
            page.linkURL("https://example.com/other", (100, 300, 160, 330))

        for name, value in (
            ("/Rect", NameObject("/None")),
            ("/Rect", ArrayObject()),
            ("/QuadPoints", ArrayObject([NumberObject(1)])),
            ("/A", DictionaryObject({NameObject("/S"): NameObject("/URI")})),
            ("/Subtype", NumberObject(1)),
        ):
            writer, stream = PdfWriter(), BytesIO()
            writer.add_page(PdfReader(BytesIO(draw(link))).pages[0])
            [note, _other] = writer.pages[0]["/Annots"]
            note.get_object()[NameObject(name)] = value
            writer.write(stream)
            page = straighten(turn(stream.getvalue(), 90))
            page = PdfReader(BytesIO(page)).pages[0]
            self.assertFalse(page.get("/Rotate"))
            [note] = (note.get_object() for note in page["/Annots"])
            self.assertEqual(note["/A"]["/URI"], "https://example.com/other")

    def test_what_takes_too_long(self):
        """A form that draws itself, again and again; and a very long page."""
        with patch.object(pdf_ink, "_MAX_BYTES", 100):
            self.assertEqual(self._find_first(draw(write_down_to(30)))[0], 2)
        page = PdfReader(BytesIO(draw(self._draw_forms))).pages[0]
        forms = page["/Resources"]["/XObject"]
        [form] = [drawn.get_object() for drawn in forms.values()]
        form[NameObject("/Resources")] = page["/Resources"]
        self.assertIn((0.0, 100.0), find_bands(page))

    def _draw_forms(self, page):
        page.beginForm("stamp")
        page.doForm("stamp")
        page.doForm("stamp")
        page.endForm()
        page.doForm("stamp")

    def test_what_isnt_understood(self):
        with patch("odoo.addons.crm_activity_plus_sign.tools.pdf.find_bands") as bands:
            bands.side_effect = KeyError("/XObject")
            self.assertEqual(self._find_first(draw())[0], 2)

    def test_an_added_page_says_what_it_is_of(self):
        new, _places = add_places(draw(), ["Ann"], True, "Offer 5")
        self.assertIn("Offer 5", PdfReader(BytesIO(new)).pages[1].extract_text())

    def test_close_to_the_text(self):
        page, first = self._find_first(draw(write_down_to(77)))
        self.assertEqual(page, 1)
        self.assertGreater(first, 77)


class TestLetters(BaseCase):
    """No name and no text is left out without a word."""

    def _print_name(self, *names):
        content, _places = add_places(draw(), [list(names)])
        page = PdfReader(BytesIO(content)).pages[0]
        return page.extract_text().strip(), len(page.images)

    def test_latin_greek_cyrillic(self):
        for name in ("Łukasz Ōno", "Ελένη", "Жанна Ґ"):
            self.assertFalse(find_strange(name))
            self.assertEqual(self._print_name(name), (name, 0))

    def test_other_letters_are_drawn(self):
        """Odoo has a font for Arabic."""
        self.assertEqual(self._print_name("محمد علي", "m@example.com"), ("", 1))

    @WITHOUT_FONTS
    def test_letters_of_no_font(self):
        """The address stands for the name."""
        printed = self._print_name("山田太郎", "yamada@example.com")
        self.assertEqual(printed, ("yamada@example.com", 0))
        with self.assertRaises(Unprintable) as caught:
            make_text_page("Ann 山田", FIELD, *A4)
        self.assertEqual(caught.exception.letters, "山田")

    def test_long_names(self):
        name = "A Very Long Name of a Company, and of its Branch in the North " * 3
        printed, _images = self._print_name(name)
        self.assertTrue(printed.endswith("…"))

    def test_long_texts(self):
        make_text_page("word " * 60, FIELD, *A4)
        for text in ("word " * 300, "line\n" * 40):
            with self.assertRaises(TooLong):
                make_text_page(text, FIELD, *A4)
        # In a box that is too small for any text, one line is printed all the same.
        make_text_page("Ann", {**FIELD, "height": 0.1}, *A4)

    @settings(max_examples=30, deadline=None)
    @given(st.text(st.characters(codec="utf-8"), max_size=30))
    def test_anything(self, text):
        """It is printed, or it is said why it isn't."""
        try:
            make_text_page(text or "x", FIELD, *A4)
        except (TooLong, Unprintable):
            return
