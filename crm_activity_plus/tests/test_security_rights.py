# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..tools.internal import Internal
from .rights_common import SecurityRightsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSecurityRights(SecurityRightsCase):
    """What is done with elevated rights on a record is done for whoever could do it, or
    for the plan that is on that record."""

    # ------------------------------------------------------------
    # Outcomes
    # ------------------------------------------------------------

    def test_outcome_for_whoever_may(self):
        activity = self._schedule()
        created = activity.complete(self.everything.code)
        self.assertEqual(self.lead.stage_id, self.won)
        self.assertEqual(self.lead.priority, "3")
        self.assertEqual(self.lead.plan_run_ids.plan_id, self.everything.plan_id)
        types = self.env["mail.activity"].browse(created).activity_type_id
        self.assertIn(self.type_meeting, types)

    def test_outcome_for_whoever_may_not(self):
        """The activity is done, the record stays as it is, and both say so."""
        activity = self._schedule(user_id=self.helper.id)
        stage = self.lead.stage_id
        created = activity.with_user(self.helper).complete(self.everything.code, "Yes!")
        self.assertFalse(created)
        self.assertEqual((activity.status, activity.feedback), ("done", "Yes!"))
        self.assertEqual(activity.outcome_id, self.everything)
        self.assertEqual((self.lead.stage_id, self.lead.priority), (stage, "0"))
        self.assertFalse(self.lead.plan_run_ids)
        self.assertFalse(self.lead.activity_ids)
        [row] = self._get_logs(
            [("activity_ref", "=", activity.id), ("event", "=", "changed")]
        )
        for text in ("Sold", self.won.name, "After the sale", "Mark", "Meeting"):
            self.assertIn(text, row.reason)
        self.assertIn(self.helper.name, row.reason)
        self.assertIn(self.won.name, self.lead.message_ids[0].body)

    def test_preview_for_whoever_may_not(self):
        activity = self._schedule(user_id=self.helper.id).with_user(self.helper)
        rows = {row["outcome_id"]: row for row in activity.preview_complete()}
        row = rows[self.everything.id]
        self.assertFalse(row["steps"])
        self.assertIn("After the sale", row["note"])

    def test_outcome_after_the_rights_were_lost(self):
        activity = self._schedule()
        self.lead.user_id = self.user_colleague
        activity.with_user(self.user_owner).complete(self.everything.code)
        self.assertEqual(activity.status, "done")
        self.assertNotEqual(self.lead.stage_id, self.won)
        self.assertEqual(self.lead.priority, "0")

    def test_outcomes_together(self):
        """Of many that are completed at once, each by the rights on its record."""
        mine = self._schedule()
        lost = self._create_lead("Lost rights")
        other = self._schedule(lost)
        lost.user_id = self.user_colleague
        (mine + other).with_user(self.user_owner).complete(self.everything.code)
        self.assertEqual((mine + other).mapped("status"), ["done", "done"])
        self.assertEqual(self.lead.stage_id, self.won)
        self.assertNotEqual(lost.stage_id, self.won)
        self.assertEqual((self.lead.priority, lost.priority), ("3", "0"))

    def test_ways_to_complete(self):
        """Whichever way it is completed."""

        def feedback(activity):
            activity.outcome_id = self.everything
            activity.action_feedback("Yes")

        def archive(activity):
            activity.outcome_id = self.everything
            activity.action_archive()

        def write(activity):
            activity.write({"outcome_id": self.everything.id, "active": False})

        def queue(activity):
            activity.queue_complete(self.everything.code)

        def wizard(activity):
            activity.env["mail.activity.bulk"].create(
                {
                    "mode": "done",
                    "activity_ids": [Command.set(activity.ids)],
                    "outcome_id": self.everything.id,
                }
            ).action_apply()

        for way in (feedback, archive, write, queue, wizard):
            activity = self._schedule(user_id=self.helper.id).with_user(self.helper)
            with self.subTest(way.__name__):
                way(activity)
                self.assertEqual(activity.status, "done")
                self.assertEqual(activity.outcome_id, self.everything)
                self.assertNotEqual(self.lead.stage_id, self.won)
                self.assertEqual(self.lead.priority, "0")
                self.assertFalse(self.lead.plan_run_ids)

    def test_outcome_of_a_step(self):
        """The plan goes on with its record, whoever does the step."""
        self.plan.exit_on_won = False
        run = self._launch()
        activity = run.line_ids[0].activity_id
        activity.user_id = self.helper
        activity.with_user(self.helper).complete(self.everything.code)
        self.assertEqual(activity.status, "done")
        self.assertEqual(run.line_ids[0].state, "done")
        self.assertEqual(self.lead.stage_id, self.won)
        self.assertEqual(self.lead.priority, "3")
        self.assertIn(self.everything.plan_id, self.lead.plan_run_ids.plan_id)

    def test_retry_is_the_same_activity_once_more(self):
        later = self.env["mail.activity.outcome"].create(
            {"name": "Later", "effect": "retry"}
        )
        activity = self._schedule(user_id=self.helper.id).with_user(self.helper)
        [again] = self.env["mail.activity"].browse(activity.complete(later.code))
        self.assertEqual((again.user_id, again.attempt), (self.helper, 2))

    def test_action_for_a_group(self):
        """Such an action decides for itself: it is for whoever is in the group."""
        self.action.group_ids = self.env.ref("sales_team.group_sale_manager")
        activity = self._schedule()
        activity.complete(self.everything.code)
        self.assertEqual(activity.status, "done")
        self.assertEqual(self.lead.stage_id, self.won)
        self.assertEqual(self.lead.priority, "0")
        [row] = self._get_logs(
            [("activity_ref", "=", activity.id), ("event", "=", "changed")]
        )
        self.assertIn("Mark", row.reason)
        self._schedule(user=self.user_manager).with_user(self.user_manager).complete(
            self.everything.code
        )
        self.assertEqual(self.lead.priority, "3")

    def test_rights_of_the_next_step(self):
        """Whoever completes a step without access to the record has no rights on the
        steps that follow."""
        self.plan.template_ids[1].after_ids = self.plan.template_ids[0]
        run = self._launch(responsible_id=self.user_owner.id)
        run.line_ids[0].activity_id.user_id = self.helper
        run.line_ids[0].activity_id.with_user(self.helper).complete()
        following = run.line_ids[1].activity_id
        self.assertEqual(following.create_uid, self.user_owner)
        for operation in ("read", "write", "unlink"):
            self.assertFalse(following.with_user(self.helper).has_access(operation))

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def test_actions_on_foreign_records(self):
        """Odoo lets everybody in its groups run an action, on whatever record."""
        group = self.env.ref("base.group_user")
        activity = self._schedule(self.theirs, user=self.user_colleague, user_id=False)
        before = self._get_state(self.theirs)
        for values in (
            {"state": "launch_plan", "activity_plan_id": self.plan.id},
            {"state": "complete_activity", "activity_outcome_id": self.everything.id},
            {"state": "complete_activity"},
        ):
            action = self._create_action(group_ids=group.ids, code=False, **values)
            for user in (self.user_owner, self.helper):
                with self.subTest(values=values, user=user.name):
                    action.with_user(user).with_context(
                        active_model="crm.lead",
                        active_ids=self.theirs.ids,
                        active_id=self.theirs.id,
                    ).run()
                    self.assertEqual(self._get_state(self.theirs), before)
            action.with_user(self.user_colleague).with_context(
                active_model="crm.lead",
                active_ids=self.theirs.ids,
                active_id=self.theirs.id,
            )
        self.assertEqual(activity.status, "new")

    def test_meeting_about_a_foreign_record(self):
        """Nobody stops a plan by a meeting that says to be about a record that they may
        not see."""
        self.plan.exit_on_meeting = True
        run = self._launch(self.theirs, user=self.user_colleague)
        values = {
            "name": "Demo",
            "start": "2030-03-11 09:00:00",
            "stop": "2030-03-11 10:00:00",
        }
        events = self.env["calendar.event"].with_user(self.user_owner)
        links = {
            "opportunity_id": self.theirs.id,
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": self.theirs.id,
        }
        with self.assertRaises(AccessError):
            # Odoo schedules an activity there.
            events.create({**values, **links})
        event = events.create(values)
        event.write(links)
        self.assertEqual(run.state, "running")
        self.assertEqual(event.opportunity_id.sudo(), self.theirs)
        events = events.with_user(self.user_colleague)
        events.create({**values, "opportunity_id": self.theirs.id})
        self.assertEqual((run.state, run.stop_reason), ("stopped", "meeting"))

    def test_claims(self):
        """Whoever may not do an activity keeps nobody else from doing it."""
        self.env["ir.rule"].create(
            {
                "name": "Read all leads",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "groups": [Command.set(self.env.ref("base.group_user").ids)],
                "domain_force": "[(1, '=', 1)]",
                "perm_write": False,
                "perm_create": False,
                "perm_unlink": False,
            }
        )
        activity = self._schedule(self.theirs, user=self.user_colleague, user_id=False)
        own = activity.with_user(self.user_owner)
        self.assertTrue(own.has_access("read"))
        self.assertFalse(own.has_access("write"))
        self.assertEqual(own.queue_keep(), [])
        self.assertFalse(own.queue_read())
        self.assertEqual(
            activity.with_user(self.user_colleague).queue_keep(), activity.ids
        )

    def test_names_of_foreign_activities(self):
        """The pop-up for many tells nothing of those that the user may not see any
        more."""
        secret, closed = (
            self._schedule(user=self.user_manager, user_id=False, summary=summary)
            for summary in ("Top secret", "Old secret")
        )
        wizard = (
            self.env["mail.activity.bulk"]
            .with_user(self.user_owner)
            .create(
                {
                    "mode": "cancel",
                    "activity_ids": [Command.set((secret + closed).ids)],
                }
            )
        )
        closed.action_done()
        self.lead.write({"user_id": self.user_colleague.id, "name": "Hidden"})
        self.env.flush_all()
        self.env.invalidate_all()
        wizard.action_apply()
        self.assertNotIn("secret", wizard.report or "")
        self.assertNotIn("Hidden", wizard.report or "")
        self.assertEqual(secret.status, "new")

    def test_files_of_others(self):
        """Odoo posts the files of a feedback as superuser, to all followers."""
        secret = self.env["ir.attachment"].create(
            {
                "name": "secret.txt",
                "raw": b"The secret",
                "res_model": "crm.lead",
                "res_id": self.theirs.id,
            }
        )
        own = self.env["ir.attachment"].with_user(self.user_owner)
        own = own.create({"name": "own.txt", "raw": b"Mine"})
        activity = self._schedule()
        for attachment_ids in (secret.ids, [2**30], (secret + own).ids):
            with self.assertRaises(UserError):
                activity.complete(attachment_ids=attachment_ids)
            with self.assertRaises(UserError):
                activity.action_feedback("Look", attachment_ids)
        self.assertEqual(activity.status, "new")
        activity.complete(attachment_ids=own.ids)
        self.assertEqual(self.lead.message_ids[0].attachment_ids, own.sudo())

    def test_marks_of_the_engine(self):
        """What opens the engine's fields opens them once, and isn't there for what
        other code does in consequence."""
        seen = []
        Activity = self.env.registry["mail.activity"]
        original = Activity._follow_statuses

        def follow(activities, *args):
            seen.append(dict(activities.env.context))
            return original(activities, *args)

        self.patch(Activity, "_follow_statuses", follow)
        activity = self._schedule()
        activity.action_hold()
        [context] = seen[-1:]
        self.assertNotIn("activity_engine", context)
        self.assertFalse(
            [
                key
                for key, value in context.items()
                if isinstance(value, Internal) and key.startswith("activity_engine")
            ]
        )
        engine = activity._as_engine()
        engine.write({"attempt": 2})
        guard = "odoo.addons.crm_activity_plus.models.guard"
        with self.assertLogs(guard, "WARNING"):
            activity.sudo().write({"attempt": 3})
        self.assertEqual(activity.attempt, 2)
        created = engine.create(
            {
                "res_model_id": activity.res_model_id.id,
                "res_id": activity.res_id,
                "attempt": 3,
            }
        )
        with self.assertLogs(guard, "WARNING"):
            created.write({"attempt": 4})
        self.assertEqual(created.attempt, 3)
        with self.assertRaises(UserError):
            created.sudo(False).write({"attempt": 4})
