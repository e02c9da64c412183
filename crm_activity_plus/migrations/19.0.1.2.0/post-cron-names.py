# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api
from odoo.api import SUPERUSER_ID

# The scheduled actions' names until now; people may have given them others.
OLD_NAMES = {
    "ir_cron_run_due_steps": "Activity Plans: do the steps that are due",
    "ir_cron_launch_plans": "Activity Plans: launch on many records",
    "ir_cron_end_holds": "Activities: bring back what is on hold",
    "ir_cron_stop_orphans": "Activity Plans: check the exits of plans under way",
}
NEW_NAMES = {
    "ir_cron_run_due_steps": "Activity Plans: run due steps",
    "ir_cron_launch_plans": "Activity Plans: launch in the background",
    "ir_cron_end_holds": "Activities: resume activities on hold",
    "ir_cron_stop_orphans": "Activity Plans: check exits of running plans",
}


def migrate(cr, version):
    """Scheduled actions are data that upgrades leave alone, so that their names have to
    be changed here."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, new in NEW_NAMES.items():
        cron = env.ref(f"crm_activity_plus.{name}", raise_if_not_found=False)
        action = cron and cron.ir_actions_server_id
        if action and action.name == OLD_NAMES[name]:
            action.name = new
