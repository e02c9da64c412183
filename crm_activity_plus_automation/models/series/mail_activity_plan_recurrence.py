# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.calendar.models.calendar_recurrence import (
    BYDAY_SELECTION,
    END_TYPE_SELECTION,
    MONTH_BY_SELECTION,
    RRULE_TYPE_SELECTION,
    WEEKDAY_SELECTION,
    weekday_to_field,
)
from odoo.addons.crm_activity_plus.engine.condition import Condition

from ...tools.occurrences import MAX_OCCURRENCES

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What ``calendar.recurrence`` calls the same; ``until`` is ``date_until`` here.
RULE_FIELDS = (
    *("rrule_type", "end_type", "interval", "count", *WEEKDAYS),
    *("month_by", "day", "weekday", "byday"),
)
# What may not change while visits are planned by it.
PLANNING_FIELDS = {*RULE_FIELDS, "date_start", "date_until", "domain", "plan_id"}
PLANNING_FIELDS |= {"company_id", "daily_limit", "horizon_days", "is_spread", "rrule"}
# What the engine alone says.
ENGINE_FIELDS = {"date_from", "date_next_check", "planned_total", "problem", "state"}


class MailActivityPlanRecurrence(models.Model):
    """A plan that is launched again and again on the same records: a maintenance visit
    of each customer of a category, each month for a year.

    Each record has one run for each occurrence, and the meetings of the run are in the
    calendar up to a horizon. Who joins the records that the series is for gets the
    coming visits, and who leaves loses them.

    The series acts with the rights of ``user_id``: whoever writes what it does.
    """

    _name = "mail.activity.plan.recurrence"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Recurring Visits"
    _order = "id DESC"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True
    )
    plan_id = fields.Many2one(
        "mail.activity.plan",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain="[('template_ids.action_type', '=', 'meeting')]",
        help="Plan launched for each visit. Its meeting steps book the visits at their "
        "time of day.",
    )
    res_model = fields.Selection(related="plan_id.res_model", store=True)
    domain = fields.Char(
        "Records",
        default="[]",
        help="Which records have the visits. Records that match later get the coming "
        "visits, and those that no longer match lose them.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Launched by",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        ondelete="cascade",
        help="The visits are planned with the rights of this user: whoever changed the "
        "series last.",
    )
    state = fields.Selection(
        [
            ("draft", "New"),
            ("running", "Running"),
            ("stopped", "Stopped"),
            ("done", "Done"),
        ],
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )

    rrule_type = fields.Selection(
        RRULE_TYPE_SELECTION, string="Repeats", default="monthly", required=True
    )
    interval = fields.Integer("Every", default=1, required=True)
    mon, tue, wed, thu, fri, sat, sun = (
        fields.Boolean(label)
        for label in (
            *("Monday", "Tuesday", "Wednesday", "Thursday"),
            *("Friday", "Saturday", "Sunday"),
        )
    )
    month_by = fields.Selection(MONTH_BY_SELECTION, default="date")
    day = fields.Integer(
        "Day of Month",
        compute="_compute_day",
        store=True,
        readonly=False,
        precompute=True,
        aggregator=None,
        help="Months without this day have no visit.",
    )
    weekday = fields.Selection(WEEKDAY_SELECTION)
    byday = fields.Selection(BYDAY_SELECTION, "Week of Month")
    date_start = fields.Date(
        "From", required=True, default=lambda self: fields.Date.context_today(self)
    )
    end_type = fields.Selection(
        END_TYPE_SELECTION,
        "Ends",
        compute="_compute_end_type",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    count = fields.Integer("Number of Visits", aggregator=None)
    date_until = fields.Date("Until")
    rrule = fields.Char(
        "Rule",
        compute="_compute_rrule",
        inverse="_inverse_rrule",
        store=True,
        help="The rule as in RFC 5545, for integrations.",
    )
    horizon_days = fields.Integer(
        "Planned Ahead (Days)",
        default=365,
        aggregator=None,
        help="Visits are planned this many days ahead, and the others as time goes by. "
        "0: all at once, up to the end.",
    )
    daily_limit = fields.Integer(
        "Visits per Day",
        aggregator=None,
        help="Nobody gets more recurring visits than this on a day: others move to the "
        "next day with room. 0: no limit.",
    )
    is_spread = fields.Boolean(
        "One After the Other",
        help="Visits of a person on the same day follow each other within the working "
        "hours, around the person's other meetings. Otherwise all of them are at the "
        "time of the plan's step.",
    )

    date_from = fields.Date(
        "Planned from",
        readonly=True,
        copy=False,
        help="Visits of earlier days were planned by an earlier rule.",
    )
    date_next_check = fields.Datetime(readonly=True, copy=False, index=True)
    planned_total = fields.Integer(
        readonly=True,
        copy=False,
        help="Visits to plan, those already planned included.",
    )
    problem = fields.Char(readonly=True, copy=False)
    occurrence_ids = fields.One2many(
        "mail.activity.plan.recurrence.occurrence",
        "recurrence_id",
        string="Visits",
        readonly=True,
    )

    _interval_in_range = models.Constraint(
        "CHECK (interval BETWEEN 1 AND 1000)",
        "Visits repeat every 1 to 1,000 days, weeks, months or years.",
    )
    _limits_in_range = models.Constraint(
        "CHECK (daily_limit >= 0 AND horizon_days BETWEEN 0 AND 3660)",
        "Visits can be planned at most 3,660 days ahead. That number, and that of the "
        "visits per day, can't be negative.",
    )

    @api.model
    def default_get(self, fields):
        """From the list of what is visited, the plan that was used last is proposed, or
        the only one there is."""
        defaults = super().default_get(fields)
        res_model = self.env.context.get("plan_visits_of")
        if "plan_id" in fields and not defaults.get("plan_id"):
            if isinstance(res_model, str) and res_model in self.env:
                defaults["plan_id"] = self._find_usual_plan(res_model).id
        return defaults

    def _find_usual_plan(self, res_model):
        """:returns: the plan that such visits are most likely for, or none"""
        domain = [("res_model", "=", res_model)]
        own = [("user_id", "=", self.env.uid), ("plan_id.active", "=", True)]
        last = self.search([*domain, *own], limit=1).plan_id
        plans = self.env["mail.activity.plan"].search(
            [*domain, ("template_ids.action_type", "=", "meeting")], limit=2
        )
        return last or (plans if len(plans) == 1 else plans.browse())

    @api.depends("plan_id")
    def _compute_name(self):
        for series in self:
            series.name = series.name or series.plan_id.name

    @api.depends("date_start")
    def _compute_day(self):
        for series in self:
            series.day = series.day or (series.date_start and series.date_start.day)

    @api.depends("count", "date_until")
    def _compute_end_type(self):
        """What is given says how the series ends."""
        for series in self:
            if series.end_type:
                series.end_type = series.end_type
            elif series.date_until:
                series.end_type = "end_date"
            else:
                series.end_type = "count" if series.count else "forever"

    # ------------------------------------------------------------
    # The rule
    # ------------------------------------------------------------

    @api.depends(*RULE_FIELDS, "date_start", "date_until", "user_id")
    def _compute_rrule(self):
        for series in self:
            try:
                series.rrule = series._serialize_rule()
            except (UserError, ValueError, KeyError, TypeError):
                # The constraint says what is wrong.
                series.rrule = False

    def _serialize_rule(self):
        """:returns: the rule, as core's calendar makes it
        :raises UserError: it is none"""
        self.ensure_one()
        values = {name: self[name] for name in RULE_FIELDS}
        if self.rrule_type == "weekly" and not any(values[day] for day in WEEKDAYS):
            values[weekday_to_field(self.date_start.weekday())] = True
        # The first day of the week is that of whoever the series acts for.
        recurrences = self.env["calendar.recurrence"].with_user(self.user_id).sudo()
        recurrence = recurrences.new({**values, "until": self.date_until})
        start = datetime.combine(self.date_start, time.min)
        rule = recurrence._get_rrule(dtstart=start)
        if self.end_type == "forever":
            # Core stops after 720 meetings, since it makes all of them at once.
            rule = rule.replace(count=None)
        return str(rule).rpartition("RRULE:")[-1]

    def _inverse_rrule(self):
        for series in self.filtered("rrule"):
            start = datetime.combine(series.date_start, time.min)
            try:
                parse = self.env["calendar.recurrence"]._rrule_parse
                values = parse(series.rrule, start)
            except (KeyError, TypeError, ValueError) as error:
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” is not a rule. Write one such as "
                        "FREQ=MONTHLY;BYMONTHDAY=3.",
                        rule=series.rrule,
                    )
                ) from error
            until = values.pop("until", None)
            series.write({**values, "date_until": until and until.date()})

    @api.constrains(*RULE_FIELDS, "date_start", "date_until")
    def _check_rule(self):
        for series in self:
            if series.end_type == "end_date" and not series.date_until:
                raise ValidationError(
                    self.env._("Enter until when “%s” has visits.", series.name)
                )
            if series.end_type == "end_date" and series.date_until < series.date_start:
                raise ValidationError(
                    self.env._(
                        "“%(series)s” ends on %(end)s, before it starts on %(start)s. "
                        "Choose a later end.",
                        series=series.name,
                        end=series.date_until,
                        start=series.date_start,
                    )
                )
            if series.end_type == "count" and not 0 < series.count <= MAX_OCCURRENCES:
                raise ValidationError(
                    self.env._(
                        "“%(series)s” can have 1 to %(most)s visits, not %(count)s.",
                        series=series.name,
                        most=MAX_OCCURRENCES,
                        count=series.count,
                    )
                )
            series._check_days_of_month()

    def _check_days_of_month(self):
        if self.rrule_type != "monthly":
            return
        if self.month_by == "day" and not (self.weekday and self.byday):
            raise ValidationError(
                self.env._("Choose on which weekday of the month the visits are.")
            )
        if self.month_by != "day" and not 1 <= self.day <= 31:
            raise ValidationError(
                self.env._("The day of the month has to be between 1 and 31.")
            )

    @api.constrains("domain", "plan_id")
    def _check_domain(self):
        for series in self.filtered("domain"):
            if series.res_model in self.env:
                condition = Condition(self.env, series.domain, series.name)
                condition.check(series.res_model)

    # ------------------------------------------------------------
    # Whose rights it acts with
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        own = {"user_id": self.env.uid, "state": "draft"}
        for vals in vals_list:
            self._check_not_engines({n: vals[n] for n in vals if vals[n] != own.get(n)})
            self._check_own_rights(vals)
        own |= dict.fromkeys(ENGINE_FIELDS - {"state"}, False)
        return super().create([{**vals, **own} for vals in vals_list])

    def write(self, vals):
        if not self.env.su:
            self._check_not_engines(vals)
            self._check_own_rights(vals)
            if PLANNING_FIELDS & vals.keys():
                vals = {**vals, "user_id": self.env.uid}
        if PLANNING_FIELDS & vals.keys():
            self._check_not_running()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        self._check_not_running()

    def _check_not_running(self):
        running = self.filtered(lambda series: series.state == "running")
        if running:
            raise UserError(
                self.env._(
                    "“%s” is running. Stop it first, and choose what becomes of the "
                    "coming visits.",
                    running[0].name,
                )
            )

    def _check_not_engines(self, vals):
        if ENGINE_FIELDS & vals.keys():
            raise AccessError(
                self.env._("Use the buttons of the series to start and stop it.")
            )

    def _check_own_rights(self, vals):
        if vals.get("user_id", self.env.uid) != self.env.uid:
            raise AccessError(
                self.env._(
                    "Recurring visits are planned with the rights of whoever changes "
                    "them: choose yourself as “Launched by”."
                )
            )
