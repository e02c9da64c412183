# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


def uninstall_hook(env):
    """Whatever waits in jobs goes back to the scheduled actions, which do it once this
    addon is gone."""
    background = env["mail.activity.background"]
    for kind in env["queue.job"]._find_unfinished_kinds():
        env["queue.job"]._take_back(kind)
        background._trigger_cron(kind)
    env["mail.activity.plan.launch.part"].search([]).launch_id._fold()
