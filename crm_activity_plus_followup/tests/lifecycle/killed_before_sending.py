# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell after ``sending``: the process is killed when all of the fourth
# customer's email is committed, and before it is handed to the mail server.
# ruff: noqa: F821

import os
import signal

customers = env["res.partner"].search([("name", "=like", "Customer _")], order="id")
mails = type(env["mail.mail"])
original = mails.send


def send(self, *args, **kwargs):
    if customers[3] in self.recipient_ids:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(self, *args, **kwargs)


mails.send = send
env["res.partner"]._cron_followup()
result = None
