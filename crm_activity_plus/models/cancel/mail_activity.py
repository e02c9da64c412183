# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import models

from ...engine.arguments import Arguments
from ...engine.environment import by_engine
from ...engine.reasons import tell_fresh_reason
from ...tools.reasons import Reason
from ...tools.states import CLOSED_STATUSES
from ..hold.mail_activity import NO_HOLD

# Why activities are cancelled whose meetings stay: of merged records, the one that is
# left has them; a meeting that is deleted needs nobody to delete it.
MEETING_KEEPING_REASONS = ("meeting_deleted", "merged")


class MailActivity(models.Model):
    """Cancelling an activity: it is kept, its record says why, and what was booked for
    it doesn't take place."""

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    def action_cancel(self, reason=None):
        """Close the activities without having done them.

        Core deletes them. Here they are kept, with who cancelled them and when. A
        meeting that was booked for one of them alone, and hasn't begun, is cancelled,
        too, where the user may delete it.

        :param str reason: why, for the history and the chatter
        """
        self._cancel(Arguments(self.env).text(reason, "reason"))
        return True

    def cancel_w_meeting(self, reason=None):
        """Likewise, for open activities: whoever asks is told where somebody else was
        faster. It takes the place of core's ``unlink_w_meeting``.

        :param str reason: why, for the history and the chatter
        :raises UserError: one of them is closed already; none is cancelled then
        """
        self._check_open()
        return self.action_cancel(reason)

    def _cancel(self, reason=False, is_told=False):
        """Close the activities as cancelled.

        :param reason: why, for the ledger, the steps and the chatter
        :param bool is_told: whoever calls this tells it on the records
        """
        self.check_access("write")
        activities = self.filtered(lambda a: a.status not in CLOSED_STATUSES)
        if not activities:
            return
        activities._as_engine(reason=reason).write(
            {"active": False, "status": "cancelled", **NO_HOLD}
        )
        if not is_told:
            activities._tell_cancelled(reason)
        code = reason.code if isinstance(reason, Reason) else None
        if code not in MEETING_KEEPING_REASONS:
            activities._cancel_meetings()

    def _cancel_meetings(self):
        """What was booked for these, which were cancelled, doesn't take place.

        People need the right to delete the meeting. The engine needs none: it ends the
        plan of a record that somebody could change, and what was booked for that.
        """
        events = self._get_own_meetings()
        if events and not self.env.su:
            events = events._filter_deletable(self.env)
        # They are closed: what they were on is read, and nothing written.
        events._cancel_for({(a.res_model, a.res_id) for a in self.sudo()})

    def _get_own_meetings(self):
        """:returns: the meetings that the activities have, and those of series that
        were booked for them; for the engine"""
        linked = by_engine(self).calendar_event_id
        if not linked:
            return linked
        return linked | linked.search([("booked_activity_ref", "in", self.ids)])

    def _is_of_booked_meeting(self):
        """:returns: whether core made the activity for a meeting that a step booked by
        itself: it goes with that"""
        self.ensure_one()
        event = self.calendar_event_id
        return bool(
            event.booked_run_ref
            and not event.booked_activity_ref
            and not self.run_id
            and (self.res_model, self.res_id) == (event.res_model, event.res_id)
        )

    # ------------------------------------------------------------
    # Telling about it
    # ------------------------------------------------------------

    def _tell_cancelled(self, reason):
        """Log on each record which of these were cancelled there, and why: one message,
        as core has one for an activity that is done. Nobody is notified.

        :param reason: why
        """
        why = tell_fresh_reason(self.env, reason) or ""
        on_records = by_engine(self).filtered("res_model")
        for same_model in on_records.grouped("res_model").values():
            told = same_model._filter_existing_record()
            records = told._get_records()
            if not hasattr(records, "_message_log_batch"):
                continue
            by_record = told.grouped("res_id")
            messages = records._message_log_batch(
                bodies={
                    record.id: by_record[record.id]._describe_cancelled(why)
                    for record in records
                }
            )
            told._make_activity_messages(messages)

    def _describe_cancelled(self, why):
        """:param str why: a sentence, or what a person typed
        :returns: that these activities, all on one record, were cancelled; HTML"""
        return self.env["ir.qweb"]._render(
            "crm_activity_plus.message_activities_cancelled",
            {"activities": self, "reason": why, "user": self.env.user},
            minimal_qcontext=True,
        )

    def _make_activity_messages(self, messages):
        """Messages about activities say so, and of which type these are.

        :param messages: one for each record of these
        """
        messages.subtype_id = self.env.ref("mail.mt_activities")
        types = {a.res_id: a.activity_type_id for a in reversed(self)}
        for activity_type, same in messages.grouped(
            lambda message: types[message.res_id]
        ).items():
            same.mail_activity_type_id = activity_type
