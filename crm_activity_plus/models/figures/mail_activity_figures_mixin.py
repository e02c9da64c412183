# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class MailActivityFiguresMixin(models.AbstractModel):
    """What the reports say of a launched plan, whatever they have a row for. Launches
    that were undone count nowhere: it is as if they had never been.

    What one may read follows the records that the plans were launched on, as for the
    runs themselves. Records that are archived count, too: a lost lead is.
    """

    _name = "mail.activity.figures.mixin"
    _inherit = ["mail.activity.document.mixin"]
    _description = "Figures of Plans"

    run_id = fields.Many2one("mail.activity.plan.run", "Running Plan", readonly=True)
    plan_id = fields.Many2one("mail.activity.plan", "Plan", readonly=True)
    plan_version = fields.Integer("Version", aggregator=None, readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Document", model_field="res_model", aggregator=None, readonly=True
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    launched_by_id = fields.Many2one("res.users", "Launched by", readonly=True)
    date_start = fields.Datetime("Launched on", readonly=True)
    run_state = fields.Selection(
        string="Plan Status",
        selection=lambda self: self._get_selection("run", "state"),
        readonly=True,
    )
    stop_reason = fields.Selection(
        selection=lambda self: self._get_selection("run", "stop_reason"), readonly=True
    )

    # What a field counts is read from these, and has to be in the database first.
    _depends = {
        "mail.activity.plan.run": [
            *("company_id", "date_start", "partner_id", "plan_id", "plan_version"),
            *("res_id", "res_model", "state", "stop_reason", "user_id"),
        ],
    }

    @api.model
    def _get_selection(self, model, name):
        """A row says the same as what it is about, whatever other addons add."""
        field = self.env[f"mail.activity.plan.{model}"]._fields[name]
        return field._description_selection(self.env)

    @api.model
    def _get_document_models(self):
        """The runs are the fewest rows that know them."""
        return self.env["mail.activity.plan.run"]._get_document_models()

    @property
    def _table_query(self):
        columns = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in self._get_columns().items()
        )
        return SQL("SELECT %s FROM %s", columns, SQL(" ").join(self._get_joins()))

    @api.model
    def _get_columns(self):
        """Hook: what a row says.

        :returns: name of a field -> expression over the tables of :meth:`_get_joins`
        :rtype: dict[str, SQL]
        """
        names = ("plan_id", "plan_version", "res_model", "res_id", "partner_id")
        names += ("company_id", "date_start", "stop_reason")
        return {
            **{name: SQL.identifier("run", name) for name in names},
            "run_id": SQL("run.id"),
            "launched_by_id": SQL("run.user_id"),
            "run_state": SQL("run.state"),
        }

    @api.model
    def _get_joins(self):
        """Hook: the tables that a row is read from. Those that no field of a query
        needs cost nothing, if they are joined to the left by what is unique.

        :returns: joins with ``run``; a report puts the table of its rows before
        :rtype: list[SQL]
        """
        return []

    @api.readonly
    def action_open_document(self):
        """:raises UserError: the document is gone"""
        return self.run_id.action_open_document()
