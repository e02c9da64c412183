# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from unittest.mock import patch
from uuid import uuid4

from odoo.fields import Command

from odoo.addons.base.models.ir_cron import IrCron

from .concurrency import ConcurrencyCase

ENGINE = "odoo.addons.crm_activity_plus.engine"
MODELS = "odoo.addons.crm_activity_plus.models"
DONE_BODY = "The step did itself"


class Killed(BaseException):
    """What ends a process, and no code of it can handle."""


class EngineConcurrencyCase(ConcurrencyCase):
    def setUp(self):
        self._extras = []
        super().setUp()

    def _delete_everything(self):
        super()._delete_everything()
        with self._transaction() as env:
            for model, ids in reversed(self._extras):
                env[model].browse(ids).unlink()

    def _create(self, env, model, *vals_list):
        """Create records that are deleted at the end."""
        records = env[model].create(vals_list)
        self._extras.append((model, records.ids))
        return records

    def _set_steps(self, env, *steps):
        """Give the plan other steps.

        :returns: the steps
        """
        plan = env["mail.activity.plan"].browse(self.plan_id)
        todo = env.ref("mail.mail_activity_data_todo")
        plan.template_ids = [
            Command.clear(),
            *(
                Command.create(
                    {"activity_type_id": todo.id, "sequence": number, **step}
                )
                for number, step in enumerate(steps)
            ),
        ]
        return plan.template_ids

    def _automatic_step(self, env, summary):
        """:returns: values of a step that posts a message on the lead"""
        action = self._create(
            env,
            "ir.actions.server",
            {
                "name": summary,
                "model_id": env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": f"record.message_post(body='{DONE_BODY}')",
            },
        )
        return {
            "summary": summary,
            "action_type": "server_action",
            "server_action_id": action.id,
            "responsible_type": "other",
            "responsible_id": env.ref("base.user_admin").id,
        }

    def _email_step(self, env):
        template = self._create(
            env,
            "mail.template",
            {
                "name": f"Concurrent {uuid4().hex}",
                "model_id": env["ir.model"]._get_id("crm.lead"),
                "subject": DONE_BODY,
                "body_html": f"<p>{DONE_BODY}</p>",
                "email_to": "customer@test.example.com",
                "use_default_to": False,
            },
        )
        return {
            "summary": "Write",
            "action_type": "email",
            "mail_template_id": template.id,
            "responsible_type": "other",
            "responsible_id": env.ref("base.user_admin").id,
        }

    def _launch_due(self, env, lead_ids):
        """:returns: the runs of a launch whose steps are due"""
        plan = env["mail.activity.plan"].browse(self.plan_id)
        run_ids = plan.launch(lead_ids, plan_date="2026-03-10")["run_ids"]
        return env["mail.activity.plan.run"].browse(run_ids)

    def _get_runs(self, env):
        return env["mail.activity.plan.run"].search([("plan_id", "=", self.plan_id)])

    def _count_messages(self, env):
        """:returns: for each lead, how often its step has done itself"""
        env.flush_all()
        return [
            env["mail.message"].search_count(
                [
                    ("model", "=", "crm.lead"),
                    ("res_id", "=", lead_id),
                    ("body", "ilike", DONE_BODY),
                ]
            )
            for lead_id in self.lead_ids
        ]

    @contextmanager
    def _killed_at_commit(self, number, is_before):
        """The process ends when a scheduled action commits.

        :param int number: at which of its commits; the first is the one before any
            record
        :param bool is_before: before the commit, or after it
        """
        commit = IrCron._commit_progress
        count = 0

        def patched(cron, *args, **kwargs):
            nonlocal count
            count += 1
            if count == number and is_before:
                raise Killed
            result = commit(cron, *args, **kwargs)
            if count == number:
                raise Killed
            return result

        with (
            patch.object(IrCron, "_commit_progress", patched),
            self.assertRaises(Killed),
        ):
            yield

    @staticmethod
    def _run_due(env):
        env["mail.activity.plan.run.line"]._cron_run_due()
