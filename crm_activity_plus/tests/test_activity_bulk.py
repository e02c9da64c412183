# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import CrmActivityPlusCommon

TODAY = date(2026, 3, 10)  # a Tuesday


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 10:00:00")
class TestActivityBulk(CrmActivityPlusCommon, CronMixinCase):
    """Something done with many activities at once."""

    def _apply(self, activities, mode, user=None, **values):
        wizard = (
            self.env["mail.activity.bulk"]
            .with_user(user or self.user_owner)
            .with_context(
                active_model="mail.activity",
                active_ids=activities.ids,
                default_mode=mode,
            )
            .create(values)
        )
        return wizard, wizard.action_apply()

    def _schedule_some(self, count, **values):
        return self.env["mail.activity"].union(
            *(self._schedule(**values) for _index in range(count))
        )

    def test_reassign_tells_once(self):
        activities = self._schedule_some(3, summary="Call them")
        with self.mock_mail_gateway():
            _wizard, action = self._apply(
                activities,
                "reassign",
                user_id=self.user_colleague.id,
                note="I am on leave",
            )
        self.assertEqual(activities.user_id, self.user_colleague)
        self.assertEqual(action["tag"], "display_notification")
        notified = self.env["mail.notification"].search(
            [("res_partner_id", "=", self.user_colleague.partner_id.id)]
        )
        message = notified.mail_message_id
        self.assertEqual(len(message), 1)
        self.assertIn("3 activities", message.subject)
        self.assertEqual(str(message.body).count("Call them on Ten desks"), 3)
        self.assertIn("I am on leave", message.body)
        rows = self._get_logs(
            [("activity_ref", "in", activities.ids), ("event", "=", "changed")]
        )
        self.assertEqual(len(rows), 3)
        self.assertEqual(set(rows.mapped("reason")), {"I am on leave"})
        self.assertEqual(rows.user_id, self.user_owner)

    def test_reassign_one_tells_as_core_does(self):
        activity = self._schedule(summary="Call them")
        self._apply(activity, "reassign", user_id=self.user_colleague.id)
        message = (
            self.env["mail.notification"]
            .search([("res_partner_id", "=", self.user_colleague.partner_id.id)])
            .mail_message_id
        )
        self.assertEqual(len(message), 1)
        self.assertIn("assigned to you", message.subject)

    def test_reassign_follows_in_the_run(self):
        run = self._launch()
        activities = run.line_ids.activity_id
        self._apply(activities, "reassign", user_id=self.user_colleague.id)
        lines = run.line_ids.filtered("activity_id")
        self.assertEqual(lines.user_id, self.user_colleague)

    def test_reschedule_to_a_date(self):
        activities = self._schedule_some(2)
        self._apply(activities, "reschedule", date_deadline="2026-04-01")
        self.assertEqual(set(activities.mapped("date_deadline")), {date(2026, 4, 1)})

    def test_reschedule_by_days(self):
        late = self._schedule(date_deadline="2026-03-02")
        later = self._schedule(date_deadline="2026-03-12")
        self._apply(late + later, "reschedule", reschedule_mode="days", days=2)
        self.assertEqual(late.date_deadline, date(2026, 3, 12))
        self.assertEqual(later.date_deadline, date(2026, 3, 14))

    def test_reschedule_by_working_days(self):
        activity = self._schedule(date_deadline="2026-03-12")
        self._apply(activity, "reschedule", reschedule_mode="working_days", days=3)
        self.assertEqual(activity.date_deadline, date(2026, 3, 17))

    def test_done(self):
        run = self._launch()
        activities = run.line_ids.activity_id
        self._apply(activities, "done", note="All in one visit")
        self.assertEqual(set(activities.mapped("status")), {"done"})
        self.assertEqual(set(activities.mapped("feedback")), {"All in one visit"})
        self.assertEqual(run.state, "done")
        self.assertLedgerTellsState(run)

    def test_done_with_outcome(self):
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Reached", "activity_type_ids": self.type_call.ids}
        )
        calls = self._schedule_some(2)
        wizard, _action = self._apply(calls, "done", outcome_id=outcome.id)
        self.assertIn(outcome, wizard.available_outcome_ids)
        self.assertEqual(calls.outcome_id, outcome)
        mixed = self._schedule() + self._schedule(activity_type_id=self.type_todo.id)
        wizard, _action = self._apply(mixed, "done")
        self.assertNotIn(outcome, wizard.available_outcome_ids)

    def test_hold_and_cancel(self):
        activities = self._schedule_some(2)
        self._apply(activities, "hold", hold_until="2026-03-20", note="Fair")
        self.assertEqual(set(activities.mapped("status")), {"on_hold"})
        self.assertEqual(activities[0].on_hold_until, date(2026, 3, 20))
        self._apply(activities, "cancel", note="Nobody wants it")
        self.assertEqual(set(activities.mapped("status")), {"cancelled"})
        rows = self._get_logs(
            [("activity_ref", "in", activities.ids), ("event", "=", "cancelled")]
        )
        self.assertEqual(set(rows.mapped("reason")), {"Nobody wants it"})

    def test_others_go_on(self):
        """Closed and hidden ones are reported, and left."""
        mine = self._schedule_some(3, summary="Possible")
        closed = self._schedule(summary="Closed meanwhile")
        closed.complete()
        foreign_lead = self._create_lead("Foreign", user_id=self.user_colleague.id)
        foreign = self._schedule(
            foreign_lead,
            user=self.user_colleague,
            summary="Not yours",
            user_id=self.user_colleague.id,
        )
        wizard, action = self._apply(
            mine + closed + foreign, "reschedule", date_deadline="2026-04-01"
        )
        self.assertEqual(set(mine.mapped("date_deadline")), {date(2026, 4, 1)})
        self.assertNotEqual(foreign.date_deadline, date(2026, 4, 1))
        self.assertEqual(wizard.done_count, 3)
        self.assertEqual(wizard.activity_count, 4)
        self.assertIn("Closed meanwhile", wizard.report)
        self.assertIn("closed already", wizard.report)
        self.assertNotIn("Not yours", wizard.report)
        self.assertIn("no longer see: 1", wizard.report)
        self.assertEqual(action["res_id"], wizard.id)

    def test_may_not_change(self):
        """Seeing an activity isn't changing it."""
        activity = self._schedule(summary="Look only")
        wizard = (
            self.env["mail.activity.bulk"]
            .with_user(self.user_owner)
            .with_context(active_model="mail.activity", active_ids=activity.ids)
            .create({"mode": "hold"})
        )
        model = type(activity)
        original = model._check_access

        def _check_access(records, operation):
            if operation == "write" and records and not records.env.su:
                return records, lambda: UserError("No")
            return original(records, operation)

        self.patch(model, "_check_access", _check_access)
        wizard.action_apply()
        self.assertEqual(activity.status, "new")
        self.assertIn("Look only", wizard.report)
        self.assertIn("may not change it", wizard.report)

    def test_one_refuses(self):
        """One that the engine refuses doesn't keep the others from being done."""
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Reached", "activity_type_ids": self.type_call.ids}
        )
        calls = self._schedule_some(4)
        todo = self._schedule(activity_type_id=self.type_todo.id, summary="Odd one")
        wizard, _action = self._apply(
            calls[:2] + todo + calls[2:], "done", outcome_id=outcome.id
        )
        self.assertEqual(set(calls.mapped("status")), {"done"})
        self.assertEqual(todo.status, "new")
        self.assertEqual(wizard.done_count, 4)
        self.assertIn("Odd one", wizard.report)

    def test_what_is_refused_sends_nothing(self):
        """It was refused after its message was posted: that is rolled back, and core
        would send its e-mail after the commit nevertheless."""
        self.user_manager.notification_type = "email"
        follower = self.user_manager.partner_id
        self.lead.message_subscribe(
            follower.ids, self.env.ref("mail.mt_activities").ids
        )
        refusing = self.env["ir.actions.server"].create(
            {
                "name": "Refuse",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "if 'Refused' in records.mapped('name'): raise UserError('No')",
            }
        )
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Reached", "server_action_id": refusing.id}
        )
        refused = self._schedule(self._create_lead("Refused"))
        activities = self._schedule() + refused + self._schedule()
        Mail = self.env.registry["mail.mail"]
        with (
            patch.object(Mail, "send_after_commit") as send_after_commit,
            self.capture_triggers("mail.ir_cron_mail_scheduler_action") as triggers,
        ):
            self._apply(activities, "done", outcome_id=outcome.id)
        self.assertEqual(refused.status, "new")
        self.assertEqual(set((activities - refused).mapped("status")), {"done"})
        send_after_commit.assert_not_called()
        mails = self.env["mail.mail"].search([("recipient_ids", "in", follower.ids)])
        self.assertEqual(mails.mapped("res_id"), self.lead.ids * 2)
        self.assertEqual(set(mails.mapped("state")), {"outgoing"})
        self.assertTrue(triggers.records, "they don't wait for an hour")

    def test_deleted_meanwhile(self):
        activities = self._schedule_some(2)
        gone = activities[0]
        wizard = (
            self.env["mail.activity.bulk"]
            .with_user(self.user_owner)
            .with_context(active_model="mail.activity", active_ids=activities.ids)
            .create({"mode": "hold"})
        )
        gone.unlink()
        wizard.action_apply()
        self.assertEqual(activities[1].status, "on_hold")

    def test_second_click(self):
        activities = self._schedule_some(2)
        wizard, _action = self._apply(
            activities, "reschedule", reschedule_mode="days", days=2
        )
        wizard.action_apply()
        self.assertEqual(
            set(activities.mapped("date_deadline")), {TODAY + timedelta(days=2)}
        )

    def test_bad_input(self):
        activity = self._schedule()
        for mode, values, message in (
            ("reassign", {}, "Choose who"),
            ("reschedule", {"date_deadline": "2026-03-09"}, "today or later"),
            ("reschedule", {"reschedule_mode": "days", "days": 0}, "how many days"),
            ("hold", {"hold_until": "2026-03-10"}, "after today"),
        ):
            with self.subTest(mode=mode), self.assertRaisesRegex(UserError, message):
                self._apply(activity, mode, **values)

    def test_queries_do_not_grow(self):
        """Rescheduling and reassigning cost hardly more for many than for few."""

        def count_queries(count, mode, **values):
            activities = self._schedule_some(count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._apply(activities, mode, **values)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        reassign = {"user_id": self.user_colleague.id}
        reschedule = {"date_deadline": "2026-04-01"}
        for mode, values in (("reassign", reassign), ("reschedule", reschedule)):
            count_queries(2, mode, **values)
            few = count_queries(5, mode, **values)
            many = count_queries(40, mode, **values)
            self.assertLessEqual(many, few + 3, mode)
