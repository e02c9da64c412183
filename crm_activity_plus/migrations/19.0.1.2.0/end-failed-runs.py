# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Progress counts what was done, and a run in which all failed has failed.

At the end, when the models of all addons are there: other addons extend runs.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

from odoo.addons.crm_activity_plus.engine.environment import by_engine

BATCH_SIZE = 1000


def migrate(cr, version):
    _count_what_was_done(cr)
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.invalidate_all()
    for run_ids in split_every(BATCH_SIZE, _find_failed(cr)):
        runs = by_engine(env["mail.activity.plan.run"]).browse(run_ids)
        # With a row of the ledger, from which the state follows.
        runs._set_state("failed")
        env.flush_all()
        env.invalidate_all()


def _count_what_was_done(cr):
    """As ``get_progress`` of ``tools/progress.py`` does."""
    cr.execute(
        """
        UPDATE mail_activity_plan_run AS run
           SET progress = counted.progress
          FROM (
                SELECT run_id,
                       COALESCE(
                           ROUND(
                               100.0 * COUNT(*) FILTER (WHERE state = 'done')
                               / NULLIF(
                                   COUNT(*) FILTER (WHERE state != 'skipped'), 0
                               ),
                               2
                           ),
                           0
                       ) AS progress
                  FROM mail_activity_plan_run_line
                 GROUP BY run_id
               ) AS counted
         WHERE counted.run_id = run.id
           AND run.progress IS DISTINCT FROM counted.progress
        """
    )


def _find_failed(cr):
    """:returns: ids of the runs that are done, where nothing was done and something
    failed"""
    cr.execute(
        """
        SELECT run.id
          FROM mail_activity_plan_run AS run
          JOIN mail_activity_plan_run_line AS line ON line.run_id = run.id
         WHERE run.state = 'done'
         GROUP BY run.id
        HAVING BOOL_OR(line.state = 'failed') AND NOT BOOL_OR(line.state = 'done')
         ORDER BY run.id
        """
    )
    return [run_id for [run_id] in cr.fetchall()]
