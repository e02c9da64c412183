# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from hypothesis import strategies as st
from psycopg2.extras import Json

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..engine.new_rows import write_array
from .properties import given

# PostgreSQL has no text with a zero byte.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def columns(values):
    return st.lists(values | st.none(), min_size=1)


@tagged("crm_activity_plus")
class TestNewRows(TransactionCase):
    """Values of many rows are handed over as the text of an array."""

    def _read(self, column_type, column):
        array = write_array(column)
        self.assertIsInstance(array, str)
        [[read]] = self.env.execute_query(
            SQL("SELECT %s::%s[]", array, SQL(column_type))
        )
        return read

    @given(
        st.one_of(
            st.tuples(st.just("varchar"), columns(TEXTS)),
            st.tuples(st.just("int4"), columns(st.integers(-(2**31), 2**31 - 1))),
            st.tuples(st.just("float8"), columns(st.floats(allow_nan=False))),
            st.tuples(st.just("bool"), columns(st.booleans())),
            st.tuples(st.just("date"), columns(st.dates())),
            st.tuples(st.just("timestamp"), columns(st.datetimes())),
        )
    )
    def test_values_are_read_as_they_were(self, case):
        column_type, column = case
        self.assertEqual(self._read(column_type, column), column)

    @given(st.lists(st.dictionaries(TEXTS, TEXTS | st.integers()), min_size=1))
    def test_json(self, column):
        self.assertEqual(self._read("jsonb", list(map(Json, column))), column)

    def test_words_of_arrays_are_text(self):
        column = ["NULL", "", "{}", "{1,2}", '"', "\\", "a,b", " a ", "'; --", None]
        self.assertEqual(self._read("varchar", column), column)

    def test_what_has_no_text_stays_a_list(self):
        column = [b"1", None]
        self.assertIs(write_array(column), column)
