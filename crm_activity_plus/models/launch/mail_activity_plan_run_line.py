# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from itertools import islice, repeat

from odoo import api, fields, models
from odoo.tools import SQL, sql
from odoo.tools.misc import format_date

from ...engine.added_fields import is_extended
from ...engine.columns import read_by_id, read_columns
from ...engine.new_rows import reserve_ids
from ...tools.internal import Internal, read_internal
from ...tools.states import OPEN_STEP_STATES
from ..steps.activity import RESERVED_KEY, ReservedActivities

ACTIVITY_FKEY = "mail_activity_plan_run_line_activity_id_fkey"


class MailActivityPlanRunLine(models.Model):
    """The steps of runs that were just launched."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run.line"

    def _auto_init(self):
        """A launch says which activity a step has before that is there: see
        :meth:`_create_steps`. So it has to be able to tell PostgreSQL when to look."""
        super()._auto_init()
        key = ("activity_id", "mail_activity", "id", "SET NULL")
        names = sql.get_foreign_keys(self.env.cr, self._table, *key)
        change = "ALTER CONSTRAINT %s DEFERRABLE"
        if names != [ACTIVITY_FKEY]:
            for name in names:
                sql.drop_constraint(self.env.cr, self._table, name)
            change = (
                "ADD CONSTRAINT %s FOREIGN KEY (activity_id)"
                " REFERENCES mail_activity (id) ON DELETE SET NULL DEFERRABLE"
            )
        self.env.cr.execute(
            SQL(
                "ALTER TABLE %s %s",
                SQL.identifier(self._table),
                SQL(change, SQL.identifier(ACTIVITY_FKEY)),
            )
        )

    @api.model
    def _create_steps(self, runs, steps_by_run):
        """Create the steps of new runs, with a number of queries that doesn't depend on
        how many they are.

        Those that begin at once have the ids of the activities that they are about to
        get, so that nobody needs to tell them: PostgreSQL would write and check each of
        their rows twice. Until they are there, nobody sees these ids.

        :param steps_by_run: for each run, the :class:`PlannedStep` of its proposal
        :returns: the steps, in order
        """
        steps = [
            (run_id, step)
            for run_id, steps in zip(runs._ids, steps_by_run, strict=True)
            for step in steps
        ]
        reserved = self._reserve_activities([step for _run_id, step in steps])
        # The runs were created with what these sum up to.
        with self.env.protecting(self._get_summing_fields(), runs):
            lines = self.create(self._prepare_steps_values(runs, steps, reserved))
        activity_field = self._fields["activity_id"]
        self.env.cache.update(lines, activity_field, repeat(None))
        self._link_steps(steps, lines)
        # All steps that these runs have: nobody needs to look for more. Measured: a
        # launch on 500 records has 36 queries, without this 37.
        line_ids = iter(lines._ids)
        for run, own_steps in zip(runs, steps_by_run, strict=True):
            own_ids = tuple(islice(line_ids, len(own_steps)))
            self.env.cache.set(run, runs._fields["line_ids"], own_ids)
        reserved = {lines._ids[index]: id_ for index, id_ in reserved.items()}
        reserved = ReservedActivities(reserved)
        return lines.with_context(**{RESERVED_KEY: Internal(reserved)})

    @api.model
    def _prepare_steps_values(self, runs, steps, reserved):
        """:param steps: ids of these runs, each with a :class:`PlannedStep`
        :param reserved: see :meth:`_reserve_activities`
        :returns: values of the steps of the runs
        :rtype: list[dict]"""
        closed = {"date_done": fields.Datetime.now(), "done_by_id": self.env.uid}
        # Most runs have the same steps.
        known = {id(step): step for _run_id, step in steps}
        known = {
            key: {
                **step.get_line_values(),
                **(closed if step.state not in OPEN_STEP_STATES else {}),
            }
            for key, step in known.items()
        }
        documents = read_by_id(runs, ["res_id", "res_model"])
        return [
            {
                **known[id(step)],
                **documents[run_id],
                "run_id": run_id,
                "activity_id": reserved.get(index),
            }
            for index, (run_id, step) in enumerate(steps)
        ]

    @api.model
    def _reserve_activities(self, steps):
        """Reserve ids for the activities of the steps that somebody does at once.

        :param steps: each a :class:`PlannedStep`
        :returns: index of a step -> id of its activity
        :rtype: dict[int, int]
        """
        if is_extended(self, "create"):
            # Whoever hears of new steps must find nothing that isn't there yet.
            return {}
        begun = [
            index
            for index, step in enumerate(steps)
            if step.state == "scheduled" and step.action_type == "activity"
        ]
        # As they are created.
        begun.sort(key=lambda index: steps[index].date_deadline)
        if begun:
            key = SQL.identifier(ACTIVITY_FKEY)
            self.env.cr.execute(SQL("SET CONSTRAINTS %s DEFERRED", key))
        ids = reserve_ids(self.env["mail.activity"], len(begun)) if begun else ()
        return dict(zip(begun, ids, strict=True))

    def _check_links(self):
        """Have PostgreSQL look whether the activities of new steps are there by now."""
        if read_internal(self.env.context, RESERVED_KEY).ids:
            key = SQL.identifier(ACTIVITY_FKEY)
            self.env.cr.execute(SQL("SET CONSTRAINTS %s IMMEDIATE", key))

    @api.model
    def _link_steps(self, steps, lines):
        """Have new steps wait for others.

        :param steps: ids of runs, each with a :class:`PlannedStep`
        :param lines: what was created of these, in the same order
        """
        ids = {
            (run_id, step.code): line_id
            for (run_id, step), line_id in zip(steps, lines._ids, strict=True)
        }
        self._insert_links(
            "after_ids",
            [
                (ids[run_id, step.code], ids[run_id, code])
                for run_id, step in steps
                for code in step.after
            ],
        )

    def _get_description_keys(self):
        """:returns: for each step, what tells its description apart from that of
        another step of the plan"""
        names = ("code", "state", "user_id", "date_deadline")
        # Few have a reason, and whether they have is known without its sentence.
        rows = read_columns(self, [*names, "reason_code", "reason_text"])
        return [
            (
                *(row[name] for name in names),
                bool(row["reason_code"] or row["reason_text"]) and line.reason,
            )
            for line, row in zip(self, rows, strict=True)
        ]

    def _describe(self):
        """:returns: the step in a few words, for the note of the launch: where Odoo's
        own note says it, in the same words, with the same date"""
        self.ensure_one()
        if self.state == "scheduled" and not self.user_id:
            return self.env._(
                "%(activity)s, unassigned, due on the %(deadline)s",
                activity=self.display_name,
                deadline=format_date(self.env, self.date_deadline),
            )
        if self.state == "scheduled":
            return self.env._(
                "%(activity)s, assigned to %(name)s, due on the %(deadline)s",
                activity=self.display_name,
                name=self.user_id.name,
                deadline=format_date(self.env, self.date_deadline),
            )
        if self.state == "waiting":
            return self.env._(
                "%(activity)s, after %(others)s",
                activity=self.display_name,
                others=", ".join(self.after_ids.mapped("display_name")),
            )
        return self.env._(
            "%(activity)s: not scheduled. %(reason)s",
            activity=self.display_name,
            reason=self.reason or "",
        )
