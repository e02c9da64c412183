# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Work for a cluster, and what came of it: plain SQL, without an Odoo of one's own.

``./dev bench cluster`` loads this file by itself.
"""

import time
from pathlib import Path

PREPARE = (Path(__file__).parent / "scripts" / "prepare.py").read_text()

_STEPS = """
    SELECT count(*) FROM mail_activity_plan_run_line AS line
      JOIN mail_activity_plan_run AS run ON run.id = line.run_id
      JOIN mail_activity_plan AS plan ON plan.id = run.plan_id
     WHERE plan.name = 'Cluster due' AND line.state {state}
"""
_RUNS = """
    SELECT count({what}) FROM mail_activity_plan_run AS run
      JOIN mail_activity_plan AS plan ON plan.id = run.plan_id
     WHERE plan.name = 'Cluster launch'
"""
COUNTS = {
    "steps_done": _STEPS.format(state="= 'done'"),
    "steps_left": _STEPS.format(state="= 'scheduled'"),
    "emails": "SELECT count(*) FROM mail_mail AS mail"
    " JOIN mail_message AS message ON message.id = mail.mail_message_id"
    " WHERE message.subject LIKE 'Cluster %'",
    "emailed_leads": "SELECT count(DISTINCT res_id) FROM mail_message"
    " WHERE subject LIKE 'Cluster %' AND model = 'crm.lead'",
    "meetings": "SELECT count(*) FROM calendar_event WHERE booked_run_ref IN"
    " (SELECT id FROM mail_activity_plan_run)",
    "actions": "SELECT count(*) FROM mail_message WHERE body LIKE '%Cluster action%'",
    "acted_leads": "SELECT count(DISTINCT res_id) FROM mail_message"
    " WHERE body LIKE '%Cluster action%'",
    "runs": _RUNS.format(what="*"),
    "launched_leads": _RUNS.format(what="DISTINCT run.res_id"),
    "activities": "SELECT count(*) FROM mail_activity WHERE summary IN ('Call', 'Ask')",
    "launches_left": "SELECT count(*) FROM mail_activity_plan_launch"
    " WHERE state IN ('pending', 'running')",
    "told": "SELECT sum(processed_count::bigint * 1000000 + launched_count)::bigint"
    " FROM mail_activity_plan_launch WHERE record_count > 500",
}
KINDS = ("steps", "launches")
# Scheduled actions of the core addon; see their data.
CRONS = ("ir_cron_launch_plans", "ir_cron_run_due_steps")
# Odoo knows whole seconds: with others, it would call them until the second is over.
TRIGGER = """
    INSERT INTO ir_cron_trigger (cron_id, call_at)
    SELECT res_id, date_trunc('second', now() AT TIME ZONE 'UTC') FROM ir_model_data
     WHERE module = 'crm_activity_plus' AND name IN %s
"""
IS_DUE = """
    SELECT EXISTS (
        SELECT FROM ir_cron_trigger AS trigger JOIN ir_cron AS cron
            ON cron.id = trigger.cron_id
         WHERE cron.active AND trigger.call_at <= now() AT TIME ZONE 'UTC'
    )
"""
# Who holds the lock of the active runner; see PG_ADVISORY_LOCK_ID of queue_job.
MASTER = """
    SELECT activity.application_name
      FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)
     WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objsubid = 1
       AND (lock.classid::bigint << 32) + lock.objid::bigint = 2293787760715711918
       AND activity.datname = current_database()
"""
STARTED = "SELECT worker_pid FROM queue_job WHERE state = 'started'"


class Work:
    """What is done in a database that ``PREPARE`` has run in.

    :param connect: function of a database's name that returns a new connection to it,
        which commits each statement
    :param str database: its name
    """

    def __init__(self, connect, database):
        self._connection = connect(database)
        # Scheduled actions are woken up there.
        self._neutral = connect("postgres")
        self.database = database

    def close(self):
        self._connection.close()
        self._neutral.close()

    def query(self, statement, *values):
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def begin(self, *crons):
        """Have scheduled actions called at once."""
        self.query(TRIGGER, crons or CRONS)
        self.wake()

    def wake(self):
        """Have servers look at once which scheduled actions are to be called."""
        with self._neutral.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])

    def wake_if_due(self):
        """The same, where one is to be called: to look costs time, too."""
        [[is_due]] = self.query(IS_DUE)
        if is_due:
            self.wake()

    def count(self):
        """:returns: dictionary of what was done so far"""
        return {name: self.query(query)[0][0] for name, query in COUNTS.items()}

    def is_over(self, *kinds):
        return not any(
            self.query(COUNTS[f"{kind}_left"])[0][0] for kind in kinds or KINDS
        )

    def find_master(self):
        """:returns: the name of the server whose runner is the active one, if any"""
        rows = self.query(MASTER)
        return rows[0][0].partition("-")[0] if rows else None

    def find_started(self):
        """:returns: the processes that are at a job"""
        return [pid for [pid] in self.query(STARTED)]

    def wait(self, is_reached, seconds, every=0.1):
        """:returns: after how many seconds something was so
        :raises TimeoutError: it never was
        """
        start = time.monotonic()
        while time.monotonic() < start + seconds:
            if is_reached():
                return time.monotonic() - start
            time.sleep(every)
        raise TimeoutError(f"Nothing came of it: {self.count()}")
