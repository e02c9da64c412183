# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.arguments import Arguments
from ..engine.bulk import do_with_each
from ..tools.states import OPEN_RUN_STATES

# So many reasons are told in a message.
MAX_REASONS = 5


class MailActivityPlanRunBulk(models.TransientModel):
    """Pause, resume or stop many running plans at once.

    Where that can't be done with some of them, it is with the others, and a sentence
    says how many were left and why.
    """

    _name = "mail.activity.plan.run.bulk"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Bulk Change of Running Plans"

    mode = fields.Selection(
        [("pause", "Pause"), ("resume", "Resume"), ("stop", "Stop")],
        default="stop",
        required=True,
        readonly=True,
    )
    run_ids = fields.Many2many(
        "mail.activity.plan.run",
        string="Running Plans",
        default=lambda self: self._default_run_ids(),
        readonly=True,
    )
    run_count = fields.Integer("Selected Plans", compute="_compute_run_count")
    is_all_paused = fields.Boolean(
        compute="_compute_run_count", help="Whether the plans only get a date."
    )
    reason = fields.Selection(
        [
            ("manual", "Stopped manually"),
            ("won", "Won"),
            ("lost", "Lost"),
            ("reply", "The customer replied"),
            ("meeting", "A meeting was booked"),
        ],
        default="manual",
        required=True,
    )
    until = fields.Date(
        help="The plans resume on this day. Leave empty to keep them paused until "
        "somebody resumes them."
    )
    note = fields.Char(help="Shown on the plan and in the chatter of each record.")

    @api.model
    def _default_run_ids(self):
        context = self.env.context
        if context.get("active_model") != "mail.activity.plan.run":
            return False
        ids = Arguments(self.env).ids(context.get("active_ids"), "active_ids")
        runs = self.env["mail.activity.plan.run"].browse(ids).exists()
        return runs._filtered_access("read")

    @api.depends("run_ids")
    def _compute_run_count(self):
        for wizard in self:
            wizard.run_count = len(wizard.run_ids)
            states = set(wizard.run_ids.mapped("state"))
            wizard.is_all_paused = states == {"paused"}

    def action_apply(self):
        """Do it with all plans that it can be done with.

        :returns: action: a notification
        :raises UserError: it can be done with none of them
        """
        Arguments(self.env).check_single(self)
        # Afterwards, all of them are.
        what = "date" if self.mode == "pause" and self.is_all_paused else self.mode
        runs, failures = self._filter_possible()
        done = do_with_each(runs, self._apply, failures)
        text = self._tell(what, len(done), Counter(failures.values()))
        if not done:
            raise UserError(text)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failures else "success",
                "message": text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _filter_possible(self):
        """:returns: the plans that it can be tried with, and id -> why the others are
        left"""
        # The user may have lost the right to see some since the pop-up was opened.
        runs = self.run_ids.exists()._filtered_access("read")
        failures = {}
        for run in runs.sudo():
            if run.state not in OPEN_RUN_STATES:
                failures[run.id] = self.env._("The plan has ended already.")
            elif self.mode == "pause" and run.state == "paused" and not self.until:
                failures[run.id] = self.env._("The plan is paused already.")
            elif self.mode == "resume" and run.state == "running":
                failures[run.id] = self.env._("The plan isn't paused.")
        forbidden = runs._filter_document_forbidden("write")
        text = self.env._("You may not change the record.")
        failures |= dict.fromkeys(forbidden.ids, text)
        return runs.filtered(lambda run: run.id not in failures), failures

    def _apply(self, runs):
        match self.mode:
            case "pause":
                runs.action_pause(self.until or None, self.note or None)
            case "resume":
                runs.action_resume()
            case "stop":
                runs.action_stop(self.reason, self.note or None)

    def _tell(self, what, count, failures):
        """:param str what: the mode, or ``date`` where paused plans got a date
        :param Counter failures: reasons, with how often each
        :returns: what was done, and what wasn't and why
        """
        sentences = {
            "pause": self.env._("Paused plans: %s.", count),
            "date": self.env._("Plans with a new date: %s.", count),
            "resume": self.env._("Resumed plans: %s.", count),
            "stop": self.env._("Stopped plans: %s.", count),
        }
        told = [sentences[what]]
        if failures:
            told.append(self.env._("Left as they are: %s.", failures.total()))
        told += [
            f"{why} ({number})" for why, number in failures.most_common(MAX_REASONS)
        ]
        return " ".join(told)
