# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Plans as a file, with all that they need in another database."""

from ..tools.plan_file import FORMAT
from .added_fields import KEPT_TYPES, X2MANY, is_added, is_writable
from .graph_format import CODED_MODELS, StepFormat
from .portable import Names, RecordFormat

TYPE_FIELDS = (
    *("name", "summary", "default_note", "icon", "decoration_type", "category"),
    *("delay_count", "delay_unit", "delay_from", "default_user_id"),
    *("default_duration", "chaining_type", "triggered_next_type_id"),
    *("suggested_next_type_ids", "mail_template_ids", "res_model"),
    *("applies_to_ids", "card_field_ids"),
)
OUTCOME_FIELDS = (
    *("name", "sequence", "kind", "effect", "retry_delay_count", "retry_delay_unit"),
    *("retry_asks_date", "max_attempts", "activity_type_ids", "next_type_id"),
    *("plan_id", "stage_id", "server_action_id"),
)
TEMPLATE_FIELDS = (
    *("description", "subject", "body_html", "email_from", "email_to"),
    *("partner_to", "email_cc", "reply_to", "use_default_to", "lang"),
    *("scheduled_date", "auto_delete"),
)
PLAN_FIELDS = (
    *("name", "res_model", "description", "company_id", "allow_parallel", "team_ids"),
    *("domain", "deadline_policy", "resource_calendar_id"),
)


def make_formats(names):
    """:returns: section -> what a file says of a record there"""
    env = names.env
    plans = env["mail.activity.plan"]
    plan_fields = [*PLAN_FIELDS, *plans._get_exit_fields(), *_find_added(plans)]
    types = env["mail.activity.type"]
    return {
        "email_templates": RecordFormat(names, env["mail.template"], TEMPLATE_FIELDS),
        "types": RecordFormat(names, types, [*TYPE_FIELDS, *_find_added(types)]),
        "outcomes": RecordFormat(names, env["mail.activity.outcome"], OUTCOME_FIELDS),
        "plans": RecordFormat(names, plans, plan_fields),
    }


def _find_added(model):
    """:returns: names of the fields that other addons add, and that can be told"""
    return [
        name
        for name, field in model._fields.items()
        if is_added(field)
        and is_writable(field)
        and field.type in KEPT_TYPES - {"one2many", "reference", "many2one_reference"}
    ]


class PlanExporter:
    """Tells plans with the types, outcomes and email templates that they need, by codes
    and names.

    :param plans: as whoever may read them
    """

    def __init__(self, plans):
        self.env = plans.env
        self.plans = plans
        self.names = Names(plans.env)
        self.formats = make_formats(self.names)
        self.steps = StepFormat(plans.env)

    def export(self):
        """:rtype: dict"""
        plans, outcomes = self._find_plans()
        types = self._find_types(plans, outcomes)
        steps = plans.template_ids
        templates = steps.mail_template_id | types.mail_template_ids
        actions = steps.server_action_id | outcomes.server_action_id
        return {
            "format": FORMAT,
            "plans": [self._tell_plan(plan) for plan in plans],
            "types": [self._tell_coded("types", record) for record in types],
            "outcomes": [self._tell_coded("outcomes", record) for record in outcomes],
            "email_templates": [
                {
                    "name": record.name,
                    "model": record.model,
                    **self.formats["email_templates"].tell(record),
                }
                for record in self._filter_first(templates, "model")
            ],
            "server_actions": [
                {"name": record.name, "model": record.model_name}
                for record in self._filter_first(actions, "model_name")
            ],
        }

    def _find_plans(self):
        """:returns: the plans, with those that their outcomes launch, and the outcomes
        of all of them"""
        plans = self.plans
        while True:
            outcomes = self._find_outcomes(plans)
            launched = outcomes.plan_id._filtered_access("read")
            if launched <= plans:
                return plans, outcomes
            plans |= launched

    def _find_outcomes(self, plans):
        """:returns: the outcomes of the steps' types, and those that steps ask for; not
        all that belong to no type and so to all"""
        steps = plans.template_ids.with_context(active_test=False)
        types = self._follow_types(steps.activity_type_id)
        return (steps.after_outcome_ids | types.outcome_ids).sorted(
            lambda outcome: (outcome.sequence, outcome.id)
        )

    def _find_types(self, plans, outcomes):
        steps = plans.template_ids.with_context(active_test=False)
        return self._follow_types(steps.activity_type_id | outcomes.next_type_id)

    def _follow_types(self, types):
        """:returns: the types, with those that they trigger and suggest"""
        while True:
            following = types.triggered_next_type_id | types.suggested_next_type_ids
            if following <= types:
                return types
            types |= following

    def _filter_first(self, records, model_field):
        """:returns: the records that the user may read, of one name for one model the
        first: that is who is found by it"""
        seen = {}
        for record in records._filtered_access("read").sorted("id"):
            seen.setdefault((record.name, record.sudo()[model_field]), record)
        return records.browse(record.id for record in seen.values())

    def _tell_coded(self, section, record):
        return {"code": record.code, **self.formats[section].tell(record)}

    def _tell_plan(self, plan):
        graph = plan._tell_graph()
        return {
            **self._tell_coded("plans", plan),
            **({} if plan in self.plans else {"only_if_missing": True}),
            "steps": [
                self._tell_step(template, told)
                for template, told in zip(
                    plan.template_ids, graph["steps"], strict=True
                )
            ],
            "links": graph["links"],
        }

    def _tell_step(self, template, told):
        """:param dict told: the step in the plan's graph, where records are ids
        :returns: the same, with their names"""
        row = dict(told)
        for key, field in self.steps.fields.items():
            if field.type == "reference":
                # It may be anything, which no other database has.
                row.pop(key)
            elif field.relational and field.comodel_name not in CODED_MODELS:
                names = self.names.tell(template.sudo()[field.name])
                row[key] = names if field.type in X2MANY else (names or [False])[0]
        return row
