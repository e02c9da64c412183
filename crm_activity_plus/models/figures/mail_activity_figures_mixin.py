# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from collections import defaultdict
from itertools import takewhile

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, unique

from ...engine.sums import HASHED, adding_up

ORDER_PART = re.compile(r"(\w+)( +asc| +desc)?", re.IGNORECASE)


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
    def _get_document_access_domain(self):
        """The table has no others: see :meth:`_get_runs`."""
        return Domain.TRUE

    def exists(self):
        """What one may not read is there, too."""
        rows = super(MailActivityFiguresMixin, self.sudo()).exists()
        return rows.with_env(self.env)

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

        :returns: joins with :meth:`_get_runs`; a report puts the table of its rows
            before
        :rtype: list[SQL]
        """
        raise NotImplementedError

    @api.model
    def _get_runs(self):
        """Look for what may be read among the runs: they are fewer than what hangs on
        them.

        :returns: ``run``, the runs that count and that the user may read, and what is
            joined to them
        :rtype: SQL
        """
        query = self.env["mail.activity.plan.run"]._search(
            [("stop_reason", "!=", "undone")]
        )
        table = query.subselect(SQL("%s.*", SQL.identifier(query.table)))
        joins = self._get_run_joins()
        return SQL("(%s run %s)" if joins else "%s run %s", table, SQL(" ").join(joins))

    @api.model
    def _get_run_joins(self):
        """Hook: what is joined to ``run``, to the left by what is unique.

        :rtype: list[SQL]
        """
        return []

    # ------------------------------------------------------------
    # Groups
    # ------------------------------------------------------------

    @api.model
    def _read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        """Sort the groups by records when they are made."""
        leading = [] if offset or limit else self._get_leading(groupby, order)
        if leading:
            order = ",".join(order.split(",")[len(leading) :])
        with adding_up(self.env, HASHED):
            groups = super()._read_group(
                domain, groupby, aggregates, having, offset, limit, order
            )
        return self._sort_groups(groups, groupby, leading)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        """See :meth:`_read_group`."""
        specs = list(unique(spec for groupby in grouping_sets for spec in groupby))
        leading = self._get_leading(specs, order)
        if leading:
            order = ",".join(order.split(",")[len(leading) :])
        with adding_up(self.env, HASHED):
            found = super()._read_grouping_sets(
                domain, grouping_sets, aggregates, order
            )
        return [
            self._sort_groups(groups, groupby, leading)
            for groups, groupby in zip(found, grouping_sets, strict=True)
        ]

    @api.model
    def _get_leading(self, groupby, order):
        """Find what groups are sorted by first, as far as it is records. PostgreSQL
        would join these to each row, and then make groups of their names: groups of
        1,500,000 steps by user took twice as long.

        :returns: names of fields, and whether they are sorted downwards
        :rtype: list[tuple[str, bool]]
        """

        def is_record(match):
            field = match and match[1] in groupby and self._fields.get(match[1])
            return field and field.type == "many2one"

        parts = (
            ORDER_PART.fullmatch(part.strip()) for part in (order or "").split(",")
        )
        return [
            (match[1], (match[2] or "").strip().lower() == "desc")
            for match in takewhile(is_record, parts)
        ]

    @api.model
    def _sort_groups(self, groups, groupby, leading):
        """:param groups: in the order of whatever comes after ``leading``
        :param leading: see :meth:`_get_leading`
        :returns: the groups in their order"""
        for name, is_reversed in reversed(leading):
            if name not in groupby or len(groups) < 2:
                continue
            at = list(groupby).index(name)
            places = self._get_places(groups[0][at].union(*(g[at] for g in groups)))
            groups = sorted(
                groups, key=lambda g, at=at: places[g[at].id], reverse=is_reversed
            )
        return groups

    @api.model
    def _get_places(self, records):
        """:returns: id -> place in the order of its model; False comes where PostgreSQL
        puts NULL"""
        model = records.sudo().with_context(active_test=False)
        places = {
            id_: place
            for place, id_ in enumerate(model.search([("id", "in", records.ids)]).ids)
        }
        first, _comma, _rest = model._order.partition(",")
        is_first = first.lower().split()[1:2] == ["desc"]
        return defaultdict(lambda: -1 if is_first else len(places), places)

    @api.readonly
    def action_open_document(self):
        """:raises UserError: the document is gone"""
        return self.run_id.action_open_document()
