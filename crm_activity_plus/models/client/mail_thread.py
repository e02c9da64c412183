# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from odoo.addons.mail.tools.discuss import Store


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"  # pylint: disable=consider-merging-classes-inherited

    def _thread_to_store(self, store, fields, *, request_list=None):
        """The chatter shows what is on hold, too."""
        super()._thread_to_store(store, fields, request_list=request_list)
        if "activities" not in (request_list or ()) or not isinstance(
            self, self.env.registry["mail.activity.mixin"]
        ):
            return
        held = self.env["mail.activity"]._find_held(self)
        for thread in self:
            on_thread = held.filtered(lambda a, thread=thread: a.res_id == thread.id)
            store.add(thread, {"heldActivities": Store.Many(on_thread)}, as_thread=True)
