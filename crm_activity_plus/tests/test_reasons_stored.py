# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Command, Date
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger
from odoo.tools.translate import code_translations

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..engine.reasons import reason_error
from ..tools.reasons import Reason
from .common import CrmActivityPlusCommon

ENGINE = "odoo.addons.crm_activity_plus.engine"
MODELS = "odoo.addons.crm_activity_plus.models"

# Where the engine says why, and the fields that do.
REASONS = {
    "mail.activity.log": "reason",
    "mail.activity.plan.launch": "error",
    "mail.activity.plan.launch.skip": "reason",
    "mail.activity.plan.run": "stop_note",
    "mail.activity.plan.run.line": "reason",
}


class Marked(dict):
    """Translations in which every sentence of the addon is marked."""

    def get(self, source, default=None):
        return f"«FR» {source}"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestStoredReasons(CrmActivityPlusCommon, CronMixinCase):
    """Whoever works in French leaves no French behind: what the engine stores is read
    by everybody in their own language. What people typed stays as it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        (
            cls.user_owner
            + cls.user_colleague
            + cls.user_manager
            + cls.user_system
            + cls.env.user
        ).write({"lang": "fr_FR"})
        cls.env = cls.env(context={**cls.env.context, "lang": "fr_FR"})
        cls.partner.email = False
        cls.outcome_retry, cls.outcome_stop, cls.outcome_other = cls.env[
            "mail.activity.outcome"
        ].create(
            [
                {"name": "S again", "effect": "retry", "max_attempts": 2},
                {"name": "S never", "effect": "stop"},
                {"name": "S other"},
            ]
        )
        cls.short_plan = cls._create_plan(
            "Short",
            cls._step(cls.type_call, "Call", responsible_type="salesperson"),
            cls._step(cls.type_call, "Again", 3, responsible_type="salesperson"),
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.dict(
                code_translations.python_translations,
                {("crm_activity_plus", "fr_FR"): Marked()},
            )
        )
        self.before = {
            model: self.env[model].sudo().search([], order="id DESC", limit=1).id or 0
            for model in REASONS
        }

    def _find_new(self, model):
        records = self.env[model].sudo().with_context(active_test=False)
        return records.search([("id", ">", self.before[model])])

    def assertOnlyCodes(self, *codes, typed=()):
        """What was stored since the test began has these codes among others, and no
        texts but those that were typed."""
        self.env.flush_all()
        self.env.invalidate_all()
        found, texts = set(), set()
        for model, name in REASONS.items():
            records = self._find_new(model)
            found.update(records.mapped(f"{name}_code"))
            texts.update(filter(None, records.mapped(f"{name}_text")))
            self.env.cr.execute(
                SQL(
                    "SELECT to_jsonb(t)::text FROM %s t WHERE id = ANY(%s)",
                    SQL.identifier(records._table),
                    records.ids,
                )
            )
            for [row] in self.env.cr.fetchall():
                self.assertNotIn("«FR»", row)
            for record in records.filtered(f"{name}_code"):
                in_french = record.with_context(lang="fr_FR")[name]
                in_english = record.with_context(lang="en_US")[name]
                self.assertTrue(in_english)
                self.assertNotIn("«FR»", in_english)
                self.assertNotIn("%(", in_english)
                self.assertNotIn("…", in_english)
                if record[f"{name}_code"] not in self._get_stop_reasons():
                    self.assertIn("«FR»", in_french)
        self.assertEqual(texts, set(typed))
        self.assertLessEqual(set(codes), found)

    def _get_stop_reasons(self):
        """These are labels, which Odoo translates in the database."""
        return (
            self.env["mail.activity.plan.run"]
            ._fields["stop_reason"]
            .get_values(self.env)
        )

    def _run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"crm_activity_plus.{name}").method_direct_trigger()
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Steps and runs
    # ------------------------------------------------------------

    def _launch_long(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '1'})",
            }
        )
        template = self.env["mail.template"].create(
            {
                "name": "Hello",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "partner_to": "{{ object.partner_id.id }}",
                "use_default_to": False,
            }
        )
        plan = self._create_plan(
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

    # ------------------------------------------------------------
    # Activities
    # ------------------------------------------------------------

    def test_holds(self):
        first, second, third = (self._schedule() for _number in range(3))
        first.action_start()
        first.action_hold(None, "Vacances")
        first.action_resume()
        tomorrow = Date.context_today(first) + timedelta(days=1)
        second.action_hold(str(tomorrow))
        with freeze_time(tomorrow + timedelta(days=2)):
            self._run_cron("ir_cron_end_holds")
        self.assertEqual(second.status, "new")
        third.date_deadline = "2001-01-01"
        third._gc_delete_old_overdue_activities()
        self.assertFalse(third.exists())
        self.assertOnlyCodes("cleaned_up", "hold_over", "started", typed=["Vacances"])

    def test_meetings(self):
        activity = self._schedule(activity_type_id=self.type_meeting.id)
        event = self.env["calendar.event"].create(
            {
                "name": "Meeting",
                "start": "2090-05-01 10:00:00",
                "stop": "2090-05-01 11:00:00",
                "activity_ids": [Command.set(activity.ids)],
            }
        )
        event.unlink()
        self.assertEqual(activity.status, "cancelled")
        self.assertOnlyCodes("meeting_deleted")

    def test_people_who_leave(self):
        leads = self._create_leads(2, user_id=self.user_colleague.id)
        self._launch(leads, self.short_plan, user=self.user_manager)
        self.user_colleague.company_ids += self.other_company
        self.user_colleague.write(
            {
                "company_id": self.other_company.id,
                "company_ids": [Command.unlink(self.company_main.id)],
            }
        )
        self._launch(plan=self.short_plan)
        self.user_owner.with_user(self.user_system).active = False
        external = self._create_user("Eva", "sales_team.group_sale_salesman")
        gone = self._create_user("Gustav", "sales_team.group_sale_salesman")
        for user in external + gone:
            lead = self._create_lead(user.name, user_id=user.id)
            self._launch(lead, self.short_plan, user=self.user_manager)
        external.write(
            {"group_ids": [Command.set(self.env.ref("base.group_portal").ids)]}
        )
        gone.unlink()
        self.assertOnlyCodes(
            "assignee_archived",
            "assignee_deleted",
            "assignee_elsewhere",
            "assignee_external",
        )
        [row, *_rows] = self._find_new("mail.activity.log").filtered(
            lambda row: row.reason_code == "assignee_deleted"
        )
        self.assertEqual(row.with_context(lang="en_US").reason, "Gustav was deleted.")

    # ------------------------------------------------------------
    # Launches in the background, and dates
    # ------------------------------------------------------------

    def test_launches_in_the_background(self):
        leads = self._create_leads(5)
        self._launch(leads[0], self.short_plan)
        leads[1].action_set_lost()
        leads[2].user_id = self.user_colleague
        self.startPatcher(patch(f"{ENGINE}.launcher.LAUNCH_BATCH_SIZE", 3))
        owner_plan = self.short_plan.with_user(self.user_owner)
        for _number in range(2):
            owner_plan.launch(leads.ids)
        leads[3].unlink()
        self._run_cron("ir_cron_launch_plans")
        self.assertOnlyCodes(
            "plan_running", "record_lost", "record_missing", "record_unreadable"
        )
        launch = self._find_new("mail.activity.plan.launch")[0]
        english = launch.with_user(self.user_owner).with_context(lang="en_US")
        self.assertIn("is already running here", str(english.skipped))
        self.assertIn("was deleted", english.skipped_reasons)
        self.assertIn("«FR»", str(launch.with_user(self.user_owner).skipped))
        self.user_owner.active = False
        (leads[0] + leads[4]).plan_run_ids._stop("manual")
        launch.write({"state": "pending", "processed_count": 0})
        self._run_cron("ir_cron_launch_plans")
        self.assertEqual(launch.state, "failed")
        self.assertIn("is archived", launch.with_context(lang="en_US").error)
        self.assertOnlyCodes("launcher_archived")

    def test_days_off(self):
        self.short_plan.deadline_policy = "working_days"
        self.short_plan.template_ids[1].delay_count = 6
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": name,
                    "date_from": f"2026-03-{day} 00:00:00",
                    "date_to": f"2026-03-{day} 23:00:00",
                    "company_id": self.company_main.id,
                    "calendar_id": self.company_main.resource_calendar_id.id,
                }
                for name, day in ((False, "10"), ("Carnaval", "11"))
            ]
        )
        run = self._launch(plan=self.short_plan, plan_date="2026-03-06")
        line = run.line_ids[1].with_user(self.user_owner)
        self.assertEqual(
            self._read_days_off(line.with_context(lang="en_US")),
            ["weekend", "time off", "Carnaval", "weekend"],
        )
        self.assertEqual(
            self._read_days_off(line),
            ["«FR» weekend", "«FR» time off", "Carnaval", "«FR» weekend"],
        )
        line.activity_id.date_deadline = "2026-04-01"
        explanation = line.date_explanation["before"]
        self.assertEqual(explanation["skipped"][0]["reason"], "«FR» weekend")
        self.assertOnlyCodes()

    def _read_days_off(self, line):
        [values] = line.read(["date_explanation"])
        explanation = values["date_explanation"]
        self.assertEqual(explanation, line.date_explanation)
        [timeline] = line.run_id.get_timeline()
        step = timeline["steps"][1]
        self.assertEqual(step["date_explanation"], explanation)
        plan = line.run_id.plan_id
        answer = plan.preview(self._create_lead("Preview").ids, plan_date="2026-03-06")
        previewed = answer["records"][0]["lines"][1]["explanation"]
        self.assertEqual(previewed, explanation)
        return [row["reason"] for row in explanation["skipped"]]

    # ------------------------------------------------------------
    # Errors
    # ------------------------------------------------------------

    def test_errors_are_those_of_odoo(self):
        """The web client knows them by their names."""
        error = reason_error(self.env, Reason("plan_paused"))
        self.assertIs(type(error), UserError)
        self.short_plan.active = False
        with self.assertRaises(UserError) as caught:
            self._launch(plan=self.short_plan)
        self.assertIs(type(caught.exception), UserError)
        self.assertIn("«FR»", str(caught.exception))
