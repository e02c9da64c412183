# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools.translate import LazyTranslate, code_translations

from ..engine.reasons import SENTENCES, get_error_reason, name_of, reason_error
from ..engine.transitions import Transition
from ..tools.reasons import Label, Reason
from .common import CrmActivityPlusCommon

# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

ADDED = {
    "t_busy": _lt("%(user)s is busy (100%% of the time)."),
    "t_days": _lt("Closed on %(days)s."),
    "t_outcome": _lt("It ended with %(outcome)s as %(role)s."),
    "t_plain": _lt("No time."),
}
FRENCH = {
    "%(user)s is busy (100%% of the time).": "%(user)s est pris (100%% du temps).",
    "It ended with %(outcome)s as %(role)s.": "Fini : %(outcome)s, %(role)s.",
    "No time.": "Pas le temps.",
    "Closed on %(days)s.": "Fermé %(days)d.",
    "The activity was deleted.": "L'activité a été supprimée.",
}


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReasons(CrmActivityPlusCommon):
    """Rows keep codes and values; each reader gets the sentence in their language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.outcome = cls.env["mail.activity.outcome"].create({"name": "R cold"})
        cls.outcome.with_context(lang="fr_FR").name = "R froid"

    def setUp(self):
        super().setUp()
        mixin = self.registry["mail.activity.reason.mixin"]
        self.patch(mixin, "_get_reason_sentences", lambda self: SENTENCES | ADDED)
        self.startPatcher(
            patch.dict(
                code_translations.python_translations,
                {("crm_activity_plus", "fr_FR"): FRENCH},
            )
        )
        self.run_ = self._launch()
        self.lines = self.run_.line_ids
        self.number = 0

    def _close(self, reason, number=0):
        """:returns: a step that was skipped for that reason, and its ledger row"""
        line = self.lines[number]
        transition = Transition(line.run_id)
        transition.close(line, "skipped", reason)
        line.activity_id._cancel()
        self.env.flush_all()
        self.env.invalidate_all()
        return line, self._get_logs([("run_line_id", "=", line.id)])[-1]

    def assertReadAs(self, reason, english, french):
        for record in self._close(reason, self.number):
            self.assertEqual(record.with_context(lang="en_US").reason, english)
            self.assertEqual(record.with_context(lang="fr_FR").reason, french)
        self.number += 1

    def test_sentences_in_the_language_of_the_reader(self):
        self.assertReadAs(Reason("t_plain"), "No time.", "Pas le temps.")
        self.assertReadAs(
            Reason("t_busy", {"user": "Anna %s"}),
            "Anna %s is busy (100% of the time).",
            "Anna %s est pris (100% du temps).",
        )
        self.assertReadAs(
            Reason("activity_deleted", {"note": Reason("t_plain")}),
            "The activity was deleted.: No time.",
            "L'activité a été supprimée.: Pas le temps.",
        )

    def test_names_and_labels(self):
        values = {
            "outcome": name_of(self.outcome),
            "role": Label("mail.activity.plan.template", "responsible_type", "creator"),
        }
        self.assertReadAs(
            Reason("t_outcome", values),
            "It ended with R cold as Record creator.",
            "Fini : R froid, Record creator.",
        )
        line, row = self._close(Reason("t_outcome", values), 1)
        self.outcome.unlink()
        self.env.invalidate_all()
        self.assertIn("ended with R cold", row.reason)
        self.assertEqual(row.reason_values["outcome"]["name"], "R cold")
        self.assertEqual(line.reason_values["role"]["value"], "creator")

    def test_what_was_typed_stays(self):
        self.assertReadAs("Not needed, 100%s", "Not needed, 100%s", "Not needed, 100%s")

    def test_whatever_is_kept_says_something(self):
        """Addons are uninstalled, versions change, translators err."""
        self.assertReadAs(
            Reason("t_gone", {"note": "They 100% know"}),
            "t_gone: They 100% know",
            "t_gone: They 100% know",
        )
        self.assertReadAs(
            Reason("t_busy"),
            "… is busy (100% of the time).",
            "… est pris (100% du temps).",
        )
        self.assertReadAs(
            Reason("t_days", {"days": ["Monday", "Tuesday"]}),
            "Closed on Monday and Tuesday.",
            "Fermé %(days)d.",
        )

    def test_ledger_of_a_step_has_codes(self):
        line, row = self._close(Reason("t_busy", {"user": "Anna"}))
        self.assertEqual((row.event, row.reason_code), ("skipped", "t_busy"))
        self.assertEqual(row.values["reason_code"], "t_busy")
        self.assertEqual(row.values["attempt"], 1)
        self.assertEqual(row.values["outcome"], False)
        self.assertEqual(row.reason_values, {"user": "Anna"})
        self.assertLedgerTellsState(self.run_)
        _line, row = self._close("Typed", 1)
        self.assertEqual(row.values["reason_code"], False)
        self.assertEqual((row.reason_text, row.reason_code), ("Typed", False))

    def test_note_of_a_run(self):
        self.run_._stop("manual", Reason("t_plain"))
        self.env.flush_all()
        self.env.invalidate_all()
        run = self.run_.with_user(self.user_owner)
        self.assertEqual(run.stop_note, "No time.")
        self.assertEqual(run.with_context(lang="fr_FR").stop_note, "Pas le temps.")
        self.assertEqual(run.stop_note_code, "t_plain")
        [values] = run.with_context(lang="fr_FR").get_timeline()
        self.assertEqual(values["stop_note"], "Pas le temps.")
        self.assertIn(self.run_, self.run_.search([("stop_note", "ilike", "no time")]))

    def test_search(self):
        coded, coded_row = self._close(Reason("t_busy", {"user": "Anna"}))
        other, other_row = self._close(Reason("t_busy", {"user": "Bert"}), 1)
        typed, typed_row = self._close("Pas le temps", 2)
        self.assertSearched("Anna", coded, coded_row)
        self.assertSearched("ANNA IS", coded, coded_row)
        self.assertSearched("busy", coded + other, coded_row + other_row)
        self.assertSearched("est pris", self.lines[:0], typed_row[:0])
        self.assertSearched("est pris", coded + other, coded_row + other_row, "fr_FR")
        self.assertSearched("temps", typed, typed_row, "en_US")
        self.assertSearched("temps", self.lines[:3], None, "fr_FR")

    def assertSearched(self, text, lines, rows, lang="en_US"):
        own = [("run_id", "=", self.run_.id)]
        for model, expected in (("plan.run.line", lines), ("log", rows)):
            if expected is None:
                continue
            model = self.env[f"mail.activity.{model}"].with_user(self.user_owner)
            model = model.with_context(lang=lang)
            found = model.search([*own, ("reason", "ilike", text)])
            self.assertEqual(set(found._ids), set(expected._ids))
            everything = model.search(own)
            others = model.search([*own, ("reason", "not ilike", text)])
            self.assertEqual(set((everything - others)._ids), set(expected._ids))
            self.assertEqual(
                everything.filtered_domain([("reason", "ilike", text)]), found
            )

    def test_search_for_the_whole_and_for_none(self):
        coded, _row = self._close(Reason("t_plain"))
        typed, _row = self._close("No time.", 1)
        open_lines = self.lines - coded - typed
        own = [("run_id", "=", self.run_.id)]
        Line = self.env["mail.activity.plan.run.line"]
        for operator, value, expected in (
            ("=", "No time.", coded + typed),
            ("in", ["No time.", False], self.lines),
            ("=", False, open_lines),
            ("!=", False, coded + typed),
            ("=ilike", "no%", coded + typed),
            ("!=", "No time.", open_lines),
        ):
            with self.subTest(operator, value=value):
                found = Line.search([*own, ("reason", operator, value)])
                self.assertEqual(found, expected)

    def test_nobody_searches_what_they_may_not_read(self):
        self._close(Reason("t_busy", {"user": "Anna"}))
        lines = self.env["mail.activity.plan.run.line"].with_user(self.user_colleague)
        self.assertFalse(lines.search_count([("reason", "ilike", "Anna")]))

    def test_queries_dont_grow_with_the_rows(self):
        reason = Reason("t_outcome", {"outcome": name_of(self.outcome), "role": "x"})
        counts = []
        for size in (1, 3):
            self.env["mail.activity.log"]._add(
                [{"event": "changed", "reason": reason} for _number in range(size)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            rows = self.env["mail.activity.log"].search([], limit=size)
            before = self.cr.sql_log_count
            self.assertIn("R cold", rows.mapped("reason")[-1])
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_errors_with_a_reason(self):
        reason = Reason("t_plain")
        french = self.env(context={"lang": "fr_FR"})
        error = reason_error(french, reason)
        self.assertEqual(str(error), "Pas le temps.")
        self.assertEqual(get_error_reason(error), reason)
        self.assertEqual(get_error_reason(ValueError("Odd")), "Odd")

    def test_history_and_hold_of_an_activity(self):
        activity = self._schedule(summary="Call back")
        activity._as_engine(reason=Reason("t_plain")).write(
            {"active": False, "status": "on_hold", "status_before_hold": "new"}
        )
        french = activity.with_context(lang="fr_FR")
        self.assertEqual(french.get_history()[0]["reason"], "Pas le temps.")
        [row] = french.activity_format()["mail.activity"]
        self.assertEqual(row["hold_reason"], "Pas le temps.")
