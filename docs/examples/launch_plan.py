#!/usr/bin/env python3
# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Launch an activity plan on records of an Odoo database, over XML-RPC or JSON-2.

It needs nothing but Python. Two examples::

    launch_plan.py http://localhost:8069 sales anna KEY high_priority 14 16
    launch_plan.py --api json2 --date 2026-03-31 \\
        http://localhost:8069 sales anna KEY high_priority 14 16
"""

import argparse
import json
import sys
import urllib.error
import urllib.request
import xmlrpc.client

TIMEOUT = 300


class RpcError(Exception):
    """What the server answered instead of a result, as a sentence."""


class XmlRpc:
    """Calls methods over XML-RPC, with a login and a password or API key."""

    def __init__(self, url, database, login, secret):
        self.database = database
        self.secret = secret
        self.models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object")
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
        try:
            self.uid = common.authenticate(database, login, secret, {})
        except xmlrpc.client.Fault as fault:
            raise RpcError(fault.faultString.strip().splitlines()[-1]) from fault
        if not self.uid:
            raise RpcError(f"wrong login, password or API key for {login}")

    def call(self, model, method, ids=None, **arguments):
        # The ids come first, where the method works on records.
        positional = [] if ids is None else [ids]
        try:
            return self.models.execute_kw(
                self.database,
                self.uid,
                self.secret,
                model,
                method,
                positional,
                arguments,
            )
        except xmlrpc.client.Fault as fault:
            raise RpcError(fault.faultString.strip()) from fault


class Json2:
    """Calls methods over JSON-2, with an API key, which says who the user is."""

    def __init__(self, url, database, login, secret):
        self.url = url
        self.headers = {
            "Authorization": f"bearer {secret}",
            "Content-Type": "application/json; charset=utf-8",
            "X-Odoo-Database": database,
        }

    def call(self, model, method, ids=None, **arguments):
        if ids is not None:
            arguments["ids"] = ids
        request = urllib.request.Request(
            f"{self.url}/json/2/{model}/{method}",
            data=json.dumps(arguments).encode(),
            headers=self.headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RpcError(_read_error(error)) from error


def _read_error(error):
    """The sentence in the body of a refused JSON-2 request."""
    try:
        return json.load(error)["message"]
    except (ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}"


APIS = {"xmlrpc": XmlRpc, "json2": Json2}


def launch(client, plan_code, record_ids, plan_date=None):
    """Launch a plan by its code.

    :returns: the runs as dictionaries, the skipped records with their reasons, and the
        id of the launch in the background, where there are too many to wait for
    """
    plans = client.call(
        "mail.activity.plan",
        "search_read",
        domain=[["code", "=", plan_code]],
        fields=["id"],
    )
    if not plans:
        raise RpcError(f"there is no plan with the code {plan_code}")
    arguments = {"res_ids": record_ids}
    if plan_date:
        arguments["plan_date"] = plan_date
    result = client.call("mail.activity.plan", "launch", [plans[0]["id"]], **arguments)
    runs = client.call(
        "mail.activity.plan.run",
        "read",
        result["run_ids"],
        fields=["display_name", "state", "next_deadline"],
    )
    return runs, result["skipped"], result.get("launch_id")


def read_arguments():
    parser = argparse.ArgumentParser(description="Launch an activity plan on records.")
    parser.add_argument("url", help="address of the server: http://localhost:8069")
    parser.add_argument("database")
    parser.add_argument("login")
    parser.add_argument(
        "secret",
        help="API key (My Preferences > Security > Add API Key), or for xmlrpc the "
        "password; - reads it from standard input, where other users can't see it",
    )
    parser.add_argument("plan", help="code of the plan")
    parser.add_argument("record", type=int, nargs="+", help="id of a record")
    parser.add_argument("--api", choices=APIS, default="xmlrpc")
    parser.add_argument("--date", help="date of the plan (2026-03-31); default: today")
    return parser.parse_args()


def main():
    arguments = read_arguments()
    secret = arguments.secret
    if secret == "-":
        secret = sys.stdin.readline().strip()
    url = arguments.url.rstrip("/")
    try:
        client = APIS[arguments.api](url, arguments.database, arguments.login, secret)
        runs, skipped, launch_id = launch(
            client, arguments.plan, arguments.record, arguments.date
        )
    except (RpcError, OSError) as error:
        print(f"Nothing was launched: {error}", file=sys.stderr)
        return 1
    for run in runs:
        deadline = run["next_deadline"] or "no open step"
        print(f"run {run['id']}: {run['display_name']}, {run['state']}, {deadline}")
    for row in skipped:
        print(f"skipped {row['res_id']}: {row['reason']}")
    if launch_id:
        print(f"launch {launch_id}: goes on in the background")
    return 0


if __name__ == "__main__":
    sys.exit(main())
