# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import api, fields, models

from ...engine.environment import by_engine
from ...tools.savepoint import savepoint
from ...tools.states import OPEN_RUN_STATES

_logger = logging.getLogger(__name__)

VERSIONS_POSITION = "plan_versions"


class MailActivityPlanRun(models.Model):
    """Runs move to the present version of their plan; many of them in the
    background."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    version_user_id = fields.Many2one(
        "res.users",
        string="New Version Requested by",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The changed plan is applied in the background, for this user.",
    )

    @api.model
    def _get_logged_fields(self):
        return (*super()._get_logged_fields(), "plan_version")

    def _is_outdated(self):
        """:returns: whether the run goes on by an older version of its plan"""
        self.ensure_one()
        version = self.plan_id.version or 0
        return self.state in OPEN_RUN_STATES and self.plan_version != version

    def _request_version(self):
        """Have the runs moved in the background, with the rights of the user."""
        by_engine(self).write({"version_user_id": self.env.uid})
        self.env.ref("crm_activity_plus.ir_cron_apply_versions").sudo()._trigger()

    @api.model
    def _cron_apply_versions(self):
        runs = by_engine(self).search([("version_user_id", "!=", False)], order="id")
        self.env["mail.activity.cron.position"]._go_through(
            VERSIONS_POSITION, runs, lambda run: run._try_apply_version()
        )

    def _try_apply_version(self):
        """Move a run, unless somebody else has it. What can't be moved stays as it is,
        and the plan's form says so."""
        asking = [("version_user_id", "!=", False)]
        run = self.try_lock_for_update().filtered_domain(asking)
        if not run:
            return
        user, plan = run.version_user_id, run.plan_id
        run.version_user_id = False
        try:
            with savepoint(self.env.cr):
                if user.active and run._is_outdated():
                    own = plan.with_user(user).with_context(lang=user.lang, tz=user.tz)
                    own.sudo(False).apply_version(run.ids)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("Run %s can't be moved to the plan's version", run.id)
        run._tell_when_over(user, plan)

    def _tell_when_over(self, user, plan):
        """Tell whoever asked when all of the plan's runs were looked at.

        :param plan: none where it went with the addon that had brought it
        """
        if not plan:
            return
        mine = [("version_user_id", "=", user.id), ("plan_id", "=", plan.id)]
        if self.search_count(mine, limit=1):
            return
        left = plan._count_outdated()
        own = plan.with_context(lang=user.lang)
        message = own.env._("“%s” was applied to its running plans.", plan.name)
        if left:
            rest = own.env._("%s of them are still on older versions.", left)
            message = f"{message} {rest}"
        user._bus_send(
            "simple_notification",
            {"type": "success", "sticky": True, "message": message},
        )
