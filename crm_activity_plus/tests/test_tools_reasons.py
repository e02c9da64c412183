# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo.tests import BaseCase, tagged

from ..tools.reasons import Label, Name, Reason, from_columns, to_columns


@tagged("crm_activity_plus")
class TestReasons(BaseCase):
    """A reason comes back from its columns as it was put there."""

    def _keep(self, reason, name="reason"):
        kept = to_columns(reason, name)
        # As PostgreSQL keeps them.
        return json.loads(json.dumps(kept))

    def assertKept(self, reason):
        self.assertEqual(from_columns(*self._keep(reason).values()), reason)

    def test_code_and_values(self):
        reason = Reason("archived", {"user": "Anna", "user_id": 7, "days": [1, 2]})
        self.assertEqual(
            self._keep(reason),
            {
                "reason_code": "archived",
                "reason_values": {"user": "Anna", "user_id": 7, "days": [1, 2]},
                "reason_text": False,
            },
        )
        self.assertKept(reason)

    def test_records_labels_and_reasons_in_reasons(self):
        self.assertKept(
            Reason(
                "refused",
                {
                    "outcome": Name("mail.activity.outcome", 3, "No answer"),
                    "role": Label("mail.activity.plan.template", "kind", "previous"),
                    "effects": [Reason("stage", {"stage": "Won"}), Reason("plan")],
                    "note": Reason("archived"),
                },
            )
        )

    def test_typed_text(self):
        self.assertEqual(
            self._keep("Not needed", "stop_note"),
            {
                "stop_note_code": False,
                "stop_note_values": False,
                "stop_note_text": "Not needed",
            },
        )
        self.assertKept("Not needed")

    def test_nothing(self):
        for nothing in (False, None, ""):
            kept = self._keep(nothing)
            self.assertEqual(set(kept.values()), {False})
            self.assertIs(from_columns(*kept.values()), False)
        self.assertEqual(from_columns(None, None, None), False)

    def test_values_that_only_look_alike(self):
        """What isn't what was kept is shown as it is, and stops nobody."""
        values = {"a": {"code": 1, "values": {}}, "b": {"model": "x", "id": "y"}}
        self.assertEqual(from_columns("odd", values, None).values, values)
