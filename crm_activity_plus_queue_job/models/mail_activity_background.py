# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from hashlib import sha256
from time import monotonic

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, config

from odoo.addons.crm_activity_plus.tools.internal import Internal
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID
from odoo.addons.queue_job.utils import must_run_without_delay

from .ir_cron import JOB_END_KEY

# How many records a job deals with.
BATCH_SIZES = {"exit": 500, "followup": 1, "launch": 1, "recurrence": 50, "step": 100}
# What is better dealt with together: steps of a run wait for each other.
TOGETHER = {"step": "run_id"}
CRONS = {
    "exit": "crm_activity_plus.ir_cron_stop_orphans",
    "followup": "crm_activity_plus_followup.ir_cron_followup",
    "launch": "crm_activity_plus.ir_cron_launch_plans",
    "recurrence": "crm_activity_plus_automation.ir_cron_plan_visits",
    "step": "crm_activity_plus.ir_cron_run_due_steps",
}
# A job ends after so long, in the middle of its work if need be, and goes on later.
JOB_SECONDS = 30
# After so many tries the job fails, and the scheduled action does its work.
MAX_RETRIES = 10
WATCH = "crm_activity_plus_queue_job.ir_cron_watch"
# So often somebody looks after jobs that aren't finished.
WATCH_EVERY = timedelta(minutes=1)


