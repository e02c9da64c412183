# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError
from odoo.fields import Date
from odoo.tests import tagged

from .common import CrmActivityPlusCommon

STATUSES = ("new", "in_progress", "on_hold", "done", "cancelled")


class MergeCommon(CrmActivityPlusCommon):
    """A record with activities of every status is merged into another one."""

    def _schedule_all(self, record, **values):
        """:returns: status -> an activity of the record that has it"""
        activities = {
            status: self._schedule(
                record, user=self.user_manager, summary=status, **values
            ).sudo()
            for status in STATUSES
        }
        activities["in_progress"].action_start()
        activities["on_hold"].action_hold(until="2100-01-01", reason="Holidays")
        activities["done"].complete(feedback="Reached")
        activities["cancelled"].action_cancel("Not needed")
        return activities

    def assertMoved(self, activities, survivor):
        """They are what they were, but on the survivor."""
        for status, activity in activities.items():
            self.assertTrue(activity.exists(), status)
            self.assertEqual(activity.status, status)
            self.assertEqual(activity.res_id, survivor.id, status)
            self.assertEqual(activity.res_name, survivor.display_name)
            changed = self._get_logs(
                [("activity_ref", "=", activity.id), ("event", "=", "changed")]
            )
            self.assertEqual(changed[-1:].values["res_id"][1], survivor.id)

    def assertSteps(self, run, *states):
        self.assertEqual(tuple(run.line_ids.mapped("state")), states)
        self.assertLedgerTellsState(run)


