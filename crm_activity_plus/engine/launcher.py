# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from dataclasses import replace

import psycopg2.errors

from .environment import by_engine
from .launch_warnings import tell_skipped
from .new_rows import looking_up_keys
from .reasons import tell_fresh_reasons

# So many records are launched on in one transaction; more of them in the background.
LAUNCH_BATCH_SIZE = 500


class Launcher:
    """Does what a planner proposes.

    :param Planner planner: the plan's
    """

    def __init__(self, planner):
        self.env = planner.env
        self.plan = planner.plan
        self.planner = planner

    def launch(self, request):
        """Launch now or, on many records, in the background.

        :param LaunchRequest request: what is asked for
        :returns: see ``launch`` of ``mail.activity.plan``
        :rtype: dict
        """
        if len(request.res_ids) <= LAUNCH_BATCH_SIZE:
            result = self.launch_now(request)
            return {**result, "skipped": self._tell_reasons(result["skipped"])}
        launch = self.env["mail.activity.plan.launch"]._enqueue(self.plan, request)
        return {"run_ids": [], "skipped": [], "launch_id": launch.id}

    def launch_noted(self, request):
        """:meth:`launch`, and note down what came of it, for people to find and undo.

        :returns: the same, always with the ``launch_id``, and with ``reasons``: why
            records were skipped, each reason once
        :rtype: dict
        """
        if len(request.res_ids) > LAUNCH_BATCH_SIZE:
            return {**self.launch(request), "reasons": []}
        launch = self.env["mail.activity.plan.launch"]._note(self.plan, request)
        result = self.launch_now(replace(request, launch_id=launch.id))
        launch._note_result(result)
        reasons = tell_skipped(self.plan, result["skipped"])
        return {**result, "launch_id": launch.id, "reasons": reasons}

    def launch_now(self, request):
        """Launch in this transaction; see :meth:`launch`.

        :returns: the same, with why a record was skipped as a
            :class:`~..tools.reasons.Reason` or in the words of another addon
        :rtype: dict
        """
        # What is still to be computed may make an automation rule launch a plan: before
        # it is looked which plans are running.
        self.env.flush_all()
        proposals = self.propose(request)
        accepted = [proposal for proposal in proposals if not proposal.skip_reason]
        skipped = [proposal for proposal in proposals if proposal.skip_reason]
        runs, late = self._launch_turns([(request, accepted)])
        return {
            "run_ids": runs.ids,
            "skipped": [
                {"res_id": proposal.res_id, "reason": proposal.skip_reason}
                for proposal in [*skipped, *late]
            ],
        }

    def _launch_turns(self, turns):
        """Launch what was accepted.

        :param turns: requests, each with the proposals that are launched of it
        :returns: the runs, and the proposals that somebody else launched meanwhile
        """
        self.planner.rotation.take()
        with looking_up_keys(self.env):
            return self._create_turns(turns)

    def _create_turns(self, turns):
        """Hook: see :meth:`_launch_turns`."""
        [(request, proposals)] = turns
        return self._create_runs(proposals, request)

    def propose(self, request):
        """Hook: what the launch does on each record.

        :rtype: list[Proposal]
        """
        return self.planner.propose(request)

    def _tell_reasons(self, rows):
        told = tell_fresh_reasons(self.env, [row["reason"] for row in rows])
        return [
            {**row, "reason": reason} for row, reason in zip(rows, told, strict=True)
        ]

    def _create_runs(self, proposals, request):
        """Launch on some records, with a number of queries that doesn't depend on how
        many they are.

        :returns: the runs, and the proposals that somebody else launched meanwhile
        """
        runs = by_engine(self.env["mail.activity.plan.run"])
        late = []
        while proposals:
            try:
                with self.env.cr.savepoint():
                    runs = runs.create(
                        self.plan._prepare_runs_values(proposals, request)
                    )
            except psycopg2.errors.UniqueViolation:
                # This transaction can't see the runs that another one launched at the
                # same moment. A new one can.
                reasons = self._find_launched_meanwhile(proposals, request)
                if not reasons:
                    raise
                late += [
                    replace(proposal, skip_reason=reasons[proposal.res_id])
                    for proposal in proposals
                    if proposal.res_id in reasons
                ]
                proposals = [p for p in proposals if p.res_id not in reasons]
            else:
                self._begin(runs, proposals)
                break
        return runs.sudo(False), late

    def _begin(self, runs, proposals):
        """Give new runs what is launched of each."""
        runs._touch_documents()
        runs._launch([proposal.steps for proposal in proposals])
        runs._on_launched(runs)

    def _find_launched_meanwhile(self, proposals, request):
        """:returns: id of a record -> why it isn't launched on
        :rtype: dict[int, Reason]"""
        with self.env.registry.cursor() as cr:
            plan = self.plan.with_env(self.env(cr=cr))
            records = plan.env[plan.res_model].browse(p.res_id for p in proposals)
            return plan._get_running_reasons(records, request)
