# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""How PostgreSQL does what takes long, and the tables that it reads whole."""

import json
import time
from contextlib import contextmanager

import psycopg2

from odoo.sql_db import Cursor

# Statements that take longer are explained.
SLOW_MS = 50
# What grows with the years.
GROWING = {
    "mail_activity",
    "mail_activity_log",
    "mail_activity_plan_run",
    "mail_activity_plan_run_line",
}


class Watch:
    """Notes the plans of slow statements.

    :param cr: the cursor to explain with
    """

    def __init__(self, cr):
        self.cr = cr
        self.plans = []

    def look(self, label, env, work):
        """Do the work once more, and explain what is slow.

        :param str label: what the work is
        :param env: of the person who does it
        :param work: function
        """
        env.invalidate_all()
        was_canceled = False
        with noting_statements() as statements:
            try:
                work()
            except psycopg2.errors.QueryCanceled:
                was_canceled = True
        self.cr.rollback()
        last = len(statements) - 1
        for index, (sql, seconds) in enumerate(statements):
            is_read = sql.lstrip().upper().startswith(("SELECT", "WITH"))
            if 1000 * seconds > SLOW_MS and is_read:
                self.explain(label, sql, seconds, was_canceled and index == last)

    def explain(self, label, sql, seconds, was_canceled=False):
        """:param bool was_canceled: it takes too long to be done once more"""
        how = "FORMAT JSON" if was_canceled else "ANALYZE, BUFFERS, FORMAT JSON"
        try:
            # pylint: disable-next=sql-injection
            self.cr.execute(f"EXPLAIN ({how}) {sql}")
        except psycopg2.Error as error:
            self.cr.rollback()
            print(f"{label}: can't be explained: {error}", flush=True)
            return
        [[[result]]] = self.cr.fetchall()
        self.cr.rollback()
        root, compiling = result["Plan"], result.get("JIT", {}).get("Timing", {})
        self.plans.append(
            {
                "label": label,
                "ms": round(1000 * seconds),
                "explained_ms": round(result.get("Execution Time", 0)),
                # PostgreSQL compiles what it takes for costly.
                "jit_ms": round(compiling.get("Total", 0)),
                "buffers": count_blocks(root),
                "scans": sorted(find_whole_reads(root)),
                "sql": sql,
                "plan": describe(root),
            }
        )

    def save(self, path):
        with open(path, "w") as file:
            json.dump(self.plans, file, indent=1)


@contextmanager
def noting_statements():
    """:returns: list of statements and their seconds"""
    statements, execute = [], Cursor.execute

    def noting(self, query, params=None, log_exceptions=True):
        start = time.perf_counter()
        try:
            return execute(self, query, params, log_exceptions)
        finally:
            seconds = time.perf_counter() - start
            statements.append((self._obj.query.decode(), seconds))

    Cursor.execute = noting
    try:
        yield statements
    finally:
        Cursor.execute = execute


def find_whole_reads(node):
    """:returns: the tables that grow and that a plan reads from end to end"""
    found = set()
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING:
        found.add(node["Relation Name"])
    return found.union(*map(find_whole_reads, node.get("Plans", ())))


def count_blocks(node):
    return node.get("Shared Hit Blocks", 0) + node.get("Shared Read Blocks", 0)


def describe(node, depth=0):
    """:returns: a plan in lines"""
    target = node.get("Index Name") or node.get("Relation Name") or ""
    conditions = [
        f"{key}: {str(node[key])[:300]}"
        for key in ("Index Cond", "Recheck Cond", "Hash Cond", "Filter", "Join Filter")
        if key in node
    ]
    if "Actual Rows" in node:
        loops = node["Actual Loops"]
        rows = f"rows={node['Actual Rows']} of {node['Plan Rows']} x{loops} "
        rows += f"{node['Actual Total Time']:.0f} ms {count_blocks(node)} blocks"
    else:
        rows = f"rows={node['Plan Rows']}, as it thinks"
    line = f"{'  ' * depth}{node['Node Type']} {target} {rows}"
    below = [describe(each, depth + 1) for each in node.get("Plans", ())]
    return "\n".join([line, *("  " * depth + "    " + c for c in conditions), *below])
