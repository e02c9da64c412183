# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from copy import deepcopy

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.plan_file import MAX_LENGTH
from .garbage import GARBAGE
from .graph_common import GraphCase
from .plan_file_common import PlanFileMixin


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanFileGarbage(PlanFileMixin, GraphCase):
    """Whatever a file is, there is a plan, or a sentence and nothing."""

    def setUp(self):
        super().setUp()
        self.document = self._export(self.chain)
        self.plans = self.env["mail.activity.plan"].with_user(self.user_system)

    def _try(self, data):
        """:returns: what is said about it, or None where it was imported"""
        try:
            with self.env.cr.savepoint():
                self.plans.import_file(data)
        except UserError as error:
            self.env.invalidate_all()
            return str(error)
        return None

    def test_what_is_no_file(self):
        for data, message in (
            ("{", "damaged"),
            (b"\xff\xfe\x00", "damaged"),
            ("[1, 2]", "no file with activity plans"),
            ("null", "no file with activity plans"),
            (5, "no file with activity plans"),
            (None, "no file with activity plans"),
            ("[" * 200_000, "damaged"),
            ('{"format": ' + "9" * 10_000 + "}", "damaged"),
            ('{"format": NaN}', "damaged"),
            ("{}", "format"),
            ('{"format": true}', "format"),
            ('{"format": "1"}', "format"),
            ('{"format": 2, "plans": []}', "format 2"),
            ('{"format": 1}', "no plans"),
            ('{"format": 1, "plans": 5}', "no list"),
            ('{"format": 1, "plans": [5]}', "no list"),
            ('{"format": 1, "plans": [{}]}', "has no “code”"),
            ('{"format": 1, "plans": [{"code": "a"}, {"code": "a"}]}', "twice"),
            ('{"format": 1, "plans": [{"code": "a\\u0000"}]}', "damaged"),
            (" " * (MAX_LENGTH + 1), "MB"),
            (b" " * 50_000_000, "MB"),
        ):
            self.assertIn(message, self._try(data) or "it was imported")

    def test_many_rows(self):
        rows = [{"code": f"p{number}"} for number in range(101)]
        self.assertIn("at most 100", self._try({"format": 1, "plans": rows}))

    def test_wrong_values_everywhere(self):
        """Each value of the file is replaced by garbage, each time by another."""
        tried = 0
        for section in ("plans", "types", "outcomes", "email_templates"):
            row = self.document[section][0]
            for key in row:
                for value in GARBAGE[tried % 29 :: 29]:
                    bad = deepcopy(self.document)
                    bad[section][0][key] = value
                    self._try_json(bad)
                    tried += 1
        self.assertGreater(tried, 60)

    def test_wrong_values_in_steps(self):
        keys = [*self.document["plans"][0]["steps"][0], "no_such_field"]
        for number, key in enumerate(keys):
            for value in GARBAGE[number % 15 :: 15]:
                bad = deepcopy(self.document)
                bad["plans"][0]["steps"][0][key] = value
                self._try_json(bad)
        for key in ("from", "to", "outcomes"):
            for value in GARBAGE[::7]:
                bad = deepcopy(self.document)
                bad["plans"][0]["links"][0][key] = value
                self._try_json(bad)

    def _try_json(self, document):
        try:
            data = json.dumps(document)
        except (TypeError, ValueError):
            data = document
        self._try(data)

    def test_ids_are_no_names(self):
        """A number in a file is no record here."""
        self.document["plans"][0]["steps"][2]["mail_template_id"] = self.mail.id
        self.assertIn("the name or the code", self._try(self.document))
