# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Make a fixture of a version: what it has in a database that has nothing else, and what
# upgrade_work.py did there. In a checkout of that version, which needs no demo data:
#
#   ./dev odoo -d old -i crm_activity_plus --stop-after-init
#   ./dev shell -d old < upgrade_work.py
#   ./dev shell -d old --log-level=error < upgrade_dump.py > VERSION.jsonl
#
# Each line is a statement or the rows of a table, in the order in which test_upgrade.py
# makes them. Records of the addon's data come without ids, and what refers to one of
# these, or to a record of another addon, has its XML id.
# ruff: noqa: F821

import json

from odoo.tools import SQL

MODULE = "crm_activity_plus"
FIRST_ID = 1000000
# Tables of other addons whose rows nothing refers to by a key.
OTHERS = (
    "crm_lead",
    "crm_team_member",
    "mail_activity",
    "res_company_users_rel",
    "res_groups_users_rel",
)
ARE_TABLES = "relnamespace = current_schema::regnamespace AND relkind = 'r'"


def query(text, *values):
    return env.execute_query(SQL(text, *values))


def write(**line):
    print(json.dumps(line, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def read_names(text):
    return {name for [name] in query(text, MODULE)}


def read_own(model):
    """:returns: ids of what no other addon knows"""
    return [
        res_id
        for [res_id] in query(
            "SELECT res_id FROM ir_model_data WHERE model = %s GROUP BY 1"
            " HAVING bool_and(module = %s)",
            model,
            MODULE,
        )
    ]


tables = {name for [name] in query(f"SELECT relname FROM pg_class WHERE {ARE_TABLES}")}
own_models = env["ir.model"].browse(read_own("ir.model"))
own_tables = tables & {
    *(env[model.model]._table for model in own_models),
    *read_names(
        "SELECT r.name FROM ir_model_relation r"
        " JOIN ir_module_module m ON m.id = r.module WHERE m.name = %s"
    ),
}
own_fields = env["ir.model.fields"].browse(read_own("ir.model.fields")).sorted("id")
own_columns = {
    (env[field.model]._table, field.name)
    for field in own_fields
    if field.store and field.model in env
} | {(table, None) for table in own_tables}

# ------------------------------------------------------------
# Tables and columns
# ------------------------------------------------------------

columns = query(
    f"""
    SELECT c.relname, a.attname,
           format_type(a.atttypid, a.atttypmod) || coalesce(
               ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), ''
           ),
           a.attnotnull
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT attisdropped
 LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE {ARE_TABLES}
  ORDER BY 1, a.attnum
    """
)
for table in sorted(own_tables):
    definitions = [
        f'"{name}" {"serial" if "nextval" in kind else kind}'
        + (" NOT NULL" if is_required else "")
        for owner, name, kind, is_required in columns
        if owner == table
    ]
    write(sql=f'CREATE TABLE "{table}" ({", ".join(definitions)})')
required = []
for table, name, kind, is_required in columns:
    if (table, name) in own_columns and table not in own_tables:
        write(sql=f'ALTER TABLE "{table}" ADD COLUMN "{name}" {kind}')
        if is_required:
            required.append(f'ALTER TABLE "{table}" ALTER "{name}" SET NOT NULL')

# ------------------------------------------------------------
# Rows
# ------------------------------------------------------------

keys = {}
for table, name, target, key in query(
    """
    SELECT conrelid::regclass::text, attname, confrelid::regclass::text, conname
      FROM pg_constraint
      JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
     WHERE contype = 'f'
    """
):
    keys[table, name] = target, key
xmlids = {
    (env[model]._table, res_id): f"{module}.{name}"
    for module, name, model, res_id in query(
        "SELECT module, name, model, res_id FROM ir_model_data ORDER BY id DESC"
    )
    if model in env
}


def prepare(table, row):
    """:returns: a row's values, with XML ids instead of what is no row of ours"""
    values = {}
    for name, value in row.items():
        target, _key = keys.get((table, name), (None, None))
        if target and value and value <= FIRST_ID:
            value = {"xmlid": xmlids[target, value]}
        if value is not None:
            values[name] = value
    return values


def is_ours(table, row):
    ids = row.get("id"), *(row[name] for owner, name in keys if owner == table)
    return max(filter(None, ids[:1] if ids[0] else ids), default=0) > FIRST_ID


def read_rows(table, condition="TRUE"):
    rows = query(f'SELECT to_jsonb(t) FROM "{table}" t WHERE {condition} ORDER BY 1')
    return [prepare(table, row) for [row] in rows if is_ours(table, row)]


rows = {table: read_rows(table) for table in own_tables | set(OTHERS)}
asked = list(rows)
while asked:
    table = asked.pop()
    for (owner, name), (target, _key) in keys.items():
        if owner != table:
            continue
        ids = {row[name] for row in rows[table] if isinstance(row.get(name), int)}
        known = {row["id"] for row in rows.get(target, ())}
        if missing := sorted(ids - known):
            listed = ", ".join(map(str, missing))
            rows.setdefault(target, []).extend(read_rows(target, f"id IN ({listed})"))
            asked.append(target)
write(fields=[[f.model, f.name, f.ttype, f.store] for f in own_fields])
for name, model, noupdate, res_id in query(
    "SELECT name, model, coalesce(noupdate, FALSE), res_id FROM ir_model_data"
    " WHERE module = %s AND (model NOT LIKE 'ir.model%%' OR model = 'ir.model.access')"
    " ORDER BY id",
    MODULE,
):
    table = env[model]._table
    [[row]] = query(f"SELECT to_jsonb(t) - 'id' FROM \"{table}\" t WHERE id = {res_id}")
    write(record=[name, model, noupdate], table=table, row=prepare(table, row))
late = [
    f'ALTER TABLE "{table}" ALTER CONSTRAINT "{key}"'
    for (table, name), (target, key) in keys.items()
    if table not in own_tables and (table, name) not in own_columns
    if any(isinstance(row.get(name), int) for row in rows.get(table, ()))
]
for statement in late:
    write(sql=f"{statement} DEFERRABLE INITIALLY DEFERRED")
for table in sorted(rows):
    for row in sorted(rows[table], key=lambda row: row.get("id", 0)):
        write(table=table, row=row)
write(sql="SET CONSTRAINTS ALL IMMEDIATE")
for statement in late:
    write(sql=f"{statement} NOT DEFERRABLE")

# ------------------------------------------------------------
# What holds them together
# ------------------------------------------------------------

CORE_CODE = """coalesce(
    (SELECT regexp_replace(name, '^mail_activity_data_', '')
       FROM ir_model_data AS data
      WHERE module = 'mail'
        AND model = 'mail.activity.type'
        AND data.res_id = owner.id),
    'type_' || id
)"""
for table, name, value in (
    ("mail_activity_type", "code", " ".join(CORE_CODE.split())),
    ("mail_activity_plan", "code", "'plan_' || id"),
    ("mail_activity_plan_template", "code", "'step_' || id"),
    ("mail_activity", "status", "CASE WHEN active THEN 'new' ELSE 'done' END"),
):
    owner = f'"{table}" AS owner'
    write(sql=f'UPDATE {owner} SET "{name}" = {value} WHERE "{name}" IS NULL')
for statement in required:
    write(sql=statement)
for table, names, name, definition, comment in query(
    """
    SELECT c.relname,
           ARRAY (SELECT attname::text FROM pg_attribute
                   WHERE attrelid = conrelid AND attnum = ANY (conkey)),
           conname, pg_get_constraintdef(o.oid), obj_description(o.oid)
      FROM pg_constraint o JOIN pg_class c ON c.oid = conrelid
     WHERE contype <> 'n'
  ORDER BY contype = 'f', 1, 3
    """
):
    if table in own_tables or own_columns & {(table, column) for column in names}:
        write(sql=f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
        if comment:
            text = comment.replace("'", "''")
            write(sql=f'COMMENT ON CONSTRAINT "{name}" ON "{table}" IS \'{text}\'')
for table, names, name, definition, comment in query(
    """
    SELECT c.relname,
           ARRAY (SELECT attname::text FROM pg_attribute
                   WHERE attrelid = indrelid AND (attnum = ANY (indkey)
                      OR pg_get_expr(indpred, indrelid) ~ ('\\m' || attname || '\\M'))),
           i.relname, pg_get_indexdef(indexrelid), obj_description(indexrelid)
      FROM pg_index
      JOIN pg_class c ON c.oid = indrelid
      JOIN pg_class i ON i.oid = indexrelid
     WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  ORDER BY 1, 3
    """
):
    if table in own_tables or own_columns & {(table, column) for column in names}:
        if comment:
            # As the ORM wrote it, so that PostgreSQL reads it in the same way.
            kind, _index, rest = comment.partition("INDEX ")
            write(sql=f'CREATE {kind}INDEX "{name}" ON "{table}" {rest}')
            text = comment.replace("'", "''")
            write(sql=f"COMMENT ON INDEX \"{name}\" IS '{text}'")
        else:
            write(sql=definition)
