# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import api, models

from ...engine.columns import read_column
from ...engine.locks import take
from ...tools.states import OPEN_RUN_STATES


class MailActivityPlanRun(models.Model):
    """A run follows its record: into another company, to whoever has the roles of its
    steps there by now, and into another record that it is merged into."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "mail.activity.plan.run"

    @api.model_create_multi
    @api.private
    def create(self, vals_list):
        self._forget_records(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if "res_id" in vals:
            self._forget_records([{"res_model": run.res_model, **vals} for run in self])
        return super().write(vals)

    @api.model
    def _forget_records(self, vals_list):
        """Have ``has_plan_runs`` of the records be looked up again.

        :param list[dict] vals_list: values that runs are about to have
        """
        ids_by_model = defaultdict(set)
        for vals in vals_list:
            ids_by_model[vals.get("res_model")].add(vals.get("res_id"))
        for res_model, ids in ids_by_model.items():
            # Of an application that is gone, or of values that nobody checked yet.
            if res_model not in self.env or not all(type(x) is int for x in ids):
                continue
            records = self.env[res_model].browse(ids)
            records.invalidate_recordset(["has_plan_runs"], flush=False)

    @api.model
    def _get_document_company(self, record):
        """:returns: the company that a record belongs to, or none"""
        if not self._have_company(record):
            return self.env["res.company"]
        return record.sudo().company_id.with_env(self.env)

    @api.model
    def _get_document_companies(self, records):
        """:returns: id of a record -> the company that it belongs to, or none"""
        none = self.env["res.company"]
        if not self._have_company(records):
            return dict.fromkeys(records._ids, none)
        ids = read_column(records.sudo(), "company_id")
        companies = {id_: none.browse(id_ or ()) for id_ in set(ids)}
        return {
            res_id: companies[id_]
            for res_id, id_ in zip(records._ids, ids, strict=True)
        }

    @api.model
    def _have_company(self, records):
        """:returns: whether records of this model belong to companies"""
        field = records._fields.get("company_id")
        return bool(field and field.comodel_name == "res.company")

    def _get_working_company(self):
        """:returns: the company whose working days count: the record's, or where it has
        none, the one that the plan was launched in"""
        self.ensure_one()
        return self.company_id or self.working_company_id or self.env.company

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

    def _find_stand_in(self, record, roles=(), unable=()):
        """:param record: the run's record
        :param roles: who is asked before the salesperson and the team leader
        :param unable: users who can't, though it isn't written yet
        :returns: the first of them who can work in the record's company, or none
        """
        company = self._get_document_company(record)
        for role in dict.fromkeys((*roles, "salesperson", "team_leader")):
            user = self.env["mail.activity.plan"]._find_user_by_role(role, record)
            user = user.sudo()._filter_can_work_in(company)
            if user and user not in unable:
                return user
        return self.env["res.users"]

    # ------------------------------------------------------------
    # Records that are merged
    # ------------------------------------------------------------

    def _merge_into(self, record):
        """Have the runs of merged records go on with the one that stays. Of two runs of
        one plan, the one that is further goes on.

        :param record: the one that stays
        """
        # A plan may be launched on it at this moment.
        take(record)
        under_way = self.filtered(lambda run: run.state in OPEN_RUN_STATES)
        for same in under_way.grouped(
            lambda run: (run.plan_id, run.launch_key)
        ).values():
            furthest = max(
                same, key=lambda run: (run.progress, run.res_id == record.id)
            )
            (same - furthest)._stop("merged")
        # A run has to be stopped before another one takes its place.
        self.flush_recordset()
        self.filtered(lambda run: run.res_id != record.id)._move_to(record)

    def _move_to(self, record):
        """Let the runs go on with another record of the same model.

        :param record: where to
        """
        rows = [
            {
                **run._prepare_log_values("moved", run.state),
                "values": {"res_id": [run.res_id, record.id]},
            }
            for run in self
        ]
        partner = record.sudo()._mail_get_partners()[record.id][:1]
        self.write(
            {
                "res_id": record.id,
                "lead_id": self._get_lead_id(record),
                "partner_id": partner.id,
            }
        )
        self.line_ids.write({"res_id": record.id})
        self.env["mail.activity.log"]._add(
            [{**row, "res_id": record.id} for row in rows]
        )
        self._follow_documents()
