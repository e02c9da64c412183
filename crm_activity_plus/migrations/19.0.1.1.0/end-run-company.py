# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Runs belong to the company of their record.

At the end, when the models of all addons are there.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL, split_every

BATCH_SIZE = 1000


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    # Until now it was the company of whoever launched, where the record had none.
    cr.execute(
        """
        UPDATE mail_activity_plan_run
           SET working_company_id = company_id
         WHERE working_company_id IS NULL
        """
    )
    runs = env["mail.activity.plan.run"]
    for res_model in runs._get_document_models():
        if res_model in env:
            _follow_records(env, res_model)
    _mark_reassigned_steps(cr)
    env.invalidate_all()


def _follow_records(env, res_model):
    """Where a record was moved to another company, the plans under way on it are left
    to the check of the exits, which gives their steps to people who work there."""
    records = env[res_model]
    field = records._fields.get("company_id")
    if not field or field.comodel_name != "res.company":
        company = SQL("NULL")
    elif field.store and field.column_type and records._auto:
        company = SQL("record.company_id")
    else:
        _follow_one_by_one(env, res_model)
        return
    env.cr.execute(
        SQL(
            """
            UPDATE mail_activity_plan_run AS run
               SET company_id = %(company)s
              FROM %(table)s AS record
             WHERE run.res_model = %(res_model)s
               AND run.res_id = record.id
               AND run.company_id IS DISTINCT FROM %(company)s
               AND (%(company)s IS NULL OR run.state IN ('done', 'stopped'))
            """,
            company=company,
            table=SQL.identifier(records._table),
            res_model=res_model,
        )
    )


def _follow_one_by_one(env, res_model):
    """Models that find out the company of a record by themselves."""
    runs = env["mail.activity.plan.run"].search([("res_model", "=", res_model)])
    for batch in split_every(BATCH_SIZE, runs.ids, runs.browse):
        for run, record in batch._get_documents().items():
            company = run._get_document_company(record)
            if company != run.company_id and (
                not company or run.state in ("done", "stopped")
            ):
                run.company_id = company
        env.flush_all()


def _mark_reassigned_steps(cr):
    """Steps that somebody gave to another person by hand stay with that person. Those
    of somebody who was archived went to others by themselves."""
    cr.execute(
        """
        UPDATE mail_activity_plan_run_line AS line
           SET is_reassigned = TRUE
         WHERE line.state = 'scheduled'
           AND line.responsible_type IN ('salesperson', 'team_leader')
           AND line.is_reassigned IS NOT TRUE
           AND EXISTS (
                SELECT 1
                  FROM mail_activity_log AS log
             LEFT JOIN res_users AS before
                    ON before.id::varchar = log.values -> 'user_id' ->> 0
                 WHERE log.activity_ref = line.activity_id
                   AND log.event = 'changed'
                   AND log.values -> 'user_id' IS NOT NULL
                   AND before.active IS NOT FALSE
           )
        """
    )
