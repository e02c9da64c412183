"""Comparing what came of OCA's tests without the suite and with it."""

from pathlib import Path

from devtools.oca import LOCK, differences, outcomes

REPORT = """<?xml version="1.0"?>
<testsuites><testsuite>
<testcase classname="a.tests.T" name="test_good" time="0.1" />
<testcase classname="a.tests.T" name="test_bad"><failure>no</failure></testcase>
<testcase classname="a.tests.T" name="test_skipped"><skipped /></testcase>
<testcase classname="a.tests.T" name="test_untidy" />
<testcase classname="a.tests.T" name="test_untidy"><error /></testcase>
</testsuite></testsuites>
"""
ADDONS = """base_tier_validation crm_lead_code crm_lead_to_task crm_lost_reason_required
crm_partner_assign crm_phonecall crm_stage_probability crm_won_restrict_per_stage
mail_activity_board mail_activity_reminder mail_activity_team mail_post_defer
mail_tracking queue_job""".split()


def test_outcomes():
    assert outcomes(REPORT) == {
        "a.tests.T::test_good": "passed",
        "a.tests.T::test_bad": "failure",
        "a.tests.T::test_skipped": "skipped",
        "a.tests.T::test_untidy": "error",
    }


def test_what_passes_without_the_suite_has_to_pass_with_it():
    without = dict.fromkeys("abcd", "passed")
    assert differences(without, without) == []
    beside = {"a": "failure", "b": "skipped", "d": "passed", "e": "failure"}
    assert differences(without, beside) == [
        "a: passes without the suite, with it: failure",
        "b: passes without the suite, with it: skipped",
        "c: passes without the suite, with it: missing",
    ]


def test_what_fails_anyway_has_to_be_listed():
    without = {"a": "failure", "b": "error", "c": "skipped"}
    problems = differences(without, dict.fromkeys("abc", "passed"))
    assert [problem.split(":")[0] for problem in problems] == ["a", "b"]


def test_the_locks_name_every_addon_with_a_hash():
    repo = Path(__file__).parents[2]
    files = [repo / LOCK, repo / "requirements-addons.txt"]
    lines = [line for file in files for line in file.read_text().splitlines()]
    wheels = [line for line in lines if line and not line.startswith((" ", "#"))]
    names = {line.split("==")[0].removeprefix("odoo-addon-") for line in wheels}
    assert names >= set(ADDONS)
    assert sum("--hash=sha256:" in line for line in lines) == len(wheels)