@tagged("crm_activity_plus")
class TestMergeLeads(MergeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The lead that stays: further in the pipeline.
        cls.kept = cls._create_lead("Kept", probability=99, partner_id=cls.partner.id)
        cls.short = cls._create_plan(
            "Two calls",
            cls._step(cls.type_call, "First"),
            cls._step(cls.type_call, "Second", 2),
        )
        first, second = cls.short.template_ids
        second.after_ids = first

    def _merge(self, user=None):
        leads = self.lead + self.kept
        merged = leads.with_user(user or self.user_owner).merge_opportunity()
        self.assertEqual(merged, self.kept)
        self.assertFalse(self.lead.exists())

    def test_activities_of_every_status(self):
        activities = self._schedule_all(self.lead)
        self._merge()
        self.assertMoved(activities, self.kept)
        self.assertEqual(
            self.kept.activity_ids.ids,
            [activities["new"].id, activities["in_progress"].id],
        )
        self.assertEqual(
            activities["on_hold"].on_hold_until, Date.to_date("2100-01-01")
        )
        self.assertEqual(activities["done"].feedback, "Reached")

    def test_activities_that_were_read_before(self):
        """Core moves what it finds in the cache."""
        activities = self._schedule_all(self.lead)
        self.assertEqual(len(self.lead.activity_ids), 2)
        self._merge()
        self.assertMoved(activities, self.kept)

    def test_held_step_stays_on_hold(self):
        run = self._launch(plan=self.short)
        run.line_ids[0].activity_id.action_hold()
        self._merge()
        self.assertSteps(run, "scheduled", "waiting")
        self.assertEqual(run.line_ids[0].activity_id.status, "on_hold")
        self.assertEqual(run.line_ids[0].activity_id.res_id, self.kept.id)
        run.line_ids[0].activity_id.complete()
        self.assertSteps(run, "done", "scheduled")
        self.assertEqual(run.line_ids[1].activity_id.res_id, self.kept.id)

    def test_paused_run_goes_on(self):
        run = self._launch()
        run.action_pause()
        activities = run.line_ids.activity_id
        self._merge()
        self.assertEqual(run.state, "paused")
        self.assertEqual(run.line_ids.activity_id, activities)
        self.assertEqual(set(activities.mapped("status")), {"on_hold"})
        run.action_resume()
        self.assertEqual(run.state, "running")
        self.assertEqual(self.kept.activity_ids, activities.sorted())
        self.assertSteps(run, *["scheduled"] * 5)

    def test_closed_steps_keep_their_activities(self):
        run = self._launch(plan=self.short)
        run.line_ids[0].activity_id.complete(feedback="Reached")
        run.action_stop()
        self._merge()
        first, second = run.line_ids.activity_id
        self.assertEqual((first.status, second.status), ("done", "cancelled"))
        self.assertEqual((first + second).mapped("res_id"), [self.kept.id] * 2)
        self.assertSteps(run, "done", "cancelled")

    def test_of_two_paused_runs_of_one_plan(self):
        """The activities of the one that ends go along, too."""
        own, other = self._launch(self.lead + self.kept, plan=self.short)
        (own + other).action_pause()
        own.line_ids[0].activity_id.complete()
        held = other.line_ids.activity_id
        self._merge()
        self.assertEqual((own.state, other.state), ("paused", "stopped"))
        self.assertEqual(other.stop_reason, "merged")
        self.assertEqual(held.mapped("status"), ["cancelled"])
        own.action_resume()
        self.assertSteps(own, "done", "scheduled")

    def test_ledger_is_read_with_the_lead_that_stays(self):
        """The rows themselves are as they were."""
        activities = self._schedule_all(self.lead)
        run = self._launch(plan=self.short)
        gone = self._schedule(summary="Gone")
        gone_id = gone.id
        gone.unlink()
        rows = self._get_logs(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        )
        # What they are called now is that lead's name.
        stored = [name for name, field in rows._fields.items() if field.store]
        before = rows.read(stored, load=None)
        self._merge()
        self.assertEqual(rows.read(stored, load=None), before)
        self.assertEqual(set(rows.mapped("record_name")), {"Kept"})
        self.assertEqual(rows[0].action_open_document()["res_id"], self.kept.id)
        own_rows = rows.with_user(self.user_owner)
        own_rows.check_access("read")
        found = own_rows.search([("id", "in", rows.ids)], order="id")
        self.assertEqual(found, own_rows)
        self.assertTrue(found.filtered(lambda row: row.activity_ref == gone_id))
        for activity in activities.values():
            own = activity.with_user(self.user_owner)
            self.assertIn("created", own.log_ids.mapped("event"))
            self.assertEqual(own.log_ids, own.sudo().log_ids.sudo(False))
        self.assertEqual(
            self.env["mail.activity.log"]
            .with_user(self.user_owner)
            .search_count([("run_id", "=", run.id)]),
            len(self._get_logs([("run_id", "=", run.id)])),
        )

    def test_ledger_is_no_secret_to_those_alone_who_read_the_lead(self):
        self._schedule_all(self.lead)
        rows = self._get_logs(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        )
        self._merge()
        foreign = rows.with_user(self.user_colleague)
        self.assertFalse(foreign.search([("id", "in", rows.ids)]))
        self.assertFalse(foreign._filtered_access("read"))
        with self.assertRaises(AccessError):
            foreign.check_access("read")

    def test_ledger_of_what_is_merged_twice(self):
        self._schedule_all(self.lead)
        rows = self._get_logs(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        )
        self._merge()
        last = self._create_lead("Last", probability=99.9, partner_id=self.partner.id)
        merged = (self.kept + last).with_user(self.user_owner).merge_opportunity()
        self.assertEqual(merged, last)
        own_rows = rows.with_user(self.user_owner)
        own_rows.check_access("read")
        self.assertEqual(own_rows.search_count([("id", "in", rows.ids)]), len(rows))

    def test_merge_of_leads_without_history(self):
        self._merge()
        self.assertFalse(
            self._get_logs([("res_model", "=", "crm.lead"), ("event", "=", "moved")])
        )

    def test_one_note_for_each_plan_that_stops(self):
        other = self._create_plan("Other plan", self._step(self.type_call, "Call"))
        self._launch()
        self._launch(plan=other)
        before = self.lead.message_ids
        self.lead.action_set_won()
        bodies = [str(m.body) for m in self.lead.message_ids - before]
        stopped = [body for body in bodies if "was stopped" in body]
        self.assertEqual(len(stopped), 2)
        for plan in (self.plan, other):
            self.assertEqual(len([b for b in stopped if plan.name in b]), 1, plan.name)

    def test_duplicates_that_are_found_when_leads_are_assigned(self):
        """They are merged first and deleted later."""
        activities = self._schedule_all(self.lead)
        run = self._launch(plan=self.short)
        run.line_ids[0].activity_id.action_hold()
        leads = self.lead + self.kept
        merged = leads._merge_opportunity(auto_unlink=False, max_length=0)
        self.assertMoved(activities, merged)
        (leads - merged).unlink()
        self.assertMoved(activities, merged)
        self.assertSteps(run, "scheduled", "waiting")

    def test_lead_converted_and_merged(self):
        activities = self._schedule_all(self.lead)
        self.lead.type = "lead"
        self.env["crm.lead2opportunity.partner"].with_context(
            active_model="crm.lead", active_id=self.lead.id, active_ids=self.lead.ids
        ).create(
            {
                "name": "merge",
                "duplicated_lead_ids": [(6, 0, (self.lead + self.kept).ids)],
            }
        ).action_apply()
        self.assertMoved(activities, self.kept)

    def test_archived_meetings(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Once",
                "start": "2026-03-10 08:00:00",
                "stop": "2026-03-10 09:00:00",
                "opportunity_id": self.lead.id,
            }
        )
        event.active = False
        self._merge()
        self.assertEqual(event.opportunity_id, self.kept)


