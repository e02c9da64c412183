# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from . import models
from . import wizards


def uninstall_hook(env):
    """Nobody else would end the steps that wait for a signature."""
    env["mail.activity.plan.run.line"]._fail_uninstalled()
