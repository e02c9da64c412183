# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import runpy

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL, file_path

from .common import CrmActivityPlusCommon

SCRIPT = "crm_activity_plus/migrations/19.0.1.1.0/post-migration.py"
CRONS_SCRIPT = "crm_activity_plus/migrations/19.0.1.2.0/post-cron-names.py"
REASONS_SCRIPT = "crm_activity_plus/migrations/19.0.1.2.0/pre-reasons.py"


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestMigrationOfConditions(CrmActivityPlusCommon):
    """To 19.0.1.1.0: what was evaluated becomes a literal with tokens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan.template_ids[1].after_ids = cls.plan.template_ids[0]
        cls.run_ = cls._launch()
        cls.env.flush_all()

    def _set(self, records, name, text):
        """Write what can't be saved any more."""
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                SQL.identifier(records._table),
                SQL.identifier(name),
                text,
                records.ids,
            )
        )
        self.env.invalidate_all()

    def _migrate(self, version="19.0.1.0.0"):
        runpy.run_path(file_path(SCRIPT))["migrate"](self.env.cr, version)

    def _get_places(self):
        return (
            (self.plan, "domain"),
            (self.plan, "exit_domain"),
            (self.plan.template_ids[1], "condition_domain"),
            (self.run_, "exit_domain"),
            (self.run_.line_ids[1], "condition_domain"),
        )

    def test_every_place_is_converted(self):
        for record, name in self._get_places():
            self._set(record, name, "[('user_id', '=', user.id)]")
        self._migrate()
        for record, name in self._get_places():
            self.assertEqual(record[name], "[('user_id', '=', uid)]")
        self.run_.line_ids[0].activity_id.action_feedback()
        self.assertEqual(self.run_.line_ids[1].state, "scheduled")
        self.lead.priority = "3"
        self.assertEqual(self.run_.state, "stopped")
        self.assertEqual(self.run_.stop_reason, "condition")

    def test_literals_stay(self):
        text = "[('user_id', '=', uid), ('name', '=', 'user.id')]"
        for record, name in self._get_places():
            self._set(record, name, text)
        self._migrate()
        self._migrate()
        for record, name in self._get_places():
            self.assertEqual(record[name], text)

    def test_team_of_the_user(self):
        self._set(self.plan, "domain", "[('team_id', '=', user.team_id.id)]")
        self._migrate()
        self.assertEqual(self.plan.domain, "[('team_id.member_ids', 'in', [uid])]")
        plan = self.plan.with_user(self.user_owner)
        own, foreign = self._create_leads(2)
        self.sales_team_1.member_ids += self.user_owner
        foreign.team_id = self.env["crm.team"].create({"name": "Others"})
        result = plan.launch((own + foreign).ids)
        self.assertEqual(len(result["run_ids"]), 1)
        self.assertEqual(result["skipped"][0]["res_id"], foreign.id)

    def test_what_can_not_be_converted_matches_nothing(self):
        for record, name in self._get_places():
            self._set(record, name, "[('company_id', '=', user.company_id.id)]")
        with self.assertLogs(level="WARNING") as logs:
            self._migrate()
        self.assertEqual(len(logs.output), 5)
        self.assertIn("user.company_id.id", logs.output[0])
        with self.assertRaisesRegex(UserError, "user.company_id.id.*not understood"):
            self._launch(self._create_lead("Another"))
        with self.assertLogs("odoo.addons.crm_activity_plus", "WARNING"):
            self.lead.priority = "3"
        self.assertEqual(self.run_.state, "running")
        self.run_.line_ids[0].activity_id.action_feedback()
        self.assertEqual(self.run_.line_ids[1].state, "failed")
        self.assertIn("user.company_id.id", self.run_.line_ids[1].reason)

    def test_what_would_lead_nowhere_stays(self):
        """The path that a team's members are found behind isn't one of a team."""
        text = "[('partner_id', '=', user.team_id.id)]"
        self._set(self.plan, "domain", text)
        with self.assertLogs(level="WARNING"):
            self._migrate()
        self.assertEqual(self.plan.domain, text)

    def test_conditions_are_about_the_model_of_the_run(self):
        self._set(self.run_, "exit_domain", "[('team_id', '=', user.team_id.id)]")
        self._set(self.plan, "res_model", "res.partner")
        self._migrate()
        self.assertIn("member_ids", self.run_.exit_domain)

    def test_new_database(self):
        self._set(self.plan, "domain", "[('user_id', '=', user.id)]")
        self._migrate(version=None)
        self.assertIn("user.id", self.plan.domain)

    def test_who_chose_an_action(self):
        """Whoever may do less of those who saved the step."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '1'})",
            }
        )
        plan = self._create_plan(
            "Acting",
            *(
                self._step(
                    self.type_todo,
                    name,
                    action_type="server_action",
                    server_action_id=action.id,
                )
                for name in ("One", "Two", "Three")
            ),
        )
        self._launch(plan=plan)
        self.env.flush_all()
        system, manager = self.user_system.id, self.user_manager.id
        for template, users in zip(
            plan.template_ids,
            ((system, manager), (manager, system), (system, system)),
            strict=True,
        ):
            self._set(template, "chosen_by_id", None)
            self._set(template, "create_uid", users[0])
            self._set(template, "write_uid", users[1])
        lines = self.env["mail.activity.plan.run.line"].search(
            [("template_id", "in", plan.template_ids.ids)]
        )
        self._set(lines, "chosen_by_id", None)
        self._migrate()
        expected = self.user_manager, self.user_manager, self.user_system
        for template, user in zip(plan.template_ids, expected, strict=True):
            self.assertEqual(template.chosen_by_id, user)
        for line in lines:
            self.assertEqual(line.chosen_by_id, line.template_id.chosen_by_id)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestMigrationOfReasons(CrmActivityPlusCommon):
    """To 19.0.1.2.0: sentences that were written stay what they are."""

    # Table, what the column was called, and what it is called by now.
    COLUMNS = (
        ("mail_activity_log", "reason", "reason_text"),
        ("mail_activity_plan_run_line", "reason", "reason_text"),
        ("mail_activity_plan_run", "stop_note", "stop_note_text"),
    )

    def _rename(self, table, old, new):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "ALTER TABLE %s RENAME COLUMN %s TO %s",
                *map(SQL.identifier, (table, old, new)),
            )
        )

    def _migrate(self):
        runpy.run_path(file_path(REASONS_SCRIPT))["migrate"](self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()

    def test_sentences_stay(self):
        run = self._launch()
        run.line_ids[0].action_skip("Nicht nötig")
        run.action_stop(note="Umgezogen")
        rows = self._get_logs([("run_id", "=", run.id)])
        [skipped] = rows.filtered(lambda row: row.event == "skipped")
        self.assertEqual(skipped.reason_text, "Nicht nötig")
        for table, old, new in self.COLUMNS:
            self._rename(table, new, old)
        for _twice in range(2):
            self._migrate()
            self.assertEqual(run.line_ids[0].reason, "Nicht nötig")
            self.assertEqual(run.stop_note, "Umgezogen")
            self.assertEqual(skipped.reason, "Nicht nötig")
            self.assertEqual(rows.search([("reason", "=", "Nicht nötig")]), skipped)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestMigrationOfCronNames(CrmActivityPlusCommon):
    """To 19.0.1.2.0: scheduled actions are called in the words of the screens."""

    def test_names_that_nobody_changed(self):
        script = runpy.run_path(file_path(CRONS_SCRIPT))
        actions = {
            name: self.env.ref(f"crm_activity_plus.{name}").ir_actions_server_id
            for name in script["OLD_NAMES"]
        }
        new = {name: action.name for name, action in actions.items()}
        self.assertEqual(new, script["NEW_NAMES"], "as a new database has them")
        for name, action in actions.items():
            action.name = script["OLD_NAMES"][name]
        actions["ir_cron_end_holds"].name = "Holds"
        script["migrate"](self.env.cr, "19.0.1.1.0")
        new["ir_cron_end_holds"] = "Holds"
        self.assertEqual({name: a.name for name, a in actions.items()}, new)
