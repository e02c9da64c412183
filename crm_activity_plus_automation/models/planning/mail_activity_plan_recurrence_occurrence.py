# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_activity_plus.engine.environment import by_engine

from ...engine.announcer import Announcer


class MailActivityPlanRecurrenceOccurrence(models.Model):
    """Visits are cancelled, told, and follow their records."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.recurrence.occurrence"

    def _leave(self):
        """Nobody is to have these visits any more: they are cancelled in batches."""
        self.write({"state": "leaving"})

    def _cancel(self):
        """End the runs of these visits, and delete the meetings that have not begun.
        People hear of all of them at once: see :meth:`_tell`."""
        if not self:
            return
        runs = self.run_id
        events = runs.line_ids.calendar_event_id | self.calendar_event_id
        events = events.filtered(lambda event: not event._has_begun())
        told = {row: row._describe_meeting() for row in self}
        documents = {(row.res_model, row.res_id) for row in self}
        events._filter_only_for(documents).with_context(dont_notify=True).unlink()
        runs._stop("recurrence")
        for row in self:
            row.write(
                {
                    "state": "cancelled",
                    "cancelled_values": told[row],
                    "is_told": not told[row],
                }
            )

    def _describe_meeting(self):
        """:returns: what is told about the meeting when it is gone; JSON-able"""
        self.ensure_one()
        event = self.calendar_event_id
        if not event or event._has_begun():
            return False
        return {
            "start": fields.Datetime.to_string(event.start),
            "partner_ids": event.attendee_ids.partner_id.ids,
            "user_id": event.user_id.id,
        }

    def _tell(self):
        """Tell people about planned and cancelled visits, each person once; as
        superuser. Cancelled ones are forgotten then."""
        rows = self.filtered(lambda row: row.state in ("planned", "cancelled"))
        rows = by_engine(rows)
        if not rows:
            return
        Announcer(rows).tell()
        gone = rows.filtered(lambda row: row.state == "cancelled")
        (rows - gone).is_told = True
        gone.unlink()

    @api.model
    def _forget_skipped(self, visits):
        """What could not be planned before is planned again."""
        self.flush_model()
        self.env.execute_query(
            SQL(
                """
                DELETE FROM mail_activity_plan_recurrence_occurrence AS row
                 USING unnest(%(series)s, %(records)s, %(days)s)
                       AS visit (series_id, res_id, day)
                 WHERE row.recurrence_id = visit.series_id
                   AND row.res_id = visit.res_id
                   AND row.date = visit.day
                   AND row.state = 'skipped'
                RETURNING row.id
                """,
                series=[visit.series_id for visit in visits],
                records=[visit.res_id for visit in visits],
                days=[visit.day for visit in visits],
            )
        )
        self.invalidate_model(flush=False)

    @api.model
    def _move_to(self, merged, survivor):
        """Give visits to the record that others are merged into. Where it has the same
        visit, the others' are cancelled.

        :param merged: the records that go
        """
        rows = by_engine(self).search(
            [
                ("res_model", "=", merged._name),
                ("res_id", "in", [*merged.ids, survivor.id]),
            ]
        )
        own = rows.filtered(lambda row: row.res_id == survivor.id)
        taken = {(row.recurrence_id, row.date) for row in own}
        twice = rows.browse()
        for row in rows - own:
            key = (row.recurrence_id, row.date)
            if key in taken and row.state in ("planned", "skipped"):
                twice |= row
            taken.add(key)
        twice._leave()
        twice.recurrence_id.date_next_check = fields.Datetime.now()
        rows.res_id = survivor.id
