# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine.arguments import Arguments

# So many reasons are told in a message.
MAX_REASONS = 5


class MailActivityPlanLaunch(models.Model):
    """A launch is taken back: all of its runs at once."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.launch"

    run_ids = fields.One2many(
        "mail.activity.plan.run", "launch_id", string="Running Plans", readonly=True
    )
    undone_count = fields.Integer(
        "Undone",
        compute="_compute_undone_count",
        help="Number of records on which the launch was undone.",
    )
    status = fields.Selection(
        selection="_get_statuses",
        compute="_compute_status",
        help="Where the launch stands; “Undone” where none of its plans is left.",
    )
    can_undo = fields.Boolean(
        compute="_compute_undone_count",
        help="Some of the plans are open, or the launch isn't over.",
    )

    @api.depends("run_ids.state", "state")
    def _compute_undone_count(self):
        runs = self.env["mail.activity.plan.run"].sudo()
        open_counts, undone_counts = (
            dict(
                runs._read_group(
                    [("launch_id", "in", self.ids), condition],
                    ["launch_id"],
                    ["__count"],
                )
            )
            for condition in (
                ("state", "in", runs._open_states),
                ("stop_reason", "=", "undone"),
            )
        )
        for launch in self:
            launch.undone_count = undone_counts.get(launch, 0)
            launch.can_undo = bool(
                open_counts.get(launch) or launch.state in ("pending", "running")
            )

    @api.model
    def _get_statuses(self):
        states = self._fields["state"]._description_selection(self.env)
        return [*states, ("undone", self.env._("Undone"))]

    @api.depends("launched_count", "state", "undone_count")
    def _compute_status(self):
        for launch in self:
            is_over = launch.state not in ("pending", "running")
            is_undone = 0 < launch.launched_count <= launch.undone_count
            launch.status = "undone" if is_over and is_undone else launch.state

    def undo(self):
        """Take all that was launched back; what is still to be launched isn't. What
        something was done of is left as it is.

        :returns: see ``undo`` of ``mail.activity.plan.run``
        :rtype: dict
        :raises AccessError: it is somebody else's launch
        """
        self.check_access("read")
        under_way = self.filtered(lambda launch: launch.state in ("pending", "running"))
        under_way.action_cancel()
        runs = self.sudo().run_ids.union().sudo(False)
        readable = runs._filtered_access("read")
        result = readable.undo()
        self.invalidate_recordset(["can_undo", "status", "undone_count"])
        forbidden = self.env._("You may not read its record.")
        result["kept"] += [
            {"run_id": run.id, "res_id": run.sudo().res_id, "reason": forbidden}
            for run in runs - readable
        ]
        return result

    def action_undo(self):
        """:meth:`undo`, and say what came of it.

        :returns: action: a notification
        :raises UserError: nothing of it can be taken back
        """
        Arguments(self.env).check_single(self)
        result = self.undo()
        text = self._tell_undone(result)
        if not result["undone"] and result["kept"]:
            raise UserError(text)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if result["kept"] else "success",
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _tell_undone(self, result):
        """:returns: what was taken back, and what wasn't and why"""
        plan = self.plan_id
        kept = Counter(row["reason"] for row in result["kept"])
        sentences = [
            self.env._(
                "The launch of “%(plan)s” was undone on %(records)s.",
                plan=plan.name,
                records=plan._tell_record_count(len(result["undone"])),
            )
        ]
        if kept:
            sentences.append(
                self.env._(
                    "It can't be undone on %s:",
                    plan._tell_record_count(kept.total()),
                )
            )
        sentences += [
            f"{reason} ({count})" for reason, count in kept.most_common(MAX_REASONS)
        ]
        return " ".join(sentences)
