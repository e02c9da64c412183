# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError

from ...engine.arguments import Arguments
from ...engine.environment import unsteered
from ...engine.plan_exporter import PlanExporter
from ...engine.plan_importer import PlanImporter
from ...engine.ready_made import ReadyMadePlans, read_documents
from ...tools.savepoint import savepoint, undone
from ...tools.values import quote

# So many sentences are read.
MAX_TOLD = 10


class MailActivityPlan(models.Model):
    """Plans go to a file, and come back on another database."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan"

    @api.readonly
    def export_file(self):
        """Write the plans as a file, with the types, outcomes and email templates that
        they need. Records are told by codes and names; of server actions, a file only
        has the names.

        :returns: JSON, for :meth:`import_file` here or elsewhere
        :rtype: str
        :raises UserError: there are none
        """
        plans = unsteered(self).exists()
        plans.check_access("read")
        if not plans:
            raise UserError(self.env._("Choose the plans to export."))
        document = PlanExporter(plans).export()
        return json.dumps(document, ensure_ascii=False, indent=2)

    @api.model
    def preview_file(self, data, types=None, as_manual=False):
        """Say what :meth:`import_file` would do. Nothing stays of it.

        :param data: see :meth:`import_file`
        :param dict types: see :meth:`import_file`
        :param bool as_manual: see :meth:`import_file`
        :returns: ``{"can_import", "entries": [{"section", "key", "name", "action",
            "level", "message"}]}``. The ``action`` is ``new``, ``reuse`` (what is here
            already), ``change`` or ``missing``; what is ``missing`` is an error, and
            keeps the file from being imported
        :rtype: dict
        :raises UserError: it is no file with plans
        """
        importer = PlanImporter(self, data, types, as_manual)
        with undone(self.env.cr):
            importer.run()
        self.env.registry.clear_cache()
        return {
            "can_import": not importer.report.get_errors(),
            "entries": importer.report.entries,
        }

    @api.model
    def import_file(self, data, types=None, as_manual=False):
        """Create the plans of a file. Types, outcomes and email templates are used as
        they are here, by code and by name; those that aren't here are created, with the
        rights of the user. A plan whose code is taken becomes a copy with another code.

        :param data: the JSON that :meth:`export_file` wrote: text, bytes, or the object
            that it is
        :param dict types: which types to use instead of those of the file, by code
        :param bool as_manual: have steps done manually whose email template, server
            action or kind isn't here. Otherwise the file is refused
        :returns: ``{"plan_ids", "entries"}``, see :meth:`preview_file`
        :rtype: dict
        :raises UserError: it is no file with plans, or something is missing; nothing is
            created then
        """
        importer = PlanImporter(self, data, types, as_manual)
        with savepoint(self.env.cr):
            plans = importer.run()
            if errors := importer.report.get_errors():
                raise UserError(self._tell_errors(errors))
        return {"plan_ids": plans.ids, "entries": importer.report.entries}

    @api.readonly
    def action_export_file(self):
        """:returns: action: download the plans as a file"""
        self.export_file()
        ids = ",".join(map(str, self.ids))
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_activity_plus/plans/{ids}/export",
            "target": "download",
        }

    # ------------------------------------------------------------
    # Ready-made plans
    # ------------------------------------------------------------

    @api.readonly
    @api.model
    def get_ready_made(self):
        """Tell the plans that one can start from.

        :returns: ``[{"code", "name", "summary", "step_count", "columns", "is_here"}]``.
            ``columns`` is a picture: the steps, each with its ``name``, ``type`` and
            ``icon``; those of one column can begin at the same time, after those of the
            columns before. ``is_here``: there is a plan with that code
        :rtype: list[dict]
        :raises AccessError: the user may not create plans
        """
        plans = unsteered(self)
        plans.check_access("create")
        return ReadyMadePlans(plans.env, plans._get_ready_made_documents()).tell()

    @api.model
    def create_ready_made(self, code):
        """Create one of the plans that :meth:`get_ready_made` tells, to change it.

        :param str code: which one
        :returns: see :meth:`import_file`
        :rtype: dict
        :raises UserError: there is no such plan
        :raises AccessError: the user may not create plans
        """
        plans = unsteered(self)
        plans.check_access("create")
        documents = plans._get_ready_made_documents()
        code = Arguments(plans.env).text(code, "code")
        if code not in documents:
            raise UserError(
                plans.env._(
                    "There is no ready-made plan “%(code)s”. Choose one of these: "
                    "%(codes)s.",
                    code=quote(code),
                    codes=", ".join(documents),
                )
            )
        document = ReadyMadePlans(plans.env, documents).translate(code)
        return plans.import_file(document)

    @api.model
    def get_empty_list_help(self, help_message):
        """Offer them where there are no plans yet."""
        # Odoo's own hands it back as it is.
        Arguments(self.env).text(help_message, "help_message")
        gallery = self.env.ref(
            "crm_activity_plus.mail_activity_plan_gallery_action",
            raise_if_not_found=False,
        )
        model = self.env.context.get("default_res_model")
        if not gallery or model != "crm.lead" or not self.has_access("create"):
            return super().get_empty_list_help(help_message)
        return Markup(
            '<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>'
            '<p><a type="action" name="%s" class="btn btn-primary">%s</a></p>'
        ) % (
            self.env._("No plans yet"),
            self.env._(
                "A plan is a series of steps, such as calls, emails and meetings, that "
                "is launched on leads with a few clicks and goes on by itself."
            ),
            gallery.id,
            self.env._("Start from a Ready-Made Plan"),
        )

    @api.model
    def _get_ready_made_documents(self):
        """Hook: the files of the plans to start from. Another addon adds its own with
        ``read_documents`` and the path of its folder.

        :returns: code of a plan -> its file
        :rtype: dict
        """
        return read_documents()

    def _open_imported(self):
        """:returns: action: the plans that were just imported"""
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Imported Plans"),
            "res_model": self._name,
            "target": "current",
        }
        if len(self) == 1:
            return {**action, "views": [(False, "form")], "res_id": self.id}
        domain = [("id", "in", self.ids)]
        return {**action, "views": [(False, "list"), (False, "form")], "domain": domain}

    def _tell_errors(self, errors):
        if len(errors) > MAX_TOLD:
            more = self.env._("There are %s more errors.", len(errors) - MAX_TOLD)
            errors = [*errors[:MAX_TOLD], more]
        return "\n".join(errors)
