# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .reasons_common import MODELS, StoredReasonsCase


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestStoredReasons(StoredReasonsCase):
    """Whoever works in French leaves no French behind: what the engine stores is read
    by everybody in their own language. What people typed stays as it is."""

    # ------------------------------------------------------------
    # Steps and runs
    # ------------------------------------------------------------

    def _make_long_plan(self, action):
        template = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "partner_to": "{{ object.partner_id.id }}",
                "use_default_to": False,
            }
        )
        return self._create_plan(
            "Long",
            self._step(self.type_call, "First", responsible_type="salesperson"),
            self._step(
                self.type_call,
                "Branch",
                after_codes="first",
                after_outcome_ids=[Command.set(self.outcome_other.ids)],
            ),
            self._step(
                self.type_call, "Unmet", condition_domain="[('priority', '=', '3')]"
            ),
            self._step(
                self.type_call,
                "Mail",
                action_type="email",
                mail_template_id=template.id,
                responsible_type="salesperson",
            ),
            self._step(
                self.type_call,
                "Action",
                action_type="server_action",
                server_action_id=action.id,
                responsible_type="salesperson",
            ),
            self._step(self.type_call, "Left out"),
            self._step(self.type_call, "Leader", responsible_type="team_leader"),
            self._step(
                self.type_call,
                "Later",
                after_codes="first",
                condition_domain="[('priority', '=', '2')]",
            ),
        )

    def _launch_long(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '1'})",
            }
        )
        plan = self._make_long_plan(action)
        self.sales_team_1.user_id = False
        action.group_ids = self.env["res.groups"].create({"name": "Nobody"})
        overrides = {str(self.lead.id): {"left_out": {"skip": True}}}
        return self._launch(plan=plan, plan_date="2026-01-12", overrides=overrides)

    @mute_logger(f"{MODELS}.steps.mail_activity_plan_run_line")
    def test_steps(self):
        run = self._launch_long()
        self._run_cron("ir_cron_run_due_steps")
        first = run.line_ids[0].with_user(self.user_owner)
        first.activity_id.complete(self.outcome_retry.id)
        first.activity_id.complete(self.outcome_retry.id)
        self.assertOnlyCodes(
            "branch_not_taken",
            "condition_unmet",
            "action_for_groups",
            "email_missing",
            "left_out",
            "outcome_reached",
            "role_vacant",
        )
        [mail] = run.line_ids.filtered(lambda line: line.summary == "Mail")
        english = mail.with_user(self.user_owner).with_context(lang="en_US")
        self.assertIn("has no valid email address", english.reason)
        self.assertIn("«FR»", mail.with_user(self.user_owner).reason)

    def test_steps_that_people_close(self):
        run = self._launch(plan=self.short_plan)
        lines = run.line_ids.with_user(self.user_owner)
        lines[0].action_skip()
        lines[1].action_skip("Pas besoin")
        deleted = self._launch(self._create_lead("Other"), self.short_plan)
        deleted.line_ids[0].activity_id.with_user(self.user_owner).unlink()
        deleted.line_ids[1].activity_id.with_user(self.user_owner).action_cancel()
        self.assertOnlyCodes(
            "activity_deleted", "skipped_manually", typed=["Pas besoin"]
        )

    def test_ends_of_runs(self):
        runs = self._launch(self._create_leads(9), self.short_plan)
        own = runs.with_user(self.user_owner)
        own[0].action_stop()
        own[1].action_stop(note="Déménagé")
        own[2].action_pause()
        own[2].action_resume()
        own[3].action_stop()
        own[3].action_restart()
        own[4].line_ids[0].activity_id.complete(self.outcome_stop.code)
        leads = [run.lead_id for run in runs]
        leads[5].with_user(self.user_owner).action_set_lost()
        leads[6].with_user(self.user_owner).action_set_won()
        leads[7].active = False
        leads[8].unlink()
        merged = self._launch(self._create_leads(2), self.short_plan)
        merged.lead_id.merge_opportunity()
        self.assertOnlyCodes(
            "lost",
            "manual",
            "merged",
            "outcome",
            "outcome_reached",
            "plan_paused",
            "record_archived",
            "record_deleted",
            "won",
            typed=["Déménagé"],
        )
        self.assertEqual(own[1].with_context(lang="en_US").stop_note, "Déménagé")

    def test_conditions_that_can_not_be_evaluated(self):
        self.short_plan.template_ids[1].write(
            {
                "after_codes": "call",
                "condition_domain": "[('priority', '=', '1')]",
            }
        )
        runs = self._launch(self._create_leads(2), self.short_plan)
        for line, text in zip(
            runs.mapped("line_ids").filtered(lambda line: line.state == "waiting"),
            ("[('user_id', '=', user.id)]", "[('gone', '=', 1)]"),
            strict=True,
        ):
            self.env.cr.execute(
                "UPDATE mail_activity_plan_run_line SET condition_domain = %s"
                " WHERE id = %s",
                [text, line.id],
            )
        self.env.invalidate_all()
        for run in runs:
            run.line_ids[0].activity_id.with_user(self.user_owner).complete()
        self.assertEqual(
            [run.line_ids[1].reason_code for run in runs], ["condition_unreadable"] * 2
        )
        self.assertOnlyCodes("condition_unreadable")

    def test_steps_that_can_not_be_dated(self):
        calendar = self.env["resource.calendar"].create({"name": "Closed"})
        self.short_plan.write(
            {"deadline_policy": "working_days", "resource_calendar_id": calendar.id}
        )
        self.short_plan.template_ids[1].write(
            {"after_codes": "call", "delay_from": "after_previous_done"}
        )
        run = self._launch(plan=self.short_plan)
        calendar.attendance_ids.unlink()
        run.line_ids[0].activity_id.with_user(self.user_owner).complete()
        self.assertEqual(run.line_ids[1].state, "failed")
        self.assertOnlyCodes("step_undatable")
        english = run.line_ids[1].with_context(lang="en_US")
        self.assertIn("“Closed” have no working time", english.reason)
