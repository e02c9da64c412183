# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list
from odoo.tools.misc import format_amount, format_date

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.engine.bulk import do_with_each

from ...engine.email import FollowupEmail
from ...engine.open_items import OpenItems

REPORT = "crm_activity_plus_followup.report_followup_statement_action"


class ResPartner(models.Model):
    """What accountants do for a level, for one customer or many: each is told in the
    customer's chatter."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "res.partner"

    def action_followup_print(self):
        """Print the letters with the statements, in one PDF.

        :returns: the action that downloads it
        :raises UserError: nothing is overdue of one of them
        """
        customers = self._get_followup_customers()
        customers._find_followup_steps()._note_followup("printed")
        customers._log_followups(
            lambda customer: self.env._(
                "Letter printed for %(recipient)s: %(amount)s overdue.",
                recipient=customer._get_followup_recipient().display_name,
                amount=customer._format_followup_amount(),
            )
        )
        return self.env.ref(REPORT).report_action(customers, config=False)

    def action_followup_send(self):
        """Send the statements by email, with the overdue invoices.

        :returns: an action that tells whom it couldn't be sent to, if anybody
        :raises UserError: it couldn't be sent to any of them
        """
        customers = self._get_followup_customers(is_strict=len(self) == 1)
        failures = {}
        sent = do_with_each(
            customers, lambda some: FollowupEmail(some).send(), failures
        )
        if failures and not sent:
            raise UserError("\n".join(dict.fromkeys(failures.values())))
        return self._tell_followup_failures(customers.browse(failures), failures)

    def action_followup_manual(self):
        """Note down that the manual action of the level was done.

        :raises UserError: one of them has no open level, or hasn't reached it
        """
        self._get_followup_runs()
        customers = self.commercial_partner_id
        found = customers._find_followup_steps()
        found._check_followup_reached()
        found._note_followup("handled")
        steps = found.grouped("res_id")
        customers._log_followups(
            lambda customer: self.env._(
                "Manual action done: %(what)s", what=steps[customer.id].display_name
            )
        )
        return True

    def action_followup_done(self):
        """The level of the customers is done: they are off the list until the next.

        :raises UserError: nothing was done for one of them, or there is nothing to do
        """
        self._get_followup_runs()
        customers = self.commercial_partner_id
        steps = customers._find_followup_steps()
        idle = steps.filtered(lambda step: not step._has_followup_action())
        idle = customers.browse(idle.mapped("res_id"))
        if idle:
            raise UserError(
                self.env._(
                    "%(customers)s: record at least one action first. Print the "
                    "letter, send the email or do the manual action; or choose “Do It "
                    "Later”.",
                    customers=", ".join(idle[:6].mapped("display_name")),
                )
            )
        steps._finish_followup()
        customers._forget_followups()
        return True

    def action_followup_later(self, until=None):
        """Take the customers off the list for a time, without an action.

        :param until: the day on which they are back (date or ISO string); default: the
            date that was chosen for the next reminder, or that of the next level
        :raises UserError: it is no day to come, or one of them has no open level
        """
        day = Arguments(self.env).day(until, "until")
        today = fields.Date.context_today(self)
        if day and day <= today:
            raise UserError(
                self.env._(
                    "%(date)s isn't after today. Choose a later day for the next "
                    "reminder.",
                    date=format_date(self.env, day),
                )
            )
        for run in self._get_followup_runs():
            run._put_off_followup(day, today)
        customers = self.commercial_partner_id
        steps = customers._find_followup_steps().grouped("res_id")
        customers._log_followups(
            lambda customer: self.env._(
                "Follow-up put off until %(date)s.",
                date=format_date(self.env, steps[customer.id].date_deadline),
            )
        )
        return True

    @api.readonly
    def action_followup_choose_later(self):
        """Ask until when, and take the customers off the list."""
        self._get_followup_runs()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus_followup.followup_reminder_action"
        )
        return {**action, "context": {"default_partner_ids": self.ids}}

    @api.readonly
    def action_open_followup(self):
        """Open the statement of a customer."""
        Arguments(self.env).check_single(self)
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_activity_plus_followup.res_partner_followup_action"
        )
        return {**action, "res_id": self.commercial_partner_id.id}

    # ------------------------------------------------------------
    # Help
    # ------------------------------------------------------------

    def _get_followup_customers(self, is_strict=True):
        """:param bool is_strict: whether it is an error where nothing is overdue of one
        of them; else these are left out
        :returns: the commercial entities that something is overdue of
        :raises AccessError: the user may not follow up customers
        :raises UserError: nothing is overdue"""
        self._check_may_follow_up()
        customers = self.commercial_partner_id
        totals = OpenItems(self.env).get_totals(customers)
        late = customers.filtered(
            lambda c: totals.get(c.id, {}).get("amount_overdue", 0) > 0
        )
        others = customers - late
        if not late or (others and is_strict):
            raise UserError(
                self.env._(
                    "%(customers)s: nothing is overdue. Reload to see what was paid.",
                    customers=", ".join(others[:6].mapped("display_name"))
                    or self.env._("No customer is chosen"),
                )
            )
        return late

    def _find_followup_steps(self):
        """:returns: the open levels of the customers, for the engine: one for each who
        has any"""
        runs = self.env["mail.activity.plan.run"]._find_followups(self)
        return runs.line_ids.browse().union(*(run._get_followup_step() for run in runs))

    def _find_followup_reached(self):
        """:returns: the step of the level that the customer has reached, done or not,
        for the engine; or none"""
        run = self.env["mail.activity.plan.run"]._find_followups(self)
        today = fields.Date.context_today(self)
        return run._get_followup_reached(today) if run else run.line_ids.browse()

    def _log_followups(self, describe):
        """Tell in the chatter what was done. Whoever deals with invoices may have no
        right to change contacts.

        :param describe: called with a customer, returns what was done for it"""
        bodies = {customer.id: describe(customer) for customer in self}
        self.sudo()._message_log_batch(bodies)
        self._forget_followups()

    def _forget_followups(self):
        names = ("run_id", "line_id", "status", "next_date", "next_mode")
        self.invalidate_recordset([f"followup_{name}" for name in names])

    def _format_followup_amount(self):
        """:returns: what is overdue, by currency"""
        self.ensure_one()
        amounts = [
            format_amount(self.env, part["overdue"], part["currency"])
            for part in self._get_followup_statement()
            if part["overdue"]
        ]
        return format_list(self.env, amounts)

    def _tell_followup_failures(self, customers, failures):
        """:param dict failures: id of a customer -> why nothing was sent
        :returns: an action that says so, or True"""
        if not customers:
            return True
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": "\n".join(failures[customer.id] for customer in customers),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
