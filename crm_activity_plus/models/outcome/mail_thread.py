# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...tools.internal import read_internal

# Context key: messages of activities, a :class:`~...engine.done_messages.DoneMessages`.
MESSAGES_KEY = "activity_done_messages"


class MailThread(models.AbstractModel):
    """Where core posts that an activity is done, the message may be there already."""

    _inherit = "mail.thread"  # pylint: disable=consider-merging-classes-inherited

    def message_post_with_source(self, source_ref, *, render_values=None, **kwargs):
        written = read_internal(self.env.context, MESSAGES_KEY)
        activity = written and (render_values or {}).get("activity")
        message = activity and written.take(activity)
        return message or super().message_post_with_source(
            source_ref, render_values=render_values, **kwargs
        )
