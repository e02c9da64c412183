# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.environment import by_engine
from ...engine.reasons import tell_reason
from ...tools.reasons import COLUMNS, Reason

# An ended launch can be looked at for so long.
KEPT_DAYS = 180

# What is told about skipped records at the end.
MAX_REASONS = 20


class MailActivityPlanLaunch(models.Model):
    """A launch from the pop-up, or one on so many records that nobody wants to wait for
    it: what was asked for, and what came of it.

    One on many records is done in batches in the background, each in a transaction of
    its own. What was launched stays so, and a launch that was interrupted goes on where
    it was: a plan isn't launched twice.
    """

    _name = "mail.activity.plan.launch"
    _inherit = ["mail.activity.reason.mixin"]
    _description = "Launch of an Activity Plan"
    _order = "id DESC"
    _rec_name = "plan_id"
    _reason_field = "error"

    plan_id = fields.Many2one(
        "mail.activity.plan",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Launched by",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, help="Company in which the plan was launched."
    )
    company_ids = fields.Many2many("res.company", string="Companies", readonly=True)
    plan_date = fields.Date(required=True, readonly=True)
    responsible_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    res_ids = fields.Json(required=True, readonly=True, prefetch=False)
    overrides = fields.Json(readonly=True, prefetch=False)
    request_key = fields.Char(
        readonly=True, help="Pop-up from which the plan was launched, if any."
    )
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        string="Job Status",
        default="pending",
        required=True,
        readonly=True,
        index=True,
    )
    record_count = fields.Integer("Records", readonly=True)
    processed_count = fields.Integer("Processed", readonly=True)
    launched_count = fields.Integer("Launched", readonly=True)
    # With the names of records, which not everybody may know who may see the launch.
    skipped_rows = fields.One2many(
        "mail.activity.plan.launch.skip",
        "launch_id",
        readonly=True,
        groups=fields.NO_ACCESS,
    )
    skipped = fields.Json("Skipped Records", compute="_compute_skipped")
    skipped_count = fields.Integer("Skipped", compute="_compute_skipped")
    skipped_reasons = fields.Text("Skip Reasons", compute="_compute_skipped")
    progress = fields.Float(compute="_compute_progress")
    error = fields.Char(compute="_compute_reason", search="_search_reason")
    error_code = fields.Char(readonly=True)
    error_values = fields.Json(readonly=True)
    error_text = fields.Char(readonly=True)
    try_count = fields.Integer(
        "Attempts",
        readonly=True,
        help="Attempts since the last completed batch. Batches get smaller with each "
        "attempt.",
    )
    date_end = fields.Datetime("Ended on", readonly=True)

    @api.depends("skipped_rows")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_skipped(self):
        for launch in self:
            rows = launch._get_readable_rows()
            reasons = list(dict.fromkeys(row["reason"] for row in rows))
            launch.skipped = rows
            launch.skipped_count = len(rows)
            launch.skipped_reasons = "\n".join(reasons[:MAX_REASONS])

    def _get_readable_rows(self):
        """:returns: the skipped records and why; without the reason, which tells their
        name, for somebody else than whoever launched, who may not read them"""
        self.ensure_one()
        found = self.env["mail.activity.plan.launch.skip"].sudo()
        found = found.search_fetch(
            [("launch_id", "in", self.ids)],
            ["res_id", *(f"reason_{part}" for part in COLUMNS)],
        )
        rows = [{"res_id": row.res_id, "reason": row.reason} for row in found]
        if self.env.su or self.user_id == self.env.user:
            return rows
        res_model = self.sudo().plan_id.res_model
        allowed = set()
        if res_model in self.env:
            records = self.env[res_model].browse(row["res_id"] for row in rows)
            allowed.update(records.exists()._filtered_access("read")._ids)
        unreadable = tell_reason(self.env, Reason("record_unreadable"))
        return [
            row if row["res_id"] in allowed else {**row, "reason": unreadable}
            for row in rows
        ]

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
                        "records. Undo it, or stop their plans instead.",
                        plan=launch.plan_id.name,
                        launched=launch.launched_count,
                    )
                )
        self.sudo().write({"state": "cancelled", "date_end": fields.Datetime.now()})
        return True

    @api.model
    def _enqueue(self, plan, request):
        """Launch a plan in the background.

        :param LaunchRequest request: what is asked for
        :returns: the launch
        """
        launch = self.sudo().create(
            {
                **self._prepare_values(plan, request),
                "overrides": request.store_choices(),
                "request_key": request.origin,
            }
        )
        self.env.ref("crm_activity_plus.ir_cron_launch_plans").sudo()._trigger()
        return launch

    @api.model
    def _note(self, plan, request):
        """Note down a launch that is done at once: see :meth:`_note_result`.

        :param LaunchRequest request: what is asked for
        :returns: the launch
        """
        values = self._prepare_values(plan, request)
        return by_engine(self).create({**values, "state": "done"})

    def _note_result(self, result):
        """:param dict result: see ``launch`` of ``mail.activity.plan``"""
        self.write(
            {
                "processed_count": self.record_count,
                "launched_count": len(result["run_ids"]),
                "date_end": fields.Datetime.now(),
            }
        )
        self._add_skipped(result["skipped"])

    @api.model
    def _prepare_values(self, plan, request):
        return {
            "plan_id": plan.id,
            "user_id": self.env.uid,
            "company_id": self.env.company.id,
            "company_ids": self.env.companies.ids,
            "plan_date": request.plan_date,
            "responsible_id": request.responsible_id or self.env.uid,
            "res_ids": request.res_ids,
            "record_count": len(request.res_ids),
        }

    @api.autovacuum
    def _gc_ended_launches(self):
        """What came of a launch is told in a message, and the runs stay."""
        oldest = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("date_end", "<", oldest)]).unlink()
