# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell after ``sending``: the process is killed when the email of the
# third customer is there, and before it is noted down.
# ruff: noqa: F821

import os
import signal

customers = env["res.partner"].search([("name", "=like", "Customer _")], order="id")
steps = type(env["mail.activity.plan.run.line"])
original = steps._note_followup


def note(self, what):
    if self.res_id == customers[2].id:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(self, what)


steps._note_followup = note
env["res.partner"]._cron_followup()
result = None
