# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Plans to start from: files like those that plans are exported to."""

import json
from functools import cache, cached_property
from pathlib import Path

from odoo.tools.misc import file_path

from ..tools.graph import sort_in_waves
from .ready_made_texts import TEXTS

FOLDER = "crm_activity_plus/data/ready_made_plans"
# What of a plan and of its steps people read.
PLAN_TEXTS = ("name",)
STEP_TEXTS = ("summary", "note")


@cache
def read_documents(folder=FOLDER):
    """:returns: code of a plan -> its file, in the order of the files' names
    :rtype: dict"""
    paths = sorted(Path(file_path(folder)).glob("*.json"))
    documents = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
    return {document["plans"][0]["code"]: document for document in documents}


class ReadyMadePlans:
    """Tells the ready-made plans, in the language of the user.

    :param env: environment
    :param dict documents: code of a plan -> its file
    """

    def __init__(self, env, documents):
        self.env = env
        self.documents = documents
        self._texts = {text._source: text for text in TEXTS}

    def translate(self, code):
        """:returns: the file of a plan, for the user
        :rtype: dict"""
        document = self.documents[code]
        [plan] = document["plans"]
        summary = self._translate(document["summary"])
        return {
            **document,
            "summary": summary,
            "plans": [
                {
                    **self._translate_row(plan, PLAN_TEXTS),
                    "description": f"<p>{summary}</p>",
                    "steps": [
                        self._translate_row(step, STEP_TEXTS) for step in plan["steps"]
                    ],
                }
            ],
        }

    def _translate_row(self, row, names):
        return {
            name: self._translate(value) if name in names else value
            for name, value in row.items()
        }

    def _translate(self, text):
        lazy = self._texts.get(text)
        # pylint: disable-next=translation-not-lazy
        return self.env._(lazy) if lazy else text

    def tell(self):
        """:returns: what a gallery shows, see ``get_ready_made`` of
            ``mail.activity.plan``
        :rtype: list[dict]"""
        plans = self.env["mail.activity.plan"].with_context(active_test=False)
        here = set(plans.search([("code", "in", list(self.documents))]).mapped("code"))
        models = plans._fields["res_model"].get_values(self.env)
        return [
            {**self._tell(code), "is_here": code in here}
            for code, document in self.documents.items()
            if document["plans"][0]["res_model"] in models
        ]

    def _tell(self, code):
        document = self.translate(code)
        [plan] = document["plans"]
        after = {step["code"]: [] for step in plan["steps"]}
        for link in plan["links"]:
            after[link["to"]].append(link["from"])
        steps = {step["code"]: self._tell_step(step) for step in plan["steps"]}
        return {
            "code": code,
            "name": plan["name"],
            "summary": document["summary"],
            "step_count": len(steps),
            # What is in one column can be done at the same time.
            "columns": [
                [steps[code] for code in wave] for wave in sort_in_waves(after)
            ],
        }

    @cached_property
    def _types(self):
        """:returns: code -> an activity type that steps have"""
        codes = {
            step["type"]
            for document in self.documents.values()
            for step in document["plans"][0]["steps"]
        }
        types = self.env["mail.activity.type"].search([("code", "in", list(codes))])
        return types.grouped("code")

    def _tell_step(self, step):
        none = self.env["mail.activity.type"]
        activity_type = self._types.get(step["type"], none)
        return {
            "name": step["summary"],
            "type": activity_type.name or step["type"],
            "icon": activity_type.icon or "fa-tasks",
        }
