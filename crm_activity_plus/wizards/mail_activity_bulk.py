# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..engine.arguments import Arguments
from ..engine.bulk import do_with_each
from ..engine.deadlines import StepDater
from ..tools.states import CLOSED_STATUSES

# As many activities are named in the message to who takes them over.
MAX_NAMED = 20


class MailActivityBulk(models.TransientModel):
    """Do something with many activities at once.

    Where some of them can't be done, the others are, and the pop-up says which ones
    were left and why.
    """

    _name = "mail.activity.bulk"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Bulk Change of Activities"

    mode = fields.Selection(
        [
            ("reassign", "Reassign"),
            ("reschedule", "Reschedule"),
            ("done", "Mark Done"),
            ("hold", "Hold"),
            ("resume", "Resume"),
            ("cancel", "Cancel Activities"),
        ],
        default="reassign",
        required=True,
        readonly=True,
    )
    activity_ids = fields.Many2many(
        "mail.activity",
        default=lambda self: self._default_activity_ids(),
        context={"active_test": False},
    )
    activity_count = fields.Integer(compute="_compute_activity_count")
    hidden_count = fields.Integer(
        default=lambda self: self._default_hidden_count(),
        readonly=True,
        help="Activities that you could see before but can no longer see.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        domain="[('share', '=', False)]",
    )
    reschedule_mode = fields.Selection(
        [
            ("date", "to a date"),
            ("days", "by calendar days"),
            ("working_days", "by working days"),
        ],
        default="date",
        required=True,
    )
    date_deadline = fields.Date("New Due Date", default=fields.Date.context_today)
    days = fields.Integer(
        default=1,
        help="Counted from each activity's due date, or from today if that date has "
        "passed.",
    )
    outcome_id = fields.Many2one(
        "mail.activity.outcome",
        domain="[('id', 'in', available_outcome_ids)]",
        help="Outcomes available for all selected activities.",
    )
    available_outcome_ids = fields.Many2many(
        "mail.activity.outcome", compute="_compute_available_outcome_ids"
    )
    hold_until = fields.Date(
        "Until",
        help="The activities resume automatically on this day. Leave empty to keep "
        "them on hold until somebody resumes them.",
    )
    paused_run_count = fields.Integer("Paused Plans", compute="_compute_paused_counts")
    paused_activity_count = fields.Integer(
        "Of Paused Plans", compute="_compute_paused_counts"
    )
    is_plan_resumed = fields.Boolean(
        "Resume the Plans",
        default=True,
        help="The activities of a paused plan resume with the plan, all of them.",
    )
    note = fields.Text()
    state = fields.Selection(
        [("ask", "Ask"), ("report", "Report")], default="ask", readonly=True
    )
    done_count = fields.Integer(readonly=True)
    report = fields.Html(readonly=True)

    @api.model
    def _default_activity_ids(self):
        if self.env.context.get("active_model") != "mail.activity":
            return False
        return self._get_selected()._filtered_access("read")

    @api.model
    def _default_hidden_count(self):
        if self.env.context.get("active_model") != "mail.activity":
            return 0
        selected = self._get_selected()
        return len(selected) - len(selected._filtered_access("read"))

    @api.model
    def _get_selected(self):
        selected_ids = self.env.context.get("active_ids")
        selected_ids = Arguments(self.env).ids(selected_ids, "active_ids")
        return self.env["mail.activity"].browse(selected_ids).exists()

    @api.depends("activity_ids")
    def _compute_activity_count(self):
        for wizard in self:
            wizard.activity_count = len(wizard.activity_ids)

    @api.depends("activity_ids")
    def _compute_paused_counts(self):
        for wizard in self:
            activities = wizard.with_context(active_test=False).activity_ids
            paused = activities._filter_paused()
            wizard.paused_activity_count = len(paused)
            wizard.paused_run_count = len(paused.sudo().run_id)

    @api.depends("activity_ids")
    def _compute_available_outcome_ids(self):
        offered = self.env["mail.activity.outcome"]._get_offered().sudo(False)
        for wizard in self:
            types = wizard.activity_ids.activity_type_id
            wizard.available_outcome_ids = offered.filtered(
                lambda outcome, types=types: all(
                    outcome._is_applicable(activity_type) for activity_type in types
                )
            )

    def action_apply(self):
        """Do it with all that it can be done with.

        :returns: action: a notification, or this pop-up with what was left
        """
        Arguments(self.env).check_single(self)
        if self.state == "report":
            return {"type": "ir.actions.act_window_close"}
        self._check_input()
        # A second click of an impatient user.
        self.state = "report"
        activities, failures = self._filter_possible()
        resumed = self._resume_plans(activities)
        # Nobody waits until hundreds of emails are sent.
        queued = self.with_context(mail_notify_force_send=False)
        done = resumed | do_with_each(
            (activities - resumed).with_env(queued.env),
            getattr(queued, f"_apply_{self.mode}"),
            failures,
        )
        queued.env["mail.mail"]._send_soon()
        self.done_count = len(done)
        if self.mode == "reassign":
            self._notify_new_responsible(done)
        if not failures and not self.hidden_count:
            return self._make_notification()
        self.report = self._render_report(failures)
        return self._open(self.env._("What Could Not Be Done"))

    def _open(self, name):
        """:returns: action: this pop-up"""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "medium"},
        }

    def _check_input(self):
        today = fields.Date.context_today(self)
        if self.mode == "reassign" and not self.user_id:
            raise UserError(self.env._("Choose who to assign the activities to."))
        if self.mode == "reassign":
            plans = self.env["mail.activity.plan"]
            reason = plans._get_unusable_responsible_reason(self.user_id.sudo())
            if reason:
                raise UserError(reason)
        if self.mode == "reschedule":
            if self.reschedule_mode == "date":
                if not self.date_deadline or self.date_deadline < today:
                    raise UserError(
                        self.env._("Choose a new due date, today or later.")
                    )
            elif self.days <= 0:
                raise UserError(
                    self.env._(
                        "Write by how many days to move the activities, one or more."
                    )
                )
        if self.mode == "hold" and self.hold_until and self.hold_until <= today:
            raise UserError(
                self.env._(
                    "Choose a day after today until which to hold them, or leave it "
                    "empty."
                )
            )

    # ------------------------------------------------------------
    # Doing it
    # ------------------------------------------------------------

    def _filter_possible(self):
        """:returns: the activities that it can be tried with, and activity -> why the
        others are left"""
        failures = {}
        chosen = self.with_context(active_test=False).activity_ids
        # Nothing is told about those that the user may not see.
        chosen = chosen.exists()
        existing = chosen._filtered_access("read")
        self.hidden_count += len(chosen - existing)
        closed = existing.sudo().filtered(lambda a: a.status in CLOSED_STATUSES)
        for activity in closed:
            failures[activity.id] = self.env._("It is closed already.")
        open_activities = existing - closed.sudo(False)
        allowed = open_activities._filtered_access("write")
        for activity in open_activities - allowed:
            failures[activity.id] = self.env._("You may not change it.")
        return allowed, failures

    def _apply_reassign(self, activities):
        self._check_can_do(activities)
        # Who takes over many is told once: see _notify_new_responsible.
        activities = activities.with_context(
            mail_activity_quick_update=len(self.activity_ids) > 1
        )
        activities._because(self.note).write({"user_id": self.user_id.id})

    def _check_can_do(self, activities):
        """:raises UserError: the new responsible doesn't work in the company of one of
        the records"""
        plans, user = self.env["mail.activity.plan"], self.user_id.sudo()
        activities._fetch_companies()
        for activity in activities:
            if activity.res_model in self.env and activity.res_id:
                record = self.env[activity.res_model].sudo().browse(activity.res_id)
                if not user._filter_can_do_activities(record):
                    reason = plans._get_unusable_responsible_reason(user, record)
                    raise UserError(reason)

    def _apply_reschedule(self, activities):
        by_date = defaultdict(list)
        dater = StepDater(
            self.env,
            "working_days" if self.reschedule_mode == "working_days" else "calendar",
            self.env["resource.calendar"],
        )
        found = {}
        for activity in activities:
            key = (activity.date_deadline, activity.user_id)
            if key not in found:
                found[key] = self._find_date(dater, *key)
            by_date[found[key]].append(activity.id)
        for date_deadline, ids in by_date.items():
            activities.browse(ids)._because(self.note).write(
                {"date_deadline": date_deadline}
            )

    def _find_date(self, dater, date_deadline, user):
        if self.reschedule_mode == "date":
            return self.date_deadline
        base = max(date_deadline, fields.Date.context_today(self))
        if self.reschedule_mode == "days":
            return dater.move(base, timedelta(days=self.days))
        company = user.company_id or self.env.company
        return dater.shift(
            base, self.days, "days", "after", user, company, "rescheduled"
        ).date

    def _apply_done(self, activities):
        activities.complete(self.outcome_id.id or None, self.note or None)

    def _apply_hold(self, activities):
        activities.action_hold(self.hold_until or None, self.note or None)

    def _resume_plans(self, activities):
        """Go on with the paused plans of activities that are to be resumed, where that
        is wanted. What somebody put on hold by itself is so afterwards, too. Why a plan
        can't be resumed, its activities say when they are.

        :returns: the activities that are resumed by that
        """
        if self.mode != "resume" or not self.is_plan_resumed:
            return activities.browse()
        paused = activities._filter_paused()
        held = paused.filtered("held_by_pause")
        runs = paused.sudo().run_id.sudo(False)
        done = do_with_each(runs, lambda some: some.action_resume(), {})
        return held.filtered(lambda activity: activity.sudo().run_id in done.sudo())

    def _apply_resume(self, activities):
        activities.action_resume()

    def _apply_cancel(self, activities):
        activities._cancel(self.note or False)

    # ------------------------------------------------------------
    # Telling about it
    # ------------------------------------------------------------

    def _notify_new_responsible(self, activities):
        """Tell who takes over, in one message. Core tells about a single one itself."""
        if (
            len(self.activity_ids) < 2
            or not activities
            or self.user_id == self.env.user
        ):
            return
        lang = self.user_id.lang or self.env.lang
        activities = activities.with_context(lang=lang)
        env = activities.env
        rest = len(activities) - MAX_NAMED
        body = Markup("<p>%s</p><ul>%s</ul>%s%s") % (
            env._(
                "%(user)s assigned %(count)s activities to you.",
                user=self.env.user.name,
                count=len(activities),
            ),
            Markup().join(
                Markup("<li>%s</li>")
                % env._(
                    "%(activity)s on %(record)s, due on %(date)s",
                    activity=activity.display_name,
                    record=activity.res_name or env._("no record"),
                    date=format_date(env, activity.date_deadline, date_format="medium"),
                )
                for activity in activities[:MAX_NAMED]
            ),
            Markup("<p>%s</p>") % env._("And %(count)s more.", count=rest)
            if rest > 0
            else "",
            Markup("<p>%s</p>") % self.note if self.note else "",
        )
        env["mail.thread"].message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=env._("%(count)s activities for you", count=len(activities)),
            body=body,
        )

    def _render_report(self, failures):
        activities = self.env["mail.activity"].sudo().browse(failures)
        items = [
            Markup("<li><strong>%s</strong>: %s</li>")
            % (
                f"{activity.display_name} – {activity.res_name}"
                if activity.res_name
                else activity.display_name,
                failures[activity.id],
            )
            for activity in activities
        ]
        if self.hidden_count:
            items.append(
                Markup("<li>%s</li>")
                % self.env._(
                    "Activities that you can no longer see: %s", self.hidden_count
                )
            )
        return Markup("<ul>%s</ul>") % Markup().join(items)

    def _make_notification(self):
        sentences = {
            "reassign": self.env._("Activities reassigned: %s", self.done_count),
            "reschedule": self.env._("Activities rescheduled: %s", self.done_count),
            "done": self.env._("Activities done: %s", self.done_count),
            "hold": self.env._("Activities put on hold: %s", self.done_count),
            "resume": self.env._("Activities resumed: %s", self.done_count),
            "cancel": self.env._("Activities cancelled: %s", self.done_count),
        }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": sentences[self.mode],
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
