# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine.arguments import Arguments
from ...engine.environment import unsteered
from ...tools.median import get_median
from ...tools.values import quote

COUNTED = ("reached", "done", "skipped", "failed", "cancelled", "open")
# More can't be read by anybody.
MAX_CELLS = 5000


class MailActivityPlanReport(models.Model):
    """How far the launches of plans came, as the funnel shows it."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.report"

    @api.model
    @api.readonly
    def get_funnels(self, domain=None, groupby=None):
        """Count how far launches came, plan by plan and step by step.

        :param list domain: which rows to count; default: all
        :param str groupby: a field, dates with a granularity (``date_start:month``), to
            tell the same of each of its values
        :returns: ``{"plans": [{"id", "name", "steps", "groups"}], "is_cut"}``. Each
            step has ``code``, ``summary``, ``launched`` (in how many launches there is
            such a step), the counts of ``get_funnel`` and ``overdue``,
            ``median_days_late``, ``outcomes`` (``[{"id", "name", "kind", "count"}]``)
            and ``domain``, which finds its rows: with ``("done", "=", 1)`` it finds
            as many as ``done`` says. Each group has ``label`` and ``steps``: code ->
            the counts and ``domain``. ``is_cut`` is set if there are more groups than
            are told.
        :rtype: dict
        :raises UserError: the domain can't be searched by, or the field not be grouped
        """
        report, arguments = unsteered(self), Arguments(self.env)
        domain = arguments.domain(report, domain, "domain")
        groupby = report._read_groupby(arguments.text(groupby, "groupby"))
        funnels = {}
        for row in report._count_cells(domain, ["plan_id", "code"]):
            funnels.setdefault(row["plan_id"], {})[row["code"]] = row["cell"]
        ends = report._count_ends(domain, ["plan_id", "code"])
        groups, is_cut = {}, False
        if groupby:
            groups, is_cut = report._count_groups(domain, groupby)
        records = self.env["mail.activity.plan"].browse(
            plan[0] for plan in funnels if plan
        )
        plans = [
            {
                "id": plan and plan[0],
                "name": plan[1] if plan else self.env._("Deleted plans"),
                "steps": records.filtered(
                    lambda record, plan=plan: plan and record.id == plan[0]
                )._describe_steps(steps, ends),
                "groups": groups.get(plan, []),
            }
            for plan, steps in funnels.items()
        ]
        return {"plans": plans, "is_cut": is_cut}

    @api.model
    def _read_groupby(self, groupby):
        """:returns: what rows can be grouped by, or False for nothing
        :raises UserError: they can't"""
        name, _colon, granularity = (groupby or "").partition(":")
        field = self._fields.get(name)
        if not groupby:
            return False
        if field and field.type in ("date", "datetime"):
            groupby = f"{name}:{granularity or 'month'}"
        try:
            if not field or not self._has_field_access(field, "read"):
                raise ValueError(groupby)
            self._read_group_groupby(self._table, groupby, self._as_query())
        except (KeyError, ValueError) as error:
            raise UserError(
                self.env._(
                    "The figures can't be grouped by “%s”. Choose a field of the plan "
                    "analysis, such as “team_id” or “date_start:month”.",
                    quote(groupby),
                )
            ) from error
        return groupby

    @api.model
    def _count_cells(self, domain, groupby, limit=None):
        """:returns: groups as ``formatted_read_group`` does, each with what is shown of
        it as ``cell``"""
        counts = (*COUNTED, "overdue")
        aggregates = ["__count", "summary:max", *(f"{n}:sum" for n in counts)]
        rows = self.formatted_read_group(domain, groupby, aggregates, limit=limit)
        for row in rows:
            row["cell"] = {
                "code": row["code"],
                "summary": row["summary:max"] or row["code"],
                "launched": row["__count"],
                **{name: row[f"{name}:sum"] for name in counts},
                "domain": list(row["__extra_domain"]),
            }
        return rows

    @api.model
    def _count_ends(self, domain, groupby):
        """Count how steps ended. All of it is found in one pass over the steps.

        :param list[str] groupby: fields that tell the steps apart
        :returns: values of the fields -> the median of the days late, and how often
            each outcome came
        :rtype: dict[tuple, tuple[float | None, dict]]
        """
        days_late, outcomes = {}, {}
        ended = Domain("state", "=", "done") | Domain("outcome_id", "!=", False)
        for *key, outcome, days, count in self._read_group(
            domain & ended,
            [*groupby, "outcome_id", "days_late"],
            ["__count"],
        ):
            key = tuple(key)
            days_late.setdefault(key, []).append((days, count))
            found = outcomes.setdefault(key, Counter())
            if outcome:
                found[outcome.sudo()] += count
        return {
            key: (
                # Steps that weren't done have none.
                get_median(each for each in counts if each[0] is not False),
                outcomes[key],
            )
            for key, counts in days_late.items()
        }

    @api.model
    def _count_groups(self, domain, groupby):
        """:returns: a plan -> its groups, in their order; and whether there are more"""
        found, specs = {}, dict.fromkeys(("plan_id", groupby, "code"))
        rows = self._count_cells(domain, list(specs), MAX_CELLS)
        for row in rows:
            label = self._get_group_label(groupby, row[groupby])
            groups = found.setdefault(row["plan_id"], {})
            group = groups.setdefault(row[groupby], {"label": label, "steps": {}})
            group["steps"][row["code"]] = row["cell"]
        groups = {plan: list(each.values()) for plan, each in found.items()}
        return groups, len(rows) == MAX_CELLS

    @api.model
    def _get_group_label(self, groupby, value):
        """:param value: of a group, as ``formatted_read_group`` tells it
        :returns: it, for people"""
        field = self._fields[groupby.partition(":")[0]]
        if isinstance(value, list | tuple):
            return value[1]
        if field.type == "selection":
            value = dict(field._description_selection(self.env)).get(value, value)
        if value is False or value is None:
            return self.env._("None")
        return str(value)
