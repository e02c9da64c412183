# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from datetime import date

from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from ..engine.request import LaunchRequest
from .common import CrmActivityPlusCommon


class GarbageCase(CrmActivityPlusCommon):
    def setUp(self):
        super().setUp()
        # How many there were when the savepoint was rolled back to.
        self.queries = None
        # Of what is undone.
        self.addCleanup(self.env.registry.clear_all_caches)

    @classmethod
    def _make_records(cls):
        """:returns: model -> a record, on which the methods are called"""
        cls.plan.template_ids[1].after_ids = cls.plan.template_ids[0]
        cls.run_ = cls._launch(plan_date="2026-03-10")
        cls.other = cls._create_lead("Other")
        launches = cls.env["mail.activity.plan.launch"]
        records = [
            cls.run_.line_ids[0].activity_id,
            cls.env["mail.activity.bulk"].create(
                {"activity_ids": cls._schedule().ids, "mode": "done"}
            ),
            cls.env["mail.activity.outcome"].create({"name": "G fine"}),
            cls.plan,
            cls.env["mail.activity.plan.apply"].create({"plan_id": cls.plan.id}),
            cls.env["mail.activity.plan.import"].create({}),
            cls.plan.template_ids[0],
            launches._enqueue(
                cls.plan,
                LaunchRequest((cls.other.id,), date(2026, 3, 10), cls.user_owner.id),
            ),
            cls.run_,
            cls.run_.line_ids[0],
            cls.env["mail.activity.plan.run.bulk"].create(
                {"run_ids": cls.run_.ids, "mode": "pause"}
            ),
            cls.run_.line_ids[0].activity_id.log_ids[0],
            cls._make_archive(),
            cls.env["mail.activity.plan.report"].browse(cls.run_.line_ids[0].id),
            cls.env["mail.activity.plan.run.report"].browse(cls.run_.id),
            cls.env["mail.activity.schedule"].create(
                {
                    "res_model": "crm.lead",
                    "res_ids": str(cls.other.ids),
                    "plan_id": cls.plan.id,
                }
            ),
            cls._create_type("Garbage"),
            cls.other,
            cls.sales_team_1,
            cls.partner,
            cls.user_colleague,
        ]
        cls.env.flush_all()
        return {record._name: record for record in records}

    @classmethod
    def _make_archive(cls):
        """:returns: the file with the history of a run that is over"""
        run = cls._launch(cls._create_lead("Archived"), plan_date="2026-03-10")
        while activities := run.line_ids._get_open_activity():
            activities.complete()
        return cls.env["mail.activity.log.archive"].sudo()._archive(run.sudo())

    @contextmanager
    def _undone(self):
        """Whatever was done is undone. One savepoint serves for many times: most of
        what is tried is refused before the database is asked anything."""
        cr = self.env.cr
        cr.flush()
        if cr.sql_log_count != self.queries:
            self.savepoint = cr.savepoint()
        before = cr.sql_log_count
        try:
            yield
        finally:
            # Queries that fail are not counted.
            status = cr.connection.get_transaction_status()
            if cr.sql_log_count != before or status == TRANSACTION_STATUS_INERROR:
                self.savepoint.rollback()
            else:
                cr.clear()
            self.queries = cr.sql_log_count

    def _take_snapshot(self):
        self.env.cr.execute(
            """
            SELECT (SELECT COUNT(*) FROM mail_activity_log),
                   (SELECT COUNT(*) FROM mail_activity_plan_run),
                   (SELECT COUNT(*) FROM mail_activity_plan_launch),
                   (SELECT COUNT(*) FROM mail_message),
                   (SELECT ARRAY_AGG((id, status, date_deadline, user_id) ORDER BY id)
                      FROM mail_activity),
                   (SELECT ARRAY_AGG((id, state, date_deadline, user_id) ORDER BY id)
                      FROM mail_activity_plan_run_line)
            """
        )
        return self.env.cr.fetchone()

    def assertNothingIsWrong(self, failures):
        # Half a character can't be printed.
        lines = "\n".join(ascii(failure) for failure in failures)
        self.assertEqual(len(failures), 0, lines)
