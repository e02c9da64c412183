# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .common import CrmActivityPlusCommon

MODELS = ("mail.activity.plan.run", "mail.activity.plan.run.line", "mail.activity.log")


class AccessCommon(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_ = cls._launch()
        cls.env.flush_all()

    def _get_records(self, model_name):
        """:returns: what the run has in a model"""
        domain = [("id" if model_name == MODELS[0] else "run_id", "=", self.run_.id)]
        return self.env[model_name].sudo().search(domain).sudo(False)

    def assertSees(self, user):
        """Reading and searching agree."""
        for model_name in MODELS:
            with self.subTest(model=model_name):
                records = self._get_records(model_name).with_user(user)
                self.assertTrue(records)
                self.env.invalidate_all()
                records.read(["id", "res_model", "res_id"])
                self.assertEqual(records.search([("id", "in", records.ids)]), records)

    def assertSeesNothing(self, user):
        for model_name in MODELS:
            with self.subTest(model=model_name):
                records = self._get_records(model_name).with_user(user)
                self.assertTrue(records)
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    records.read(["id", "res_model"])
                self.assertFalse(records._filtered_access("read"))
                self.assertFalse(records.search([("id", "in", records.ids)]))
                self.assertEqual(records.search_count([("id", "in", records.ids)]), 0)

    def assertDrives(self, user):
        run = self.run_.with_user(user)
        run.action_stop()
        self.assertEqual(run.state, "stopped")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def assertDrivesNothing(self, user):
        run = self.run_.with_user(user)
        self.env.invalidate_all()
        for method in (
            "action_stop",
            "action_pause",
            "action_resume",
            "action_restart",
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(run, method)()
        self.assertEqual(self.run_.state, "running")


@tagged("crm_activity_plus")
class TestRunAccess(AccessCommon):
    """Access to a run, a step and a row follows access to the document."""

    def test_owner_sees_and_drives(self):
        self.assertSees(self.user_owner)
        self.assertDrives(self.user_owner)

    def test_manager_sees_and_drives(self):
        self.assertSees(self.user_manager)
        self.assertDrives(self.user_manager)

    def test_colleague_sees_and_drives_nothing(self):
        self.assertSeesNothing(self.user_colleague)
        self.assertDrivesNothing(self.user_colleague)

    def test_colleague_sees_what_becomes_theirs(self):
        self.lead.user_id = self.user_colleague
        self.assertSees(self.user_colleague)
        self.assertSeesNothing(self.user_owner)

    def test_portal_user_sees_and_drives_nothing(self):
        for model_name in MODELS:
            with self.subTest(model=model_name), self.assertRaises(AccessError):
                self.env[model_name].with_user(self.user_portal).search([])
        self.assertDrivesNothing(self.user_portal)

    def test_public_user_sees_and_drives_nothing(self):
        for model_name in MODELS:
            with self.subTest(model=model_name), self.assertRaises(AccessError):
                self.env[model_name].with_user(self.user_public).search([])
        self.assertDrivesNothing(self.user_public)

    def test_other_company_sees_and_drives_nothing(self):
        self.assertSeesNothing(self.user_other_company)
        self.assertDrivesNothing(self.user_other_company)

    def test_run_of_another_company_is_hidden_until_it_is_switched_to(self):
        self.user_manager.company_ids += self.other_company
        lead = self._create_lead(
            "Foreign", company_id=self.other_company.id, user_id=False, team_id=False
        )
        run = self._launch(lead, user=self.env.user)
        self.assertEqual(run.company_id, self.other_company)
        main_only = run.with_user(self.user_manager).with_context(
            allowed_company_ids=self.company_main.ids
        )
        self.assertFalse(main_only.search([("id", "=", run.id)]))
        both = main_only.with_context(
            allowed_company_ids=(self.company_main + self.other_company).ids
        )
        self.assertTrue(both.search([("id", "=", run.id)]))

    def test_archived_lead_keeps_its_run_visible(self):
        self.lead.active = False
        self.assertSees(self.user_owner)

    def test_who_may_read_only_sees_and_drives_nothing(self):
        """Salespeople may look at all leads here, but change their own only."""
        self.env["ir.rule"].search([("model_id.model", "=", "crm.lead")]).write(
            {"perm_read": False}
        )
        self.assertSees(self.user_colleague)
        self.assertDrivesNothing(self.user_colleague)

    def test_search_pages_are_full(self):
        """What may not be seen takes no place in a page."""
        theirs = self._create_lead("Theirs", user_id=self.user_colleague.id)
        runs = self._launch(theirs, user=self.user_manager)
        for number in range(3):
            lead = self._create_lead(f"Hidden {number}", user_id=self.user_manager.id)
            runs += self._launch(lead, user=self.user_manager)
        found = self.run_.with_user(self.user_colleague).search(
            [("id", "in", runs.ids)], limit=1
        )
        self.assertEqual(found.sudo().lead_id, theirs)

    def test_nobody_writes_on_runs_and_steps(self):
        for user in (self.user_owner, self.user_manager, self.user_system):
            for model_name, vals in (
                ("mail.activity.plan.run", {"state": "done"}),
                ("mail.activity.plan.run.line", {"state": "done"}),
            ):
                records = self._get_records(model_name).with_user(user)
                with self.subTest(user=user.name, model=model_name):
                    with self.assertRaises(AccessError):
                        records.write(vals)
                    with self.assertRaises(AccessError):
                        records.unlink()
                    with self.assertRaises(AccessError):
                        records.create(
                            {"res_model": "crm.lead", "res_id": self.lead.id}
                        )


@tagged("crm_activity_plus")
class TestDeletedRecordAccess(AccessCommon):
    """Where the document is gone, administrators can still read what happened."""

    def setUp(self):
        super().setUp()
        self.lead.unlink()

    def test_administrator_sees(self):
        self.assertSees(self.user_system)

    def test_salesperson_sees_nothing(self):
        self.assertSeesNothing(self.user_owner)

    def test_manager_sees_nothing(self):
        self.assertSeesNothing(self.user_manager)

    def test_name_of_the_run_can_still_be_shown(self):
        run = self.run_.with_user(self.user_system)
        self.assertEqual(run.display_name, "High priority quotation")
        self.assertFalse(run.res_name)


@tagged("crm_activity_plus")
class TestLedgerAccess(AccessCommon):
    """Nobody changes or deletes rows."""

    def assertImmutable(self, rows):
        before = rows.sudo().read()
        for vals in (
            {"reason": "Never happened"},
            {"user_id": self.user_manager.id},
            {},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                rows.write(vals)
        with self.assertRaises(UserError):
            rows.unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(rows.sudo().read(), before)

    def test_owner_changes_nothing(self):
        self.assertImmutable(
            self._get_records("mail.activity.log").with_user(self.user_owner)
        )

    def test_administrator_changes_nothing(self):
        self.assertImmutable(
            self._get_records("mail.activity.log").with_user(self.user_system)
        )

    def test_superuser_changes_nothing(self):
        self.assertImmutable(self._get_records("mail.activity.log").sudo())

    def test_rows_cant_be_added_over_rpc(self):
        log = self.env["mail.activity.log"].with_user(self.user_system)
        with self.assertRaises(AccessError):
            get_public_method(log, "create")

    def test_engine_methods_cant_be_called_over_rpc(self):
        for model_name in MODELS:
            model = self.env[model_name].with_user(self.user_system)
            for method in (
                *("_add", "_stop", "_exit", "_finish_action", "_launch", "_log"),
                *("_advance", "_on_launched", "_on_run_ended", "_on_step_closed"),
                "_on_run_resumed",
            ):
                if hasattr(model, method):
                    with (
                        self.subTest(model=model_name, method=method),
                        self.assertRaises(AccessError),
                    ):
                        get_public_method(model, method)

    def test_rows_cant_be_imported(self):
        result = (
            self.env["mail.activity.log"]
            .with_user(self.user_system)
            .load(["event", "date", "reason"], [["done", "2026-03-02", "Forged"]])
        )
        self.assertFalse(result["ids"])

    def test_deleted_user_leaves_the_rows(self):
        user = self._create_user("Short Stay", "sales_team.group_sale_manager")
        activity = self.run_.line_ids[0].activity_id
        activity.with_user(user).action_cancel()
        rows = self._get_logs([("user_id", "=", user.id)])
        self.assertTrue(rows)
        user.unlink()
        self.assertEqual(rows.exists(), rows)

    def test_rows_cant_be_deleted_as_if_the_addon_was_uninstalled(self):
        """Anybody can send a context."""
        rows = self._get_records("mail.activity.log").with_user(self.user_system)
        with self.assertRaises(AccessError):
            rows.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()

    def test_run_with_a_history_cant_be_deleted(self):
        with self.assertRaisesRegex(UserError, "Stop it instead"):
            self.run_.sudo().unlink()
        self.assertTrue(self.run_.exists())


@tagged("crm_activity_plus")
class TestActivityAccess(AccessCommon):
    def test_customer_of_the_activity_may_be_read_by_its_responsible(self):
        """Also by one who may not read the lead."""
        activity = self._schedule(
            user_id=self.user_colleague.id, user=self.user_manager
        )
        activity = activity.with_user(self.user_colleague)
        self.env.invalidate_all()
        self.assertEqual(activity.partner_id, self.partner)

    def test_history_follows_the_lead(self):
        activity = self._schedule(
            user_id=self.user_colleague.id, user=self.user_manager
        )
        activity = activity.with_user(self.user_colleague)
        self.env.invalidate_all()
        self.assertFalse(activity.log_ids)

    def test_managers_choose_server_actions_for_steps(self):
        action, webhook = self.env["ir.actions.server"].create(
            [
                {"name": name, "model_id": self.env["ir.model"]._get_id("crm.lead")}
                | values
                for name, values in (
                    ("Mark it", {"state": "code", "code": "pass"}),
                    ("Tell them", {"state": "webhook", "webhook_url": "https://a.b/c"}),
                )
            ]
        )
        both = [("id", "in", (action + webhook).ids)]
        Action = self.env["ir.actions.server"]
        self.assertEqual(Action.with_user(self.user_manager).search(both), action)
        self.assertEqual(
            Action.with_user(self.user_system).search(both), action + webhook
        )
        action = action.with_user(self.user_manager)
        self.assertEqual(action.name_search("Mark it", both)[0][0], action.id)
        with self.assertRaises(AccessError):
            action.read(["code"])
        with self.assertRaises(AccessError):
            action.name = "Something else"
        with self.assertRaises(AccessError):
            Action.with_user(self.user_owner).search(both)

    def test_status_cant_be_written_over_rpc(self):
        activity = self.run_.line_ids[0].activity_id.with_user(self.user_owner)
        with self.assertRaises(UserError):
            activity.write({"status": "done"})

    def test_private_methods_of_activities_stay_private(self):
        activity = self.env["mail.activity"].with_user(self.user_owner)
        for method in ("_cancel", "_hand_over", "_log"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                get_public_method(activity, method)
