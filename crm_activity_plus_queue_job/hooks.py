# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError


def uninstall_hook(env):
    """Whatever waits in jobs goes back to the scheduled actions, which do it once this
    addon is gone.

    :raises UserError: somebody is at a launch: how far it came would be forgotten
    """
    background = env["mail.activity.background"]
    for kind in env["queue.job"]._find_unfinished_kinds():
        env["queue.job"]._take_back(kind)
        background._trigger_cron(kind)
    busy = env["mail.activity.plan.launch.part"].search([]).launch_id._fold()
    if busy := busy.filtered(lambda launch: launch.state == "running"):
        raise UserError(
            env._(
                "Jobs are at launches of %(plans)s at this moment. Wait for their end, "
                "or cancel these launches. Then uninstall the addon again.",
                plans=", ".join(busy.plan_id.mapped("name")),
            )
        )