@tagged("crm_activity_plus")
class TestMergeContacts(MergeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.partner"].create({"name": "The same once more"})
        cls.contact_plan = cls._create_plan(
            "Contact",
            cls._step(cls.type_call, "A"),
            cls._step(cls.type_call, "B"),
            res_model="res.partner",
        )
        cls.contact_plan.template_ids[1].after_ids = cls.contact_plan.template_ids[0]

    def _merge(self):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner + self.other).ids, self.partner
        )
        self.env.invalidate_all()
        self.assertFalse(self.other.exists())

    def test_activities_of_every_status(self):
        activities = self._schedule_all(self.other)
        self._merge()
        self.assertMoved(activities, self.partner)
        for activity in activities.values():
            self.assertEqual(activity.partner_id, self.partner)

    def test_paused_and_held(self):
        run = self._launch(self.other, plan=self.contact_plan, user=self.user_manager)
        held = self._launch(
            self.other,
            plan=self.contact_plan,
            user=self.user_manager,
            plan_date="2026-05-05",
        )
        run.action_pause()
        held.line_ids[0].activity_id.action_hold()
        self._merge()
        self.assertEqual((run.state, held.state), ("paused", "running"))
        for each in (run, held):
            self.assertEqual(each.res_id, self.partner.id)
            self.assertEqual(each.line_ids[0].activity_id.status, "on_hold")
            self.assertSteps(each, "scheduled", "waiting")
        run.action_resume()
        run.line_ids[0].activity_id.complete()
        self.assertSteps(run, "done", "scheduled")

    def test_bank_accounts(self):
        """They are merged along with their owners."""
        banks = self.env["res.partner.bank"].create(
            [
                {"acc_number": "BE68 5390 0754 7034", "partner_id": partner.id}
                for partner in (self.partner, self.other)
            ]
        )
        if not isinstance(banks, self.env.registry["mail.activity.mixin"]):
            self.skipTest("Bank accounts have no activities here")
        activities = self._schedule_all(banks[1])
        self._merge()
        self.assertFalse(banks[1].exists())
        self.assertMoved(activities, banks[0])


@tagged("crm_activity_plus")
class TestCopies(MergeCommon):
    def test_copies_of_every_status(self):
        """A copy is new, whatever becomes of the original; that of a done one is done,
        as in Odoo."""
        for status, activity in self._schedule_all(self.lead).items():
            copied = activity.with_user(self.user_manager).copy()
            self.assertEqual(
                copied.status, "done" if status == "done" else "new", status
            )
            self.assertFalse(copied.on_hold_until)
            self.assertEqual(copied.active, status != "done")

    def test_copy_of_a_record(self):
        self._schedule_all(self.lead)
        self._launch()
        copied = self.lead.copy()
        self.assertFalse(copied.with_context(active_test=False).activity_ids)
        self.assertFalse(copied.plan_run_ids)


@tagged("crm_activity_plus")
class TestSearchOfAutomatedActivities(CrmActivityPlusCommon):
    """What other addons look for by its type, to close, move or delete it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity = cls.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.user_owner.id
        )
        cls.activity.action_hold()

    def test_held_ones_are_found(self):
        todo = ["mail.mail_activity_data_todo"]
        self.assertEqual(self.lead.activity_search(todo), self.activity)
        self.lead.activity_reschedule(todo, new_user_id=self.user_colleague.id)
        self.assertEqual(self.activity.user_id, self.user_colleague)
        self.assertEqual(self.activity.status, "on_hold")
        self.lead.activity_feedback(todo)
        self.assertEqual(self.activity.status, "done")
        self.assertFalse(self.lead.activity_search(todo))

    def test_closed_ones_only_for_whoever_asks(self):
        todo = ["mail.mail_activity_data_todo"]
        self.activity.action_cancel()
        self.assertFalse(self.lead.activity_search(todo))
        everything = self.lead.with_context(active_test=False)
        self.assertEqual(everything.activity_search(todo), self.activity)
        self.assertEqual(
            self.lead.activity_search(
                todo, additional_domain=[("active", "in", [True, False])]
            ),
            self.activity,
        )

    def test_held_ones_are_deleted(self):
        self.lead.activity_unlink(["mail.mail_activity_data_todo"])
        self.assertFalse(self.activity.exists())
