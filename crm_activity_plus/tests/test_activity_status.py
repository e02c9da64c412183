# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestActivityStatus(CrmActivityPlusCommon):
    """New, in progress, on hold, closed; and who set what and when."""

    def _count(self, user):
        groups = self.env["res.users"].with_user(user)._get_activity_groups()
        return sum(g["total_count"] for g in groups if g["model"] == "crm.lead")

    @freeze_time("2026-03-02 09:00:00")
    def test_life_of_an_activity(self):
        activity = self._schedule(date_deadline="2026-03-02")
        activity.action_start()
        self.assertEqual(activity.status, "in_progress")
        activity.action_hold("2026-03-05", "Waits for the customer")
        self.assertEqual(activity.status, "on_hold")
        activity.action_resume()
        self.assertEqual(activity.status, "in_progress")
        activity.complete()
        rows = self._get_logs([("activity_ref", "=", activity.id)])
        self.assertEqual(
            rows.mapped("event"), ["created", "started", "held", "resumed", "done"]
        )
        self.assertEqual(
            rows.mapped("new_status"),
            ["new", "in_progress", "on_hold", "in_progress", "done"],
        )
        self.assertEqual(rows[2].reason, "Waits for the customer")
        self.assertEqual(rows.user_id, self.user_owner)
        self.assertEqual(activity.with_user(self.user_owner).log_ids, rows)
        self.assertChain(rows)

    @freeze_time("2026-03-02 09:00:00")
    def test_on_hold_is_off_the_lists(self):
        activity = self._schedule(date_deadline="2026-03-01")
        self.assertEqual(self._count(self.user_owner), 1)
        self.assertEqual(self.lead.activity_state, "overdue")
        activity.action_hold()
        self.env.invalidate_all()
        self.assertEqual(self._count(self.user_owner), 0)
        self.assertFalse(self.lead.activity_state)
        self.assertFalse(activity.date_done, "it isn't done")
        self.assertNotEqual(activity.state, "done")
        data = self.env["mail.activity"].get_activity_data(
            "crm.lead", [("id", "=", self.lead.id)], fetch_done=True
        )
        self.assertFalse(data["grouped_activities"])
        found = self.env["mail.activity"].search([("status", "=", "on_hold")])
        self.assertIn(activity, found, "whoever asks for it finds it")

    @freeze_time("2026-03-02 09:00:00")
    def test_hold_ends_by_itself(self):
        activity = self._schedule(date_deadline="2026-03-03")
        activity.action_hold("2026-03-05")
        cron = self.env.ref("crm_activity_plus.ir_cron_end_holds")
        for day, status in (("2026-03-04", "on_hold"), ("2026-03-05", "new")):
            with freeze_time(f"{day} 05:00:00"), self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(activity.status, status)
        self.assertEqual(activity.date_deadline, Date.to_date("2026-03-05"))
        self.assertTrue(activity.active)

    @freeze_time("2026-03-02 09:00:00")
    def test_nothing_is_left_of_a_hold(self):
        """Whichever way it ends; else the record's next step would have its date."""
        for end, status in (
            ("action_unarchive", "in_progress"),
            ("action_resume", "in_progress"),
            ("action_start", "in_progress"),
            ("action_cancel", "cancelled"),
            ("action_feedback", "done"),
        ):
            activity = self._schedule()
            activity.action_start()
            activity.action_hold("2026-03-20")
            getattr(activity, end)()
            self.assertEqual(activity.status, status)
            self.assertFalse(activity.on_hold_until, end)
            self.assertFalse(activity.status_before_hold, end)
            self.assertChain(self._get_logs([("activity_ref", "=", activity.id)]))

    @freeze_time("2026-03-02 09:00:00")
    def test_bad_input(self):
        activity = self._schedule()
        with self.assertRaisesRegex(UserError, "not on hold"):
            activity.action_resume()
        for until in ("2026-03-01", "no date", "2026-02-31", 5, True, 1.5, [1]):
            with self.assertRaises(UserError):
                activity.action_hold(until)
        activity.complete()
        for method in ("action_start", "action_hold"):
            with self.assertRaisesRegex(UserError, "closed"):
                getattr(activity, method)()

    def test_status_cannot_be_written(self):
        activity = self._schedule()
        with self.assertRaises(UserError):
            activity.with_user(self.user_owner).write({"status": "done"})

    def test_archived_user_hands_steps_over(self):
        run = self._launch(
            user=self.user_manager, responsible_id=self.user_colleague.id
        )
        alone = self._schedule(user_id=self.user_colleague.id)
        self.user_colleague.action_archive()
        self.assertEqual(alone.user_id, self.user_owner, "what is no step, too")
        self.assertEqual(
            run.line_ids.activity_id.user_id, self.user_owner, "the salesperson"
        )
        self.assertEqual(set(run.line_ids.mapped("state")), {"scheduled"})
        row = self._get_logs([("activity_ref", "=", run.line_ids[0].activity_id.id)])[
            -1
        ]
        self.assertIn("Carl Colleague was archived", row.reason)
        self.user_owner.active = 0
        self.assertEqual(
            run.line_ids.activity_id.user_id,
            self.sales_team_1.user_id,
            "the team leader",
        )

    def test_archived_user_with_steps_on_what_was_deleted(self):
        lead = self._create_lead("Deleted in the database")
        runs = self._launch(self.lead + lead, user=self.user_manager)
        self.env.cr.execute("DELETE FROM crm_lead WHERE id = %s", [lead.id])
        self.env.invalidate_all()
        self.user_manager.action_archive()
        self.assertEqual(runs[0].line_ids.activity_id.user_id, self.user_owner)
        self.assertFalse(runs[1].line_ids.activity_id.user_id)
        self.assertEqual(set(runs.line_ids.mapped("state")), {"scheduled"})

    @freeze_time("2026-03-02 09:00:00")
    def test_hold_ends_where_the_responsible_is(self):
        """On that day, from its beginning."""
        activities = self.env["mail.activity"]
        for number, tz in enumerate(("Pacific/Auckland", "America/Los_Angeles")):
            user = self._create_user(
                f"Traveller {number}", "sales_team.group_sale_manager", tz=tz
            )
            activities += self._schedule(user=user, user_id=user.id)
        activities.action_hold("2026-03-05")
        cron = self.env.ref("crm_activity_plus.ir_cron_end_holds")
        for moment, statuses in (
            ("2026-03-04 10:30:00", ["on_hold", "on_hold"]),
            ("2026-03-04 11:30:00", ["new", "on_hold"]),
            ("2026-03-05 07:30:00", ["new", "on_hold"]),
            ("2026-03-05 08:30:00", ["new", "new"]),
        ):
            with freeze_time(moment), self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(activities.mapped("status"), statuses, moment)

    def test_deleted_user_hands_steps_over(self):
        run = self._launch(
            user=self.user_manager, responsible_id=self.user_colleague.id
        )
        alone = self._schedule(user_id=self.user_colleague.id)
        done = self._schedule(user_id=self.user_colleague.id)
        done.complete()
        self.user_colleague.unlink()
        self.env.invalidate_all()
        self.assertEqual(run.line_ids.activity_id.user_id, self.user_owner)
        self.assertEqual(len(run.line_ids.activity_id), 5)
        self.assertEqual(set(run.line_ids.mapped("state")), {"scheduled"})
        self.assertEqual(alone.user_id, self.user_owner)
        self.assertEqual(done.status, "done", "what was done is kept")
        self.assertFalse(done.user_id)
        for activity in alone + done:
            row = self._get_logs([("activity_ref", "=", activity.id)])[-1]
            self.assertEqual(row.event, "changed")
            self.assertIn("Carl Colleague was deleted", row.reason)
        self.assertLedgerTellsState(run)

    def test_clean_up_loses_no_line(self):
        run = self._launch(plan_date="2020-01-10")
        self.env["mail.activity"]._gc_delete_old_overdue_activities()
        self.assertEqual(set(run.line_ids.mapped("state")), {"cancelled"})
        self.assertIn("clean-up", run.line_ids[0].reason)
        self.assertEqual(run.state, "done")
        self.assertLedgerTellsState(run)
