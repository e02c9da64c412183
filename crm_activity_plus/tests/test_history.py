# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestHistory(CrmActivityPlusCommon):
    """The ledger names what its rows are about, in words, and is found by them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity = cls._schedule(summary="Call back")
        cls.activity.action_cancel("Wrong number")
        cls.logs = cls.env["mail.activity.log"].with_user(cls.user_owner)

    def _find(self, *domain):
        return self.logs.search([("res_id", "=", self.lead.id), *domain])

    def test_names(self):
        row = self._find(("event", "=", "cancelled"))
        self.assertEqual(row.record_name, "Ten desks")
        self.assertEqual(row.activity_name, "Call back")
        self.assertEqual(row.old_status_label, "New")
        self.assertEqual(row.new_status_label, "Cancelled")
        self.assertEqual(row.reason, "Wrong number")
        self.assertEqual(row.display_name, "Cancelled – Call back")
        action = row.action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("crm.lead", self.lead.id)
        )

    def test_run_and_steps(self):
        run = self._launch().with_user(self.user_owner)
        run.action_pause()
        row = self._find(("event", "=", "paused"))
        self.assertEqual(row.activity_name, run.name)
        self.assertEqual(row.display_name, f"Paused – {run.name}")
        self.assertIn(row, self._find(("activity_name", "ilike", run.name)))
        self.assertEqual(row.new_status_label, "Paused")
        rows = self._find(("run_line_id", "=", run.line_ids[0].id))
        self.assertEqual(set(rows.mapped("activity_name")), {"Send e-mail"})
        self.assertEqual(rows[-1].new_status_label, "Scheduled")

    def test_changes(self):
        activity = self._schedule(date_deadline="2026-03-02")
        activity.write({"date_deadline": "2026-03-04", "user_id": self.user_manager.id})
        row = self._find(("activity_ref", "=", activity.id), ("event", "=", "changed"))
        self.assertIn("Due Date: 03/02/2026 → 03/04/2026", row.changes)
        self.assertIn("Assigned to: Olga Owner → Martin Manager", row.changes)

    def test_deleted_activity(self):
        activity = self._schedule(summary="Gone soon")
        ref = activity.id
        activity.unlink()
        rows = self._find(("activity_ref", "=", ref))
        self.assertEqual(set(rows.mapped("activity_name")), {"Gone soon"})

    def test_deleted_record(self):
        lead = self._create_lead("Gone")
        self._schedule(lead)
        lead.unlink()
        rows = self.logs.with_user(self.user_system).search([("res_id", "=", lead.id)])
        self.assertEqual(set(rows.mapped("record_name")), {"(deleted)"})
        with self.assertRaisesRegex(UserError, "deleted"):
            rows[0].action_open_document()

    def test_search(self):
        other = self._create_lead("Five chairs")
        self._schedule(other, summary="Visit")
        self.env.flush_all()
        self.assertEqual(
            set(
                self.logs.search([("record_name", "ilike", "ten des")]).mapped("res_id")
            ),
            {self.lead.id},
        )
        found = self.logs.search([("record_name", "=", "Five chairs")])
        self.assertEqual(set(found.mapped("res_id")), {other.id})
        not_found = self.logs.search([("record_name", "not ilike", "chairs")])
        self.assertNotIn(other.id, not_found.mapped("res_id"))
        self.assertIn(self.lead.id, not_found.mapped("res_id"))
        found = self.logs.search([("activity_name", "ilike", "call ba")])
        self.assertEqual(set(found.mapped("activity_ref")), {self.activity.id})
        found = self._find(("activity_name", "ilike", self.type_call.name))
        self.assertIn(self.activity.id, found.mapped("activity_ref"))
        self.assertFalse(self._find(("activity_name", "ilike", "visit")))

    def test_run_without_activities(self):
        """It is found by its record's other activities."""
        self._launch().with_user(self.user_owner).action_stop()
        found = self.logs.search(
            [("record_name", "ilike", "desks"), ("event", "=", "stopped")]
        )
        self.assertEqual(found.res_id, self.lead.id)

    def test_access(self):
        """Searching by a name finds nothing that can't be read."""
        logs = self.logs.with_user(self.user_colleague)
        self.assertFalse(logs.search([("record_name", "ilike", "Ten desks")]))
        self.assertFalse(logs.search([("activity_name", "ilike", "Call back")]))
        row = self._find(("event", "=", "cancelled")).with_user(self.user_colleague)
        with self.assertRaises(AccessError):
            row.action_open_document()
        with self.assertRaises(AccessError):
            row.read(["record_name"])

    def test_form(self):
        row = self._find(("event", "=", "cancelled"))
        form = Form(row)
        self.assertEqual(form.record_name, "Ten desks")
        self.assertEqual(form.reason, "Wrong number")

    def test_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.type_call.with_context(lang="fr_FR").name = "Appel"
        activity = self._schedule()
        row = self._find(("activity_ref", "=", activity.id))
        self.assertEqual(row.with_context(lang="fr_FR").activity_name, "Appel")
        self.assertEqual(row.activity_name, "Call")

    def test_queries(self):
        names = ["record_name", "activity_name", "new_status_label", "old_status_label"]
        names += ["changes", "reason", "display_name", "user_id", "event"]
        counts = []
        for size in (2, 12):
            runs = self._launch(self._create_leads(size))
            runs.with_user(self.user_owner).action_stop(note="Enough")
            self.env.flush_all()
            self.env.invalidate_all()
            rows = self.logs.search([("run_id", "in", runs.ids)])
            before = self.cr.sql_log_count
            self.assertEqual(len(rows.read(names)), len(rows))
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