class MailActivityBackground(models.AbstractModel):
    """Jobs take what scheduled actions hand over, as long as a job runner is alive.

    Whether the work is still to be done is looked at when it is done, as ever: a job
    that comes too late, twice, or beside the scheduled action finds nothing to do.
    """

    _inherit = "mail.activity.background"

    # ------------------------------------------------------------
    # Handing over
    # ------------------------------------------------------------

    @api.model
    def _hand_over(self, kind, records, domain, order="id"):
        domain = super()._hand_over(kind, records, domain, order)
        jobs = self.env["queue.job"].sudo()
        if not self._has_runner() or jobs._is_stuck(kind):
            if kind in jobs._find_unfinished_kinds():
                jobs._take_back(kind)
            return domain & self._get_free_domain(kind, records, domain)
        waiting, failed = jobs._find_handed_over(kind)
        if kind == "launch":
            left = records.search(domain, order=order)._hand_over_parts(waiting, failed)
        else:
            fresh = domain & Domain("id", "not in", waiting | failed)
            self._delay_all(kind, records.search(fresh, order=order))
            left = failed
        self._watch()
        return domain & Domain("id", "in", left)

    @api.model
    def _get_free_domain(self, kind, records, domain):
        """:returns: the domain of those that no job is at any more"""
        if kind != "launch":
            return Domain.TRUE
        busy = records.search(domain)._fold()
        return Domain("id", "not in", busy.ids)

    @api.model
    def _has_runner(self):
        """:returns: whether a job runner looks after this database: whichever it is
        holds a lock as long as it lives"""
        if must_run_without_delay(self.env):
            return False
        query = SQL(
            """
            SELECT EXISTS (
                SELECT FROM pg_locks
                 WHERE locktype = 'advisory' AND granted AND objsubid = 1
                   AND classid::bigint = %s AND objid::bigint = %s
                   AND database = (
                        SELECT oid FROM pg_database WHERE datname = current_database()
                   )
            )
            """,
            PG_ADVISORY_LOCK_ID >> 32,
            PG_ADVISORY_LOCK_ID & 0xFFFFFFFF,
        )
        [[has_runner]] = self.env.execute_query(query)
        return has_runner

    @api.model
    def _delay_all(self, kind, records):
        """Make jobs of records, and have those begin that are made already."""
        batch = []
        for group in records.grouped(TOGETHER.get(kind, "id")).values():
            if batch and len(batch) + len(group) > BATCH_SIZES[kind]:
                self._delay(kind, records.browse(batch))
                self.env["ir.cron"]._commit_progress()
                batch = []
            batch += group.ids
        if batch:
            self._delay(kind, records.browse(batch))

    @api.model
    def _delay(self, kind, records, description=None):
        """Make one job; not where the same one waits already."""
        ids = records.ids
        company = records.launch_id.company_id if kind == "launch" else None
        digest = sha256(repr((records._name, ids)).encode()).hexdigest()
        # The engine does it, whoever called the scheduled action, by a clean context.
        # Whoever looks after jobs sees those of all companies, but for launches.
        context = {"company_id": bool(company) and company.id}
        engine = self.with_env(self.env(user=SUPERUSER_ID, context=context))
        delayed = engine.with_delay(
            identity_key=f"crm_activity_plus/{kind}/{digest}",
            description=description or self._describe(kind, len(ids)),
            max_retries=MAX_RETRIES,
        )
        getattr(delayed, f"_job_{kind}")(records._name, ids)

    @api.model
    def _describe(self, kind, count):
        titles = {
            "exit": self.env._("Exits of running plans"),
            "followup": self.env._("Follow-up of customers"),
            "launch": self.env._("Launch of a plan"),
            "recurrence": self.env._("Recurring visits"),
            "step": self.env._("Due steps"),
        }
        return f"{titles[kind]} ({count})"

    @api.model
    def _job_store_values(self, job):
        values = super()._job_store_values(job)
        kind = job.method_name.removeprefix("_job_")
        if kind in CRONS:
            model_name, ids = job.args
            values.update(activity_work=kind, activity_res_ids=ids)
            if kind == "launch":
                # It is called again when the job has ended, and maybe its launch.
                if parts := self.env[model_name].browse(ids).exists():
                    values["activity_launch_id"] = parts.launch_id.id
        return values

    # ------------------------------------------------------------
    # What jobs do
    # ------------------------------------------------------------
    # A function for each kind: each has its channel, which administrators may change.

    @api.model
    def _job_exit(self, model_name, ids):
        return self._do_job("exit", model_name, ids)

    @api.model
    def _job_followup(self, model_name, ids):
        return self._do_job("followup", model_name, ids)

    @api.model
    def _job_launch(self, model_name, ids):
        return self._do_job("launch", model_name, ids)

    @api.model
    def _job_recurrence(self, model_name, ids):
        return self._do_job("recurrence", model_name, ids)

    @api.model
    def _job_step(self, model_name, ids):
        return self._do_job("step", model_name, ids)

    @api.model
    def _do_job(self, kind, model_name, ids):
        """Deal with the records of a job that are still there.

        :returns: what people are told of it
        :raises RetryableJobError: something is left to do
        :raises UserError: the function of the job was changed, or deleted
        """
        self._check_may_commit(kind)
        # Whoever administrators have made the job's user. The addon that brought the
        # model may be gone.
        model = self.env(user=SUPERUSER_ID).get(model_name)
        records = model is not None and model.browse(ids).exists()
        if not records:
            return self.env._("There is nothing left to do.")
        end = Internal(monotonic() + self._get_job_seconds())
        records = records.with_context(**{JOB_END_KEY: end})
        if not getattr(records, f"_work_{kind}")():
            # What was done stays so.
            self.env["ir.cron"]._commit_progress()
            is_over = monotonic() >= end.value
            raise RetryableJobError(
                "Something is left to do: it is tried again.",
                # Somebody is in the way: later and later. The time is over: at once.
                seconds=is_over and 1,
                ignore_retry=is_over,
            )
        return self.env._("Done: %(count)s", count=len(records))

    @api.model
    def _check_may_commit(self, kind):
        functions = self.env["queue.job.function"].sudo()
        name = functions.job_function_name(self._name, f"_job_{kind}")
        if not functions.job_config(name).allow_commit:
            raise UserError(
                self.env._(
                    "The work of this job is done in several transactions. Have the "
                    "job function %(name)s allow commits. Until then, the scheduled "
                    "action does the work.",
                    name=name,
                )
            )

    @api.model
    def _get_job_seconds(self):
        """:returns: how long a job may go on: the server ends those that take longer
        than its own limits"""
        limits = (config["limit_time_cpu"], config["limit_time_real"])
        return min(JOB_SECONDS, *(limit / 2 for limit in limits if limit > 0))

    # ------------------------------------------------------------
    # Where nobody does them
    # ------------------------------------------------------------

    @api.model
    def _watch(self):
        """Have somebody look after the jobs in a while."""
        cron = self.env.ref(WATCH, raise_if_not_found=False)
        if not cron:
            # Whoever deleted it has each kind's scheduled action look, now and then.
            return
        triggers = self.env["ir.cron.trigger"].sudo()
        now = fields.Datetime.now()
        coming = [("cron_id", "=", cron.id), ("call_at", ">", now)]
        if not triggers.search_count(coming, limit=1):
            cron.sudo()._trigger(now + WATCH_EVERY)

    @api.model
    def _cron_watch(self):
        """Call the scheduled actions whose jobs nobody does, or are no more: they do
        the work."""
        jobs = self.env["queue.job"].sudo()
        kinds = set(jobs._find_unfinished_kinds())
        has_runner = self._has_runner()
        idle = {kind for kind in kinds if not has_runner or jobs._is_stuck(kind)}
        if self.env["mail.activity.plan.launch.part"].sudo()._find_forsaken():
            idle.add("launch")
        for kind in sorted(idle):
            self._trigger_cron(kind)
        if kinds | idle:
            self._watch()

    @api.model
    def _trigger_cron(self, kind):
        cron = self.env.ref(CRONS[kind], raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()
        else:
            # Its addon is gone, and with it what was to be done.
            self.env["queue.job"].sudo()._take_back(kind)
