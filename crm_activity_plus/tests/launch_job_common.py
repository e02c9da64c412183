# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import CrmActivityPlusCommon

ENGINE = "odoo.addons.crm_activity_plus.engine"
MODELS = "odoo.addons.crm_activity_plus.models"
LAUNCH_LOGGER = f"{MODELS}.background.mail_activity_plan_launch"


class LaunchJobCase(CrmActivityPlusCommon, CronMixinCase):
    """Launches in the background. Here these are launches on more than three records,
    and a transaction is for two of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("crm_activity_plus.ir_cron_launch_plans")
        cls.short_plan = cls._create_plan(
            "Big campaign", cls._step(cls.type_call, "Call")
        )
        cls.leads = cls._create_leads(5)

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(f"{ENGINE}.launcher.LAUNCH_BATCH_SIZE", 3))
        self.startPatcher(patch(f"{LAUNCH_LOGGER}.BATCH_SIZE", 2))

    def _enqueue(self, leads=None, user=None, **kwargs):
        plan = self.short_plan.with_user(user or self.user_owner)
        result = plan.launch((leads or self.leads).ids, **kwargs)
        self.assertEqual((result["run_ids"], result["skipped"]), ([], []))
        return self.env["mail.activity.plan.launch"].browse(result["launch_id"])

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _on_commit(self, number, function):
        """Do something after the scheduled action committed.

        :param int number: which of its commits; the first is the one before any record
        """
        commit = IrCron._commit_progress
        count = 0

        def patched(cron, *args, **kwargs):
            nonlocal count
            count += 1
            result = commit(cron, *args, **kwargs)
            if count == number:
                function(cron.env)
            return result

        return patch.object(IrCron, "_commit_progress", patched)

    def _get_runs(self):
        return self.short_plan.run_ids

    def _get_messages(self, user):
        return self.env["mail.message"].search(
            [
                ("partner_ids", "in", user.partner_id.ids),
                ("subject", "ilike", "Big campaign"),
            ]
        )

    def assertCounts(self, launch, processed, launched, skipped):
        self.assertEqual(
            (launch.processed_count, launch.launched_count, launch.skipped_count),
            (processed, launched, skipped),
        )

    def assertLaunchedOnce(self, launch, leads):
        """Of the records of a launch, these have a run, and no other ones."""
        runs = self._get_runs().filtered(lambda run: run.res_id in launch.res_ids)
        self.assertEqual(sorted(runs.mapped("res_id")), sorted(leads.ids))
        activities = self.env["mail.activity"].search([("run_id", "in", runs.ids)])
        self.assertEqual(sorted(activities.mapped("res_id")), sorted(leads.ids))
