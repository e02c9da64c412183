# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import api
from odoo.api import SUPERUSER_ID
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.crm_activity_plus.engine.condition import Condition
from odoo.addons.crm_activity_plus.tools.domains import DomainError, convert_domain

_logger = logging.getLogger(__name__)

# Model, its field with a domain, and the model of the records that this is about.
CONDITIONS = (
    ("mail.activity.plan", "domain", "owner.res_model"),
    ("mail.activity.plan", "exit_domain", "owner.res_model"),
    ("mail.activity.plan.template", "condition_domain", "plan.res_model"),
    ("mail.activity.plan.run", "exit_domain", "owner.res_model"),
    ("mail.activity.plan.run.line", "condition_domain", "owner.res_model"),
)


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.flush_all()
    for model, name, res_model in CONDITIONS:
        convert_conditions(env, model, name, res_model)
    set_choosers(env)
    env.invalidate_all()
    env.registry.clear_cache()


def convert_conditions(env, model, name, res_model):
    """Write conditions anew that were evaluated with ``user``.

    What can't be written as a literal stays as it is. It is read as a literal all the
    same, so that it is no condition that everything meets: such a plan isn't launched,
    a run isn't stopped by it, and a step fails; a sentence says why.
    """
    join = SQL()
    if res_model.startswith("plan."):
        join = SQL("JOIN mail_activity_plan AS plan ON plan.id = owner.plan_id")
    table, column = SQL.identifier(env[model]._table), SQL.identifier(name)
    rows = env.execute_query(
        SQL(
            "SELECT %s, owner.%s, array_agg(owner.id) FROM %s AS owner %s"
            " WHERE owner.%s <> '' GROUP BY 1, 2",
            SQL.identifier(*res_model.split(".")),
            column,
            table,
            join,
            column,
        )
    )
    for own_model, text, ids in rows:
        converted = convert_condition(env, own_model, text, f"{name} of {model} {ids}")
        if converted != text:
            _logger.info("%s of %s %s: %s -> %s", name, model, ids, text, converted)
            env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = ANY(%s)",
                    table,
                    column,
                    converted,
                    ids,
                )
            )


def convert_condition(env, res_model, text, where):
    """:returns: the condition without ``user``, or as it is, and that is logged"""
    try:
        converted = convert_domain(text)
        if converted != text and res_model in env:
            Condition(env, converted, where).check(res_model)
    except (DomainError, ValidationError):
        _logger.warning(
            "%s: “%s” can't be converted to a domain without “user”. Open it, and "
            "write another condition: plans are not launched, and runs neither stopped "
            "nor continued by it.",
            where,
            text,
        )
        return text
    return converted


def set_choosers(env):
    """Nobody kept who had chosen the actions of steps. Of those who saved a step, it is
    the one who may do less."""
    templates = env["mail.activity.plan.template"].with_context(active_test=False)
    for template in templates.search([("server_action_id", "!=", False)]):
        savers = template.write_uid | template.create_uid
        others = savers.filtered(lambda user: not user.has_group("base.group_system"))
        env.cr.execute(
            SQL(
                "UPDATE mail_activity_plan_template SET chosen_by_id = %s"
                " WHERE id = %s AND chosen_by_id IS NULL",
                (others or savers)[:1].id or None,
                template.id,
            )
        )
    env.cr.execute(
        """
        UPDATE mail_activity_plan_run_line AS line
           SET chosen_by_id = template.chosen_by_id
          FROM mail_activity_plan_template AS template
         WHERE template.id = line.template_id
           AND line.server_action_id IS NOT NULL
           AND line.chosen_by_id IS NULL
        """
    )
