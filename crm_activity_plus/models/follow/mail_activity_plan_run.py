# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models

from ...tools.states import OPEN_RUN_STATES


class MailActivityPlanRun(models.Model):
    """A run follows its record: into another company, and to whoever has the roles of
    its steps there by now."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    @api.model
    def _get_document_company(self, record):
        """:returns: the company that a record belongs to, or none"""
        field = record._fields.get("company_id")
        if not field or field.comodel_name != "res.company":
            return self.env["res.company"]
        return record.sudo().company_id.with_env(self.env)

    def _get_working_company(self):
        """:returns: the company whose working days count: the record's, or where it has
        none, the one that the plan was launched in"""
        self.ensure_one()
        return self.company_id or self.working_company_id or self.env.company

    def _get_documents(self):
        """:returns: run -> its record, for the runs whose record is there"""
        documents = {}
        for res_model, runs in self.grouped("res_model").items():
            if res_model not in self.env:
                continue
            records = self.env[res_model].sudo().browse(set(runs.mapped("res_id")))
            known = {record.id: record for record in records.exists()}
            documents |= {run: known[run.res_id] for run in runs if run.res_id in known}
        return documents

    def _follow_documents(self):
        """Have the runs belong to the company of their record, and give the open steps
        to who has their role on it by now. Those who can't work in that company are
        replaced.

        Whatever led here, it looks at how things are: doing it again changes nothing.
        """
        documents = self._get_documents()
        under_way = self.filtered(
            lambda run: run.state in OPEN_RUN_STATES and run in documents
        )
        moved = self._follow_companies(documents)
        lines = under_way.line_ids._filter_open()
        lines._give_to(lines._find_heirs(documents, moved))

    def _follow_companies(self, documents):
        """:param dict documents: see :meth:`_get_documents`
        :returns: the runs that belong to another company now
        """
        moved = self.browse()
        for run, record in documents.items():
            company = self._get_document_company(record)
            if company == run.company_id:
                continue
            values = {"company_id": company.id}
            if company:
                values["working_company_id"] = company.id
            responsible = run.responsible_id
            if responsible and not responsible._filter_can_work_in(company):
                # Steps to come ask for that person.
                values["responsible_id"] = run._find_stand_in(record).id
            run.write(values)
            moved += run
        return moved

    def _find_stand_in(self, record, roles=()):
        """:param record: the run's record
        :param roles: who is asked before the salesperson and the team leader
        :returns: the first of them who can work in the record's company, or none
        """
        company = self._get_document_company(record)
        for role in dict.fromkeys((*roles, "salesperson", "team_leader")):
            user = self.env["mail.activity.plan"]._find_user_by_role(role, record)
            if user := user.sudo()._filter_can_work_in(company):
                return user
        return self.env["res.users"]
