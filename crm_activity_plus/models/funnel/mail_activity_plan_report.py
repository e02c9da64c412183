# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.arguments import Arguments
from ...engine.environment import unsteered
from ...engine.sums import HASHED, adding_up
from ...tools.step_figures import StepFigures
from ...tools.values import quote

COUNTED = ("reached", "done", "skipped", "failed", "cancelled", "open")
ALL_COUNTED = (*COUNTED, "overdue")
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
        figures = report._count_steps(domain)
        groups, is_cut = {}, False
        if groupby:
            groups, is_cut = report._count_groups(domain, groupby)
        plans = [
            {
                "id": plan.id,
                # Groups say how records are called, as core's do.
                "name": plan.sudo().display_name or self.env._("Deleted plans"),
                "steps": plan.with_env(self.env)._describe_steps(steps),
                "groups": groups.get(plan.id, []),
            }
            for plan, steps in figures.items()
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
    def _count_steps(self, domain):
        """Count how far steps came, and how they ended. PostgreSQL goes over them once:
        what is told of a step is added up from what is counted by its ends.

        :returns: plan -> code -> what was counted, in the order of plans and steps;
            steps of plans that were deleted come first
        :rtype: dict[Model, dict[str, StepFigures]]
        """
        found = {}
        deleted = self.env["mail.activity.plan"]
        # Likewise, of steps that the user may read.
        outcomes = self.env["mail.activity.outcome"].sudo()
        for plan_id, code, outcome_id, days_late, *row in self._count_ends(domain):
            place, summary, count, *counts = row
            steps = found.setdefault(deleted.browse(plan_id), {})
            step = steps.setdefault(code, StepFigures(code, place))
            step.sequence = max(step.sequence, place)
            step.summary = summary or step.summary
            step.launched += count
            step.counts.update(dict(zip(ALL_COUNTED, counts, strict=True)))
            # Steps that weren't done have none.
            if days_late is not None:
                step.days_late[days_late] += count
            if outcome_id:
                step.outcomes[outcomes.browse(outcome_id)] += count
        plans = deleted.sudo().union(*found).sorted()
        return {
            plan: dict(sorted(found[plan].items(), key=_get_place))
            for plan in (deleted, *plans)
            if plan in found
        }

    @api.model
    def _count_ends(self, domain):
        """Count steps by outcome and days late, the greatest of their names last.

        :returns: rows of a plan, a code, an outcome, days late; the last place, the
            greatest name, how many there are, and how many of these came how far
        """
        query = self._search(domain)
        if query.is_empty():
            return []
        names = ("plan_id", "code", "outcome_id", "days_late", "sequence", "summary")
        columns = (SQL.identifier(query.table, n) for n in (*names, *ALL_COUNTED))
        # PostgreSQL takes days late for as many different ones as there are days and
        # time zones, and would sort all steps by them. It doesn't look into what is
        # another at each row, and takes what comes out of there for 200.
        steps = query.select(*columns, SQL("clock_timestamp()"))
        sums = (SQL("SUM(%s)", SQL.identifier(name)) for name in ALL_COUNTED)
        with adding_up(self.env, HASHED):
            return self.env.execute_query(
                SQL(
                    """
                    SELECT plan_id, code, outcome_id, days_late, MAX(sequence),
                           MAX(summary), COUNT(*), %s
                      FROM (%s) AS step
                  GROUP BY plan_id, code, outcome_id, days_late
                  ORDER BY MAX(summary)
                    """,
                    SQL(", ").join(sums),
                    steps,
                )
            )

    @api.model
    def _count_groups(self, domain, groupby):
        """:returns: id of a plan -> its groups, in their order; and whether there are
        more"""
        aggregates = ["__count", "summary:max", *(f"{n}:sum" for n in ALL_COUNTED)]
        specs = list(dict.fromkeys(("plan_id", groupby, "code")))
        rows = self.formatted_read_group(domain, specs, aggregates, limit=MAX_CELLS)
        found = {}
        for row in rows:
            label = self._get_group_label(groupby, row[groupby])
            groups = found.setdefault(row["plan_id"] and row["plan_id"][0], {})
            group = groups.setdefault(row[groupby], {"label": label, "steps": {}})
            group["steps"][row["code"]] = {
                "code": row["code"],
                "summary": row["summary:max"] or row["code"],
                "launched": row["__count"],
                **{name: row[f"{name}:sum"] for name in ALL_COUNTED},
                "domain": list(row["__extra_domain"]),
            }
        groups = {plan_id: list(each.values()) for plan_id, each in found.items()}
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


def _get_place(item):
    """:returns: what the codes of a plan's steps are sorted by"""
    code, step = item
    return step.sequence, code
