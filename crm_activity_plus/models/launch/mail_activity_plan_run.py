# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager

from markupsafe import Markup

from odoo import api, models

from ...engine.beginnings import Beginnings
from ...engine.notifier import post_notes
from ...tools.states import OPEN_RUN_STATES

# Of a transaction: runs whose steps are just being created.
BEGINNING_KEY = "crm_activity_plus.beginning_runs"


class MailActivityPlanRun(models.Model):
    """A run that was just launched gets its steps, and its record a note."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    @api.model_create_multi
    @api.private
    def create(self, vals_list):
        """The ledger tells of the launch before anybody hears of the new runs: an
        automation rule may stop them as soon as they are there."""
        runs = super().create(vals_list)
        self.env["mail.activity.log"]._add(
            [
                {
                    **run._prepare_log_values("launched", False),
                    "values": {"plan_id": run.plan_id.id, **logged},
                }
                for run, logged in runs._get_logged_values_by_record().items()
            ]
        )
        return runs

    def _launch(self, steps_by_run):
        """Give new runs their steps, and schedule those that wait for nothing.

        :param steps_by_run: for each run, the :class:`PlannedStep` of its proposal
        """
        steps_by_run = dict(zip(self, steps_by_run, strict=True))
        # An automation rule may have ended some as soon as they were there.
        left = self.filtered(lambda run: run.state in OPEN_RUN_STATES)
        with left._beginning():
            lines = self.env["mail.activity.plan.run.line"]._create_steps(
                left, [steps_by_run[run] for run in left]
            )
        scheduled = lines.filtered(lambda line: line.state == "scheduled")
        scheduled._start(Beginnings(lines, False))
        lines._check_links()
        lines.filtered(lambda line: line.state == "failed")._notify_failed()
        # Those that are over already have a note that says so.
        left.filtered(lambda run: run.state in OPEN_RUN_STATES)._post_launch_notes()
        # What comes behind steps that were left out or failed, and runs without any
        # open step.
        (lines - lines._filter_open()).run_id._advance()

    @contextmanager
    def _beginning(self):
        """New steps are not linked, and the ledger doesn't know them, until all are
        there. An automation rule may close some as soon as they are created: the runs
        don't go on before this is over, and the launch tells the ledger."""
        data, before = self.env.cr.postcommit.data, self._get_beginning_ids()
        data[BEGINNING_KEY] = before.union(self.ids)
        try:
            yield
        finally:
            data[BEGINNING_KEY] = before

    @api.model
    def _get_beginning_ids(self):
        """:returns: ids of the runs whose steps are just being created
        :rtype: frozenset[int]"""
        return self.env.cr.postcommit.data.get(BEGINNING_KEY, frozenset())

    def _post_launch_notes(self):
        """Post one note on each document, with the plan's details."""
        notes = {}
        # Most of the runs of a launch have the same steps, people and dates.
        known = {}
        lines = self.line_ids
        keys = dict(zip(lines._ids, lines._get_description_keys(), strict=True))
        for run in self:
            key = (run.name, *(keys[line_id] for line_id in run.line_ids._ids))
            if key not in known:
                known[key] = run._describe()
            notes[run] = known[key]
        post_notes(self, notes)

    def _describe(self):
        """:returns: the run and its steps, for the note of the launch"""
        self.ensure_one()
        return Markup("%s<ul>%s</ul>") % (
            self.env._(
                'The plan "%(plan_name)s" has been started', plan_name=self.name
            ),
            Markup().join(
                Markup("<li>%s</li>") % line._describe() for line in self.line_ids
            ),
        )
