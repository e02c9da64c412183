# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

# A transaction's worth of records.
BATCH_SIZE = 250

# What is told about skipped records at the end.
MAX_REASONS = 20


class MailActivityPlanLaunch(models.Model):
    """A launch on so many records that nobody wants to wait for it.

    It is done in batches, each in a transaction of its own. What was launched stays so,
    and a launch that was interrupted goes on where it was: a plan isn't launched twice.
    """

    _name = "mail.activity.plan.launch"
    _description = "Launch of an Activity Plan in the Background"
    _order = "id DESC"
    _rec_name = "plan_id"

    plan_id = fields.Many2one(
        "mail.activity.plan",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users", string="Launched by", required=True, readonly=True, index=True
    )
    company_ids = fields.Many2many("res.company", readonly=True)
    plan_date = fields.Date(required=True, readonly=True)
    responsible_id = fields.Many2one("res.users", required=True, readonly=True)
    res_ids = fields.Json(required=True, readonly=True)
    overrides = fields.Json(readonly=True)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        default="pending",
        required=True,
        readonly=True,
        index=True,
    )
    record_count = fields.Integer("Records", readonly=True)
    processed_count = fields.Integer("Processed", readonly=True)
    launched_count = fields.Integer("Launched", readonly=True)
    skipped = fields.Json("Skipped Records", readonly=True)
    skipped_count = fields.Integer("Skipped", compute="_compute_skipped")
    skipped_reasons = fields.Text("Skipped Because", compute="_compute_skipped")
    progress = fields.Float(compute="_compute_progress")
    error = fields.Char(readonly=True)
    date_end = fields.Datetime("Ended on", readonly=True)

    @api.depends("skipped")
    def _compute_skipped(self):
        for launch in self:
            rows = launch.skipped or []
            reasons = list(dict.fromkeys(row["reason"] for row in rows))
            launch.skipped_count = len(rows)
            launch.skipped_reasons = "\n".join(reasons[:MAX_REASONS])

    @api.depends("processed_count", "record_count")
    def _compute_progress(self):
        for launch in self:
            launch.progress = 100 * launch.processed_count / (launch.record_count or 1)

    def action_cancel(self):
        """Launch no more. What was launched already stays so.

        :raises UserError: one of them has ended
        """
        for launch in self:
            launch.check_access("read")
            if launch.state not in ("pending", "running"):
                raise UserError(
                    self.env._(
                        "The launch of “%(plan)s” has ended already: %(launched)s "
                        "records. Stop their plans instead.",
                        plan=launch.plan_id.name,
                        launched=launch.launched_count,
                    )
                )
        self.sudo().write({"state": "cancelled", "date_end": fields.Datetime.now()})

    @api.model
    def _enqueue(self, plan, res_ids, plan_date, responsible, overrides):
        """Launch a plan in the background.

        :returns: the launch
        """
        launch = self.sudo().create(
            {
                "plan_id": plan.id,
                "user_id": self.env.uid,
                "company_ids": self.env.companies.ids,
                "plan_date": plan_date,
                "responsible_id": responsible.id,
                "res_ids": res_ids,
                "record_count": len(res_ids),
                "overrides": overrides,
            }
        )
        self.env.ref("crm_activity_plus.ir_cron_launch_plans").sudo()._trigger()
        return launch

    @api.model
    def _cron_launch(self):
        domain = [("state", "in", ("pending", "running"))]
        self.env["ir.cron"]._commit_progress(remaining=self.search_count(domain))
        for launch in self.search(domain, order="id"):
            launch = launch.try_lock_for_update().filtered_domain(domain)
            if launch and not launch._process():
                break

    def _process(self):
        """Go on with a launch until it ends or the time is over.

        :returns: whether there is time left
        """
        self.state = "running"
        remaining = self.res_ids[self.processed_count :]
        for batch in split_every(BATCH_SIZE, remaining, list):
            self._process_batch(batch)
            is_last = self.processed_count >= self.record_count
            if is_last:
                self._end()
            time_left = self.env["ir.cron"]._commit_progress(int(is_last))
            # The commit gave the lock back, and let others in.
            self.invalidate_recordset()
            if not self.try_lock_for_update() or self.state != "running":
                return bool(time_left)
            if not time_left:
                return False
        if self.state == "running":
            self._end()
        return True

    def _process_batch(self, res_ids):
        plan = (
            self.plan_id.with_user(self.user_id)
            .with_context(allowed_company_ids=self.company_ids.ids)
            .sudo(False)
        )
        overrides = {
            res_id: values
            for res_id, values in (self.overrides or {}).items()
            if int(res_id) in res_ids
        }
        try:
            with self.env.cr.savepoint():
                result = plan._launch_now(
                    res_ids, self.plan_date, self.responsible_id.id, overrides
                )
        except psycopg2.OperationalError:
            # The transaction is lost: this batch is done again in the next one.
            raise
        except Exception as error:
            if not isinstance(error, UserError):
                _logger.exception("Launch %s: a batch of records failed", self.id)
            result = {
                "run_ids": [],
                "skipped": [{"res_id": id_, "reason": str(error)} for id_ in res_ids],
            }
        self.write(
            {
                "processed_count": self.processed_count + len(res_ids),
                "launched_count": self.launched_count + len(result["run_ids"]),
                "skipped": [*(self.skipped or []), *result["skipped"]],
            }
        )

    def _end(self):
        """Tell whoever launched it what came of it."""
        self.write({"state": "done", "date_end": fields.Datetime.now()})
        launch = self.with_context(lang=self.user_id.lang)
        body = launch.env["ir.qweb"]._render(
            "crm_activity_plus.message_plan_launch_done",
            {"launch": launch, "reasons": (launch.skipped_reasons or "").splitlines()},
            minimal_qcontext=True,
        )
        self.env["mail.thread"].message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=launch.env._(
                "“%(plan)s” was launched on %(count)s records",
                plan=self.plan_id.name,
                count=self.launched_count,
            ),
            body=body,
        )
