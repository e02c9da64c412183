# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The follow-ups of 50,000 customers with 500,000 open items.

The items are made by plain SQL. What is measured: the daily job on the day on which all
customers have reached a level, and on a usual day; the list, and a statement.
"""

import os
from datetime import timedelta

import lists
from bench_common import Bench

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", 50_000))
ITEMS = 10
# Of the columns of a row that is copied, those that differ.
CUSTOMER_VALUES = {
    "name": SQL("'Bench ' || number"),
    "complete_name": SQL("'Bench ' || number"),
}
MOVE_VALUES = {
    "name": SQL("'B' || customer.id"),
    "partner_id": SQL("customer.id"),
    "commercial_partner_id": SQL("customer.id"),
    "sequence_number": SQL("customer.id"),
}
LINE_VALUES = {
    "move_id": SQL("move.id"),
    "move_name": SQL("move.name"),
    "partner_id": SQL("move.partner_id"),
    "date_maturity": SQL(
        "CURRENT_DATE - (move.partner_id %% 40 + 9 * number - 60)::integer"
    ),
}


def main(env):
    make_plan(env)
    make_items(env, make_example(env))
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.registry.clear_all_caches()
    bench = Bench(env)
    partners = env(user=env.ref("base.user_root"))["res.partner"]
    for name in ("job, all customers reach a level", "job, a usual day"):
        with bench.measured(name, CUSTOMERS):
            partners._cron_followup()
        env.cr.execute("ANALYZE")
        env.cr.commit()
    rows = bench.env["followup.customer"]
    for name, work in get_works(bench.env, rows).items():
        lists.time_work(bench, env, name, work)
    bench.save()


def get_works(env, rows):
    """:returns: name -> what people do"""
    columns = {
        "partner_id": {"fields": {"display_name": {}}},
        "level_id": {"fields": {"display_name": {}}},
        "user_id": {"fields": {"display_name": {}}},
        **dict.fromkeys(("amount_due", "amount_overdue", "oldest_date"), {}),
        **dict.fromkeys(("last_action", "next_date", "status"), {}),
    }
    in_need = [("status", "=", "in_need")]
    customer = rows.search(in_need, limit=1).partner_id
    return {
        "list": lambda: rows.web_search_read(
            in_need, columns, limit=80, count_limit=1001
        ),
        "list by overdue amount": lambda: rows.web_search_read(
            in_need, columns, limit=80, order="amount_overdue DESC", count_limit=1001
        ),
        "list grouped by level": lambda: rows.formatted_read_group(
            in_need, ["level_id"], ["amount_overdue:sum", "__count"]
        ),
        "customers with something overdue": lambda: env["res.partner"].search(
            [("amount_overdue", ">", 0)], limit=80
        ),
        "statement": lambda: customer._get_followup_statement(),
    }


def make_plan(env):
    env["mail.activity.plan"].create(
        {
            "name": "Bench",
            "res_model": "res.partner",
            "is_followup": True,
            "company_id": False,
            "template_ids": [
                Command.create(
                    {
                        "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
                        "summary": f"After {days} days",
                        "delay_count": days,
                        "delay_from": "after_plan_date",
                    }
                )
                for days in (15, 30, 45)
            ],
        }
    )


def make_example(env):
    """:returns: an open item, made by Odoo"""
    accounts = env["account.account"].create(
        [
            {"name": kind, "code": f"9{number}", "account_type": kind}
            for number, kind in enumerate(("asset_receivable", "income"))
        ]
    )
    journal = env["account.journal"].create(
        {"name": "Bench", "code": "BNCH", "type": "general"}
    )
    customer = env["res.partner"].create({"name": "Example"})
    move = env["account.move"].create(
        {
            "journal_id": journal.id,
            "date": fields.Date.today() - timedelta(days=100),
            "line_ids": [
                Command.create(
                    {
                        "account_id": account.id,
                        "partner_id": customer.id,
                        "debit": 100 * (1 - number),
                        "credit": 100 * number,
                    }
                )
                for number, account in enumerate(accounts)
            ],
        }
    )
    move.action_post()
    env.flush_all()
    return move.line_ids[0]


def make_items(env, example):
    """:param example: an open item to be copied"""
    numbers = SQL("generate_series(1, %s) AS number", CUSTOMERS)
    copy(env, example.partner_id, CUSTOMER_VALUES, numbers, SQL("TRUE"))
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE name LIKE 'Bench %'"
    )
    customers = SQL("res_partner AS customer")
    copy(
        env,
        example.move_id,
        MOVE_VALUES,
        customers,
        SQL("customer.name LIKE 'Bench %%'"),
    )
    moves = SQL("account_move AS move, generate_series(1, %s) AS number", ITEMS)
    which = SQL("move.name LIKE 'B%%' AND move.journal_id = %s", example.journal_id.id)
    copy(env, example, LINE_VALUES, moves, which)
    env.invalidate_all(flush=False)


def copy(env, record, values, source, which):
    """Insert copies of a record.

    :param dict values: the columns that differ
    :param SQL source: what there is a copy for
    :param SQL which: condition on that
    """
    env.cr.execute(
        SQL(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND table_schema = 'public' AND column_name <> 'id'",
            record._table,
        )
    )
    names = [name for [name] in env.cr.fetchall()]
    columns = [
        values.get(name) or SQL("example.%s", SQL.identifier(name)) for name in names
    ]
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s AS example, %s"
            " WHERE example.id = %s AND %s",
            SQL.identifier(record._table),
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(columns),
            SQL.identifier(record._table),
            source,
            record.id,
            which,
        )
    )
