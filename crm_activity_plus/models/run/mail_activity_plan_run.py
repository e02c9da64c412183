# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import restarts
from ...engine.arguments import Arguments
from ...engine.deadlines import StepDater
from ...engine.environment import by_engine, is_uninstalling
from ...engine.locks import take
from ...engine.transitions import Transition
from ...tools.states import OPEN_RUN_STATES
from ...tools.values import quote


class MailActivityPlanRun(models.Model):
    """A launched plan, which the engine moves forward.

    It keeps what it needs of the plan: changing the plan doesn't change what was
    launched. People change a run through its actions only, which need write access to
    the document.
    """

    _name = "mail.activity.plan.run"
    _inherit = [
        "mail.activity.document.mixin",
        "mail.activity.reason.mixin",
        "mail.activity.bulk.mixin",
        "mail.activity.ledger.mixin",
        "mail.activity.plan.exit.mixin",
    ]
    _description = "Running Plan"
    _order = "id DESC"

    _open_states = OPEN_RUN_STATES
    _reason_field = "stop_note"

    # None where the plan went with the application it was for. People can't delete it.
    plan_id = fields.Many2one(
        "mail.activity.plan", readonly=True, index=True, ondelete="set null"
    )
    plan_version = fields.Integer(
        aggregator=None,
        readonly=True,
        help="Version of the plan that was launched; 0 if it is not known.",
    )
    name = fields.Char(required=True, readonly=True, index="trigram")
    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char("Record", compute="_compute_res_name", compute_sudo=True)
    lead_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        "res.company",
        readonly=True,
        index=True,
        help="Company of the record. If it has none, everybody who can read the record"
        " can read its plans.",
    )
    working_company_id = fields.Many2one(
        "res.company",
        string="Working Days of",
        readonly=True,
        help="Company whose working days count if the record has none: the one in "
        "which the plan was launched.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Launched by",
        readonly=True,
        index=True,
        ondelete="set null",
    )
    responsible_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        readonly=True,
        ondelete="set null",
        help="User chosen at launch for the steps that ask for one.",
    )
    plan_date = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("stopped", "Stopped"),
            ("failed", "Failed"),
        ],
        string="Status",
        default="running",
        required=True,
        readonly=True,
        index=True,
    )
    stop_reason = fields.Selection(
        [
            ("manual", "Stopped manually"),
            ("won", "Won"),
            ("lost", "Lost"),
            ("reply", "The customer replied"),
            ("meeting", "A meeting was booked"),
            ("condition", "The exit condition was met"),
            ("merged", "Merged into another record"),
            ("outcome", "Stopped by an outcome"),
            ("record_deleted", "The record was deleted"),
            ("plan_deleted", "The plan was deleted"),
        ],
        readonly=True,
    )
    stop_note = fields.Char(compute="_compute_reason", search="_search_reason")
    stop_note_code = fields.Char(readonly=True)
    stop_note_values = fields.Json(readonly=True)
    stop_note_text = fields.Char(
        readonly=True, help="What a person typed, or an older version wrote."
    )
    date_start = fields.Datetime(
        "Started on", default=fields.Datetime.now, required=True, readonly=True
    )
    date_end = fields.Datetime("Ended on", readonly=True)
    line_ids = fields.One2many(
        "mail.activity.plan.run.line", "run_id", string="Steps", readonly=True
    )
    progress = fields.Float(
        compute="_compute_progress",
        store=True,
        aggregator="avg",
        help="Share of the steps done, in percent. Skipped steps don't count.",
    )
    next_deadline = fields.Date(
        "Next Due Date", compute="_compute_progress", store=True, index=True
    )
    deadline_policy = fields.Selection(
        selection=lambda self: self.env["mail.activity.plan"]
        ._fields["deadline_policy"]
        ._description_selection(self.env),
        string="Deadlines",
        default="calendar",
        required=True,
        readonly=True,
    )
    resource_calendar_id = fields.Many2one(
        "resource.calendar", "Working Hours", readonly=True, ondelete="set null"
    )
    launch_key = fields.Char(readonly=True, default="")
    action_depth = fields.Integer(
        readonly=True,
        help="Number of server actions that triggered one another before this plan was"
        " launched.",
    )

    # Two launches at the same moment give one run.
    _launched_once = models.UniqueIndex(
        "(plan_id, res_model, res_id, launch_key) WHERE state IN ('running', 'paused')",
        "This plan is already running on this record.",
    )
    _document_index = models.Index("(res_model, res_id)")
    # For the check of the exits, which goes through them in this order.
    _under_way_index = models.Index("(id) WHERE state IN ('running', 'paused')")

    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        """Its history hangs on it."""
        if is_uninstalling(self.env):
            return
        raise UserError(
            self.env._(
                "“%(runs)s” can't be deleted: its history tells what was done for the "
                "customer. Stop it instead.",
                runs=", ".join(self[:6].mapped("display_name")),
            )
        )

    @api.depends("name", "res_model", "res_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = (
                f"{run.name} – {run.res_name}" if run.res_name else run.name
            )

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_res_name(self):
        self.res_name = False
        for res_model, runs in self.grouped("res_model").items():
            if res_model not in self.env:
                continue
            existing = self.env[res_model].browse(runs.mapped("res_id")).exists()
            names = {record.id: record.display_name for record in existing}
            for run in runs:
                run.res_name = names.get(run.res_id, False)

    @api.depends("line_ids.state", "line_ids.date_deadline")
    def _compute_progress(self):
        for run in self:
            run.update(run.line_ids._sum_up(run.line_ids))

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    def action_stop(self, reason="manual", note=None):
        """Stop the runs and close their open activities.

        :param str reason: one of the values of ``stop_reason``
        :param str note: more about why, for people
        :raises UserError: the reason is unknown
        :raises AccessError: the user may not change the document
        """
        note = Arguments(self.env).text(note, "note")
        reasons = self._get_stop_reasons()
        if reason not in reasons:
            raise UserError(
                self.env._(
                    "“%(reason)s” is not a reason to stop a plan. Choose one of these: "
                    "%(reasons)s.",
                    reason=quote(reason),
                    reasons=", ".join(reasons),
                )
            )
        self._check_may_drive()
        by_engine(self)._stop(reason, note)
        return True

    @api.model
    def _get_stop_reasons(self):
        """Hook: the reasons that runs can be stopped for by hand.

        :rtype: list[str]
        """
        return self._fields["stop_reason"].get_values(self.env)

    def action_restart(self):
        """Begin the runs again with their first steps, as they were launched; what is
        open is cancelled.

        :raises UserError: the plan couldn't be launched on the record now either: it is
            archived, running there already, or the record is won, lost,
            archived or not one that the plan is for
        :raises AccessError: the user may not change the document
        """
        self._check_may_drive()
        restarts.restart(by_engine(self))
        return True

    def _check_state(self, state, reason):
        for run in self:
            if run.state != state:
                raise UserError(
                    self.env._(
                        "“%(run)s” %(reason)s.", run=run.display_name, reason=reason
                    )
                )

    @api.readonly
    def action_open_document(self):
        """:raises UserError: the document is gone"""
        Arguments(self.env).check_single(self)
        if self._filter_without_document_left():
            raise UserError(
                self.env._("The record of “%(run)s” was deleted.", run=self.name)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def _check_may_drive(self):
        """Whoever may change the document drives its runs, though nobody may write on a
        run itself."""
        self.check_access("read")
        forbidden = self._filter_document_forbidden("write")
        if forbidden:
            raise forbidden._make_document_access_error("write")

    # ------------------------------------------------------------
    # Events. Hooks for other addons
    # ------------------------------------------------------------

    @api.model
    def _on_launched(self, runs):
        """Hook: plans were launched; their first steps are there.

        :param runs: all runs that one launch made in this transaction; as superuser
        """

    @api.model
    def _on_run_ended(self, runs):
        """Hook: runs are done, failed or were stopped, and nothing of them is open.

        :param runs: all that one operation ended; as superuser
        """

    @api.model
    def _on_run_resumed(self, runs):
        """Hook: paused runs go on.

        :param runs: all that one operation resumed; as superuser
        """

    # ------------------------------------------------------------
    # Engine. Everything below runs as superuser.
    # ------------------------------------------------------------

    def _touch_documents(self):
        """Have whoever changes or deletes one of the records at this moment, and can't
        see its run yet, begin anew: what a change would have ended doesn't go on.
        """
        for res_model, runs in self.grouped("res_model").items():
            take(self.env[res_model].browse(runs.mapped("res_id")))

    def _advance(self):
        """Go on with the runs as far as that is possible now."""
        Transition(self).advance()

    def _stop(self, reason, note=None):
        """End open runs before they are done; see :meth:`action_stop`."""
        runs = self.filtered(lambda run: run.state in OPEN_RUN_STATES)
        transition = Transition(runs, is_taken=True)
        transition.stop(runs, reason, note)
        transition.finish()

    def _describe_end(self, reason):
        """:returns: that the run was stopped, for the note on its document"""
        self.ensure_one()
        return self.env._(
            "The plan “%(plan)s” was stopped. %(reason)s", plan=self.name, reason=reason
        )

    def _get_action_depth(self):
        """:returns: how many actions led here today, for the next one; a plan that
        launches another one on a later day doesn't go round without end"""
        self.ensure_one()
        is_todays = self.date_start.date() == fields.Date.today()
        return self.action_depth if is_todays else 0

    def _get_dater(self, policy=None):
        """:param str policy: instead of the run's own"""
        return StepDater(
            self.env, policy or self.deadline_policy, self.resource_calendar_id
        )

    def _get_daters(self):
        """:returns: run -> what dates its steps; runs that count alike share one"""
        alike = self.grouped(
            lambda run: (run.deadline_policy, run.resource_calendar_id)
        )
        return {
            run: dater
            for runs in alike.values()
            for dater in [runs[0]._get_dater()]
            for run in runs
        }

    def _get_documents(self):
        """:returns: run -> its record, for the runs whose record is there"""
        documents = {}
        for res_model, runs in self.grouped("res_model").items():
            if res_model not in self.env:
                continue
            records = self.env[res_model].sudo().browse(set(runs.mapped("res_id")))
            known = {record.id: record for record in records.exists()}
            documents |= {run: known[run.res_id] for run in runs if run.res_id in known}
        return documents

    def _filter_without_document_left(self):
        """:returns: the runs whose document is gone"""
        gone = self.browse()
        for res_model, runs in self.grouped("res_model").items():
            existing = set()
            if res_model in self.env:
                records = self.env[res_model].browse(set(runs.mapped("res_id")))
                existing.update(records.exists()._ids)
            gone += runs.filtered(lambda run, ids=existing: run.res_id not in ids)
        return gone

    def _set_state(self, state, values=None, event=None, reason=False):
        """Give the runs another state, and tell the ledger."""
        if not self:
            return
        old_states = {run: run.state for run in self}
        old_values = self._get_logged_values_by_record()
        self.write({"state": state, **(values or {})})
        self.env["mail.activity.log"]._add(
            [
                {
                    **run._prepare_log_values(event or state, old_states[run]),
                    "reason": reason,
                    "values": run._get_logged_changes(old_values[run]) or None,
                }
                for run in self
            ]
        )

    def _forget_plans(self):
        """The plans of these are about to be deleted along with their templates and
        actions. PostgreSQL would clear one of these keys of a step after the other, and
        stumble over the next, where the step itself was changed just before."""
        self.plan_id = False
        self.line_ids.write(
            {"mail_template_id": False, "server_action_id": False, "template_id": False}
        )

    @api.model
    def _get_logged_fields(self):
        return ("company_id", "plan_date", "responsible_id")

    @api.model
    def _get_lead_id(self, record):
        return record._name == "crm.lead" and record.id

    def _prepare_log_values(self, event, old_state):
        """Hook: the values of a ledger row about the run itself."""
        self.ensure_one()
        return {
            "res_model": self.res_model,
            "res_id": self.res_id,
            "run_id": self.id,
            "event": event,
            "old_status": old_state,
            "new_status": self.state,
        }
