# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine.arguments import Arguments
from ...engine.bulk import do_with_each
from ...engine.environment import by_engine
from ...engine.launcher import LAUNCH_BATCH_SIZE as BATCH_SIZE
from ...engine.version_mover import move
from ...engine.version_preview import VersionPreview
from ...tools.states import OPEN_RUN_STATES
from ...tools.values import is_given

# As many can be told about in one call.
MAX_PREVIEWED = 500
MAX_LEFT_OUT = 500


class MailActivityPlan(models.Model):
    """Runs that were launched by older versions of a plan, and how they move to the
    present one."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    running_count = fields.Integer("Running Now", compute="_compute_running_count")
    outdated_count = fields.Integer(
        "Running on Older Versions",
        compute="_compute_running_count",
        help="Changes of the steps apply to new launches. These running plans go on "
        "with the steps that the plan had when it was launched.",
    )

    @api.depends("run_ids.state", "run_ids.plan_version", "version")
    @api.depends_context("allowed_company_ids", "uid")
    def _compute_running_count(self):
        """Whoever may change the plan has to know of all that it is about. Others see
        what they may read."""
        runs = self.env["mail.activity.plan.run"]
        if self.browse().has_access("write"):
            runs = by_engine(runs)
        groups = runs._read_group(
            [("plan_id", "in", self.ids), ("state", "in", OPEN_RUN_STATES)],
            ["plan_id", "plan_version"],
            ["__count"],
        )
        counts = {}
        for plan, version, count in groups:
            counts.setdefault(plan.id, {})[version or 0] = count
        for plan in self:
            own = counts.get(plan._origin.id, {})
            plan.running_count = sum(own.values())
            present = own.get(plan._origin.version or 0, 0)
            plan.outdated_count = plan.running_count - present

    @api.readonly
    def preview_version(self, run_ids=None, offset=0, limit=20):
        """Say what would change in the plan's running plans if they went on by its
        present version. Steps that are closed, or that somebody has, stay as they are.
        Nothing is written.

        :param list[int] run_ids: ``mail.activity.plan.run``; default: all that were
            launched by an older version
        :param int offset: how many of them are passed over
        :param int limit: how many of them are told about; at most 500
        :returns: ``{"version", "run_count", "runs": [{"run_id", "res_id",
            "display_name", "state", "from_version", "reason", "steps": [{"code",
            "name", "change", "starts", "date_deadline", "user", "fields"}]}],
            "left_out": [{"run_id", "reason"}], "left_out_count"}``. The ``change`` is
            ``added``, ``removed`` or ``changed``. ``date_deadline`` and ``user`` are
            the old and the new one, or False where they stay; ``fields`` are labels of
            what else changes. ``starts``: the step begins at once. A ``reason`` says
            why a run can't be moved
        :rtype: dict
        :raises UserError: an argument is no good
        :raises AccessError: the user may not change the plan
        """
        plan = self._as_edited()
        arguments = Arguments(plan.env)
        offset = arguments.count(offset, "offset", 0)
        limit = arguments.count(limit, "limit", 20, MAX_PREVIEWED)
        runs, left_out = plan._find_outdated(run_ids)
        preview = VersionPreview(plan)
        return {
            "version": plan.version or 0,
            "run_count": len(runs),
            "runs": [preview.tell(run) for run in runs[offset : offset + limit]],
            **plan._tell_left_out(left_out),
        }

    def apply_version(self, run_ids=None):
        """Have running plans go on by the plan's present version: see
        :meth:`preview_version`. More than 500 of them are moved in the background.

        :param list[int] run_ids: see :meth:`preview_version`
        :returns: ``{"applied": ids of runs, "background_count", "left_out": [{"run_id",
            "reason"}], "left_out_count"}``
        :rtype: dict
        :raises UserError: an argument is no good, or the plan has no steps
        :raises AccessError: the user may not change the plan
        """
        plan = self._as_edited()
        if not plan.template_ids:
            raise UserError(
                plan.env._(
                    "The plan “%s” has no steps. Add some, or stop its running plans.",
                    plan.name,
                )
            )
        runs, left_out = plan._find_outdated(run_ids)
        applied, background_count = runs.browse(), 0
        if len(runs) > BATCH_SIZE:
            runs._request_version()
            background_count = len(runs)
        else:
            applied = do_with_each(runs, lambda some: move(plan, some), left_out)
        return {
            "applied": applied.ids,
            "background_count": background_count,
            **plan._tell_left_out(left_out),
        }

    def action_apply_version(self):
        """:returns: action: the pop-up that shows what would change in running plans"""
        return self.env["mail.activity.plan.apply"]._open(self._as_edited())

    def _count_outdated(self):
        """:returns: how many runs are on older versions, whoever may see them"""
        runs = by_engine(self.env["mail.activity.plan.run"])
        return runs.search_count(self._get_outdated_domain())

    def _get_outdated_domain(self):
        self.ensure_one()
        return (
            Domain("plan_id", "=", self.id)
            & Domain("state", "in", OPEN_RUN_STATES)
            & Domain("plan_version", "!=", self.version or 0)
        )

    def _find_outdated(self, run_ids):
        """Find the runs on older versions that the user may move.

        :param run_ids: as a program sent it
        :returns: the runs, and id -> why others that were asked for are left out
        """
        runs = by_engine(self.env["mail.activity.plan.run"])
        domain, left_out = self._get_outdated_domain(), {}
        if is_given(run_ids):
            ids = Arguments(self.env).ids(run_ids, "run_ids")
            domain &= Domain("id", "in", ids)
        # In the order in which they were launched.
        found = runs.search(domain, order="id")
        if is_given(run_ids):
            reason = self.env._(
                "It isn't running, or it is on the plan's present version already."
            )
            found_ids = set(found._ids)
            left_out = {id_: reason for id_ in ids if id_ not in found_ids}
        own = found.with_env(self.env)
        allowed = own._filtered_access("read")
        allowed -= allowed._filter_document_forbidden("write")
        gone = found._filter_without_document_left()
        reason = self.env._("You may not change the record.")
        left_out |= dict.fromkeys((own - allowed).ids, reason)
        left_out |= dict.fromkeys(gone.ids, self.env._("Its record was deleted."))
        return (allowed - gone.with_env(self.env)), left_out

    @api.model
    def _tell_left_out(self, left_out):
        """:param dict left_out: id of a run -> why it is left out"""
        rows = [{"run_id": id_, "reason": why} for id_, why in left_out.items()]
        return {"left_out": rows[:MAX_LEFT_OUT], "left_out_count": len(rows)}
