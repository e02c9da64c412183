# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell after ``sending``: the daily job and Odoo's own queue of emails,
# twice. Who was written to?
# ruff: noqa: F821

from pathlib import Path

from odoo.tools import config

for _time in range(2):
    env["res.partner"]._cron_followup()
    env["mail.mail"].process_email_queue()
    env.cr.commit()
customers = env["res.partner"].search([("name", "=like", "Customer _")], order="id")
runs = env["mail.activity.plan.run"].search([("res_id", "in", customers.ids)])
runs = runs.filtered("followup_is_open")
result = {
    "sent": (Path(config["config"]).parent / "sent.txt").read_text().splitlines(),
    "noted": [
        len(customer.message_ids.filtered("notified_partner_ids"))
        for customer in customers
    ],
    "steps_sent": len(runs.line_ids.filtered("followup_sent")),
    "states": sorted(runs.mapped("state")),
}
