# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell before the daily job: what would be sent is written into a file
# beside the configuration, as soon as it is sent. Letters aren't printed.
# ruff: noqa: F821

from pathlib import Path

from odoo.tools import config

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.crm_activity_plus_followup.engine.email import FollowupEmail

SENT = Path(config["config"]).parent / "sent.txt"


def send_email(_self, message, *_args, **_kwargs):
    with SENT.open("a") as file:
        file.write(f"{message['To']}\n")
    return message["Message-Id"]


IrMail_Server._connect__ = lambda *_args, **_kwargs: None
IrMail_Server.send_email = send_email
FollowupEmail._make_attachments = lambda *_args: []
result = None
