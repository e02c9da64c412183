# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import models, report, wizards


def uninstall_hook(env):
    """Without this addon, nobody would end what it has begun when it is paid."""
    env["mail.activity.plan"]._end_followups()
