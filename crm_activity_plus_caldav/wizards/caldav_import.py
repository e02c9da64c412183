# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import base64
import logging
import time

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

from ..ical.event import get_text, read_event
from ..ical.files import CalendarFile, get_essence
from ..ical.repeated import read_present
from ..ical.rules import read_rule
from ..ical.text import UNFIT, Refused, read_calendar

_logger = logging.getLogger(__name__)

MAX_FILE = 25 * 1024 * 1024
BATCH = 200
# A request shouldn't take longer; the rest is imported by another click.
SECONDS = 45


class CaldavImport(models.TransientModel):
    """A file of events and tasks: what of it is new is seen before it is imported, and
    what was imported once isn't again, by its UID."""

    _name = "caldav.import"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Import an iCalendar File"

    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    state = fields.Selection(
        [("draft", "File"), ("preview", "Preview"), ("done", "Done")],
        default="draft",
        readonly=True,
    )
    line_ids = fields.One2many("caldav.import.line", "import_id", readonly=True)
    summary = fields.Char(compute="_compute_summary")

    @api.depends("line_ids.status")
    def _compute_summary(self):
        labels = dict(self.env["caldav.import.line"]._get_statuses())
        for wizard in self:
            # There may be thousands of them.
            groups = self.env["caldav.import.line"]._read_group(
                [("import_id", "in", wizard.ids)], ["status"], ["__count"]
            )
            counts = dict(groups)
            wizard.summary = ", ".join(
                f"{label}: {counts[status]}"
                for status, label in labels.items()
                if status in counts
            )

    def _open_file(self):
        data = base64.b64decode(self.with_context(bin_size=False).file or b"")
        if len(data) > MAX_FILE:
            raise UserError(self.env._("The file is larger than 25 MB. Split it."))
        try:
            return CalendarFile(data)
        except Refused as error:
            raise UserError(error.message) from error

    def _get_collections(self):
        """:returns: by the kind of components the user's calendar for it"""
        collections = self.env["caldav.collection"]._find_all(self.env.user)
        collections = collections.filtered(lambda collection: not collection.is_made)
        for collection in collections:
            collection._refresh()
        return {collection._get_kinds()[0]: collection for collection in collections}

    # ------------------------------------------------------------
    # Looking at it
    # ------------------------------------------------------------

    def action_preview(self):
        """Say of each object in the file what would become of it."""
        self.ensure_one()
        file, collections = self._open_file(), self._get_collections()
        known = {
            (kind, uid): essence
            for kind, collection in collections.items()
            for uid, essence in self._read_known(collection, file.objects)
        }
        # The user may write the wizard: what it says of the file is its own.
        lines = self.line_ids.sudo()
        lines.unlink()
        for keys in split_every(BATCH, file.objects, list):
            lines.create([self._prepare_line(file, key, known) for key in keys])
            self._forget()
        self.state = "preview"
        return self._reopen()

    def _forget(self):
        """Whatever was read for some objects isn't needed for the next ones."""
        self.env.flush_all()
        self.env.invalidate_all()

    def _read_known(self, collection, uids):
        """:returns: of what is there already the UID, and what was sent of it"""
        resources = collection._get_resources(collection._find_present())
        for resource in resources.filtered(lambda r: r.uid in uids):
            essence = None
            if resource.raw:
                components = read_calendar(resource.raw).walk(
                    "VTODO" if resource.res_model == "mail.activity" else "VEVENT"
                )
                essence = hash(tuple(get_essence(components)))
            yield resource.uid, essence
            resource.invalidate_recordset(["raw"])

    def _prepare_line(self, file, key, known):
        found = file.objects[key]
        # What can't be stored is refused, and shown all the same.
        uid = UNFIT.sub("", key)
        vals = {"import_id": self.id, "kind": found.kind, "name": uid, "uid": uid}
        try:
            obj = file.read_one(found)
            vals["name"] = get_text(obj.components[0], "SUMMARY") or key
            self._check(obj)
        except Refused as error:
            return {**vals, "reason": error.message, "status": "refused"}
        if (obj.kind, obj.uid) not in known:
            return {**vals, "status": "new"}
        essence = hash(tuple(get_essence(obj.components)))
        is_same = known[obj.kind, obj.uid] == essence
        return {**vals, "status": "unchanged" if is_same else "changed"}

    def _check(self, obj):
        """:raises Refused: it can't be imported"""
        zone = self.env["caldav.mapper"]._get_zone()
        if obj.kind == "VTODO":
            read_present(obj.components, zone)
            return
        for component in obj.components:
            read_event(component, zone)
            if "RRULE" in component:
                read_rule(component, zone)

    # ------------------------------------------------------------
    # Importing it
    # ------------------------------------------------------------

    def action_import(self):
        """Import what is new or changed. Nobody is told of it, and one that can't be
        imported doesn't stop the others."""
        self.ensure_one()
        file, collections = self._open_file(), self._get_collections()
        end = time.monotonic() + SECONDS
        lines = self.env["caldav.import.line"]
        waiting = [("import_id", "=", self.id), ("status", "in", ["new", "changed"])]
        for ids in split_every(BATCH, lines.search(waiting).ids, list):
            for line in lines.browse(ids):
                if time.monotonic() > end:
                    return self._reopen()
                line._import(file, collections)
            self._forget()
        self.state = "done"
        return self._reopen()

    @api.autovacuum
    def _gc_exports(self):
        """Delete files that were exported and downloaded."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.env["ir.attachment"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "=", 0)]
            + [("create_date", "<", limit)]
        ).unlink()

    def _reopen(self):
        return {
            "name": self.env._("Import an iCalendar File"),
            "res_id": self.id,
            "res_model": self._name,
            "target": "new",
            "type": "ir.actions.act_window",
            "views": [(False, "form")],
        }


class CaldavImportLine(models.TransientModel):
    """Something in a file."""

    _name = "caldav.import.line"
    _inherit = ["mail.activity.check.mixin"]
    _description = "Object in an iCalendar File"
    _order = "id"

    import_id = fields.Many2one("caldav.import", required=True, ondelete="cascade")
    uid = fields.Char()
    name = fields.Char()
    kind = fields.Selection([("VEVENT", "Meeting"), ("VTODO", "Activity")])
    status = fields.Selection(selection=lambda self: self._get_statuses())
    reason = fields.Char()

    @api.model
    def _get_statuses(self):
        return [
            ("new", self.env._("New")),
            ("changed", self.env._("Changed")),
            ("unchanged", self.env._("Unchanged")),
            ("refused", self.env._("Refused")),
            ("imported", self.env._("Imported")),
        ]

    def _import(self, file, collections):
        """Import it, or say why that can't be done.

        :raises psycopg2.OperationalError: the transaction is lost
        """
        self.ensure_one()
        try:
            with savepoint(self.env.cr):
                obj = file.read_one(file.objects[self.uid])
                collection = collections[obj.kind]
                name = f"{fields.Datetime.now():%Y%m%d%H%M%S}-{self.id}.ics"
                member = collection._find_by_uid(obj.uid)
                name = member.name if member else name
                collection._put(name, member, obj, is_quiet=True)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise
        except (Refused, UserError) as error:
            self._tell(str(error), "refused")
        except Exception as error:
            _logger.warning("%s can't be imported", self.uid, exc_info=True)
            self._tell(str(error)[:200], "refused")
        else:
            self._tell(False, "imported")

    def _tell(self, reason, status):
        # What became of it is said by the wizard, not by the user.
        self.sudo().write({"reason": reason, "status": status})
