# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.proposal import StepChoice
from ..tools.values import WrongValue, is_given, quote, read_id, read_ids
from .arguments import Arguments
from .reasons import reason_error

CHOICES = ("date_deadline", "user_id", "skip")


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a plan is launched on a record again and again: each occasion launches once,
    whatever else is running there."""

    plan_date: date
    #: what tells it from all others
    key: str
    #: values of the run, for whoever launches it
    run_values: Mapping = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """What a launch, or its preview, is asked for; read and checked."""

    res_ids: tuple[int, ...]
    plan_date: date
    #: who does the steps that ask for somebody at the launch; False for nobody, where
    #: the launch is a visitor's, through an automation
    responsible_id: int | bool
    #: id of a record -> code of a step -> what was chosen for it
    choices: Mapping[int, Mapping[str, StepChoice]] = field(default_factory=dict)
    #: the pop-up that it comes from: each launches once, however often it is clicked
    origin: str = ""
    #: id of the ``mail.activity.plan.launch`` that people find it in, if any
    launch_id: int | bool = False
    #: id of a record -> its occasion; only an addon's code launches so
    occasions: Mapping[int, Occasion] = field(default_factory=dict)

    def get_plan_date(self, res_id):
        """:returns: the date that the steps on a record are counted from
        :rtype: date"""
        occasion = self.occasions.get(res_id)
        return occasion.plan_date if occasion else self.plan_date

    def get_run_values(self, res_id):
        """:returns: what the run on a record has beside the usual
        :rtype: Mapping"""
        occasion = self.occasions.get(res_id)
        return occasion.run_values if occasion else {}

    def get_chosen_user_ids(self):
        """:returns: ids of all who were chosen for steps
        :rtype: set[int]"""
        return {
            choice.user_id
            for by_step in self.choices.values()
            for choice in by_step.values()
            if choice.user_id
        }

    def store_choices(self):
        """:returns: the choices as ``overrides`` of a launch; JSON-able"""
        return {
            str(res_id): {
                code: {
                    "date_deadline": choice.date_deadline
                    and choice.date_deadline.isoformat(),
                    "user_id": choice.user_id,
                    "skip": choice.skip,
                }
                for code, choice in by_step.items()
            }
            for res_id, by_step in self.choices.items()
        }


class RequestReader:
    """Reads what a program, the pop-up or a stored launch asks for.

    Whatever is wrong with it is told in a sentence, before anything is computed.

    :param plan: the plan, as whoever launches it
    :param steps: its steps
    """

    def __init__(self, plan, steps):
        self.env = plan.env
        self.plan = plan
        self.steps = steps
        self.arguments = Arguments(plan.env)

    def parse(
        self,
        res_ids,
        plan_date=None,
        responsible_id=None,
        overrides=None,
        origin="",
        launch_id=False,
    ):
        """:param res_ids: see ``launch`` of ``mail.activity.plan``, also for the others
        :rtype: LaunchRequest
        :raises UserError: one of them is no good
        """
        res_ids = self.read_res_ids(res_ids)
        day = self.arguments.day(plan_date, "plan_date", anywhere=True)
        request = LaunchRequest(
            res_ids=tuple(res_ids),
            plan_date=day or fields.Date.context_today(self.plan),
            responsible_id=self.read_responsible(responsible_id).id,
            choices=self._read_overrides(overrides, res_ids),
            origin=origin,
            launch_id=launch_id,
        )
        self._check_chosen_users(request)
        return request

    def read_res_ids(self, res_ids):
        """:returns: the given ids, each once; a single one may be given by itself"""
        if isinstance(res_ids, models.BaseModel):
            res_ids = self._get_ids(res_ids)
        try:
            if not is_given(res_ids):
                raise WrongValue("ids")
            return read_ids(res_ids)
        except WrongValue as error:
            if error.kind != "ids":
                sentence = self.arguments.explain(error.kind, "res_ids", res_ids)
                raise UserError(sentence) from error
            raise UserError(
                self.env._(
                    "The records to launch the plan on have to be a list of ids, not "
                    "“%(value)s”.",
                    value=quote(res_ids),
                )
            ) from error

    def _get_ids(self, records):
        if records._name == self.plan.res_model:
            return records.ids
        names = self.env["ir.model"]
        raise UserError(
            self.env._(
                "The plan “%(plan)s” is for “%(model)s”. It can't be launched on "
                "“%(other)s”.",
                plan=self.plan.name,
                model=names._get(self.plan.res_model).name,
                other=names._get(records._name).name,
            )
        )

    def read_responsible(self, responsible_id):
        """:returns: who does the steps that ask for somebody at the launch; nobody
        where nobody was chosen and the launch is a visitor's, through an automation:
        see :class:`~.assignment.StepAssigner`"""
        user = self.env["res.users"].browse(self._read_user_id(responsible_id))
        if not user:
            return self.env.user._filter_can_do_activities()
        reason = self.plan._find_unusable_reason(user.sudo())
        if reason:
            raise reason_error(self.env, reason)
        return user

    def _read_user_id(self, user_id):
        """:returns: the id of a user, who may not exist; None where none is given"""
        if isinstance(user_id, models.BaseModel):
            user_id = user_id.id
        try:
            return read_id(user_id)
        except WrongValue as error:
            raise UserError(
                self.env._("“%(value)s” is not the id of a user.", value=quote(user_id))
            ) from error

    # ------------------------------------------------------------
    # Overrides
    # ------------------------------------------------------------

    def read_mapping(self, value, name):
        """:returns: an object with named values"""
        # Most of them are what they have to be, and they may be many.
        if isinstance(value, dict):
            return value
        return self.arguments.mapping(value, quote(name))

    def _read_overrides(self, overrides, res_ids):
        """:returns: id of a record -> code of a step -> what was chosen for it"""
        by_record = self.read_mapping(overrides, "overrides")
        if not by_record:
            return {}
        launched_on = {str(res_id): res_id for res_id in res_ids}
        codes = {str(s.template_id): s.code for s in self.steps if s.template_id}
        codes |= {step.code: step.code for step in self.steps}
        result = {}
        for name, by_step in by_record.items():
            res_id = launched_on.get(str(name))
            if res_id is None:
                raise UserError(
                    self.env._(
                        "There are overrides for the record %(id)s, which the plan "
                        "isn't launched on.",
                        id=quote(name),
                    )
                )
            result[res_id] = {
                self._read_code(key, codes): self._read_choice(key, given)
                for key, given in self.read_mapping(by_step, name).items()
            }
        return result

    def _read_code(self, key, codes):
        """:param dict codes: code or id of a step -> its code"""
        code = codes.get(str(key))
        if code is None:
            raise UserError(
                self.env._(
                    "The plan “%(plan)s” has no step “%(step)s” to override. Its steps "
                    "are: %(steps)s.",
                    plan=self.plan.name,
                    step=quote(key),
                    steps=", ".join(step.code for step in self.steps),
                )
            )
        return code

    def _read_choice(self, key, given):
        given = self.read_mapping(given, key)
        unknown = given.keys() - set(CHOICES)
        if unknown:
            raise UserError(
                self.env._(
                    "The step “%(step)s”: “%(names)s” can't be overridden, only "
                    "date_deadline, user_id and skip.",
                    step=quote(key),
                    names=quote(", ".join(sorted(map(str, unknown)))),
                )
            )
        return StepChoice(
            date_deadline=self.arguments.day(
                given.get("date_deadline"), "date_deadline"
            ),
            user_id=self._read_user_id(given.get("user_id")),
            skip=self.arguments.flag(given.get("skip"), "skip"),
        )

    def _check_chosen_users(self, request):
        """Look at whoever was chosen for steps, each once, and at all of them together.

        :raises UserError: one of them can't do anything
        """
        users = self.env["res.users"].sudo().browse(request.get_chosen_user_ids())
        usable = users.exists()._filter_can_do_activities()
        for user in users - usable:
            raise reason_error(self.env, self.plan._find_unusable_reason(user))
