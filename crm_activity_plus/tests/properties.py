# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import hypothesis


def given(*strategies, **settings):
    """Run a test on values that hypothesis makes up.

    However slow the machine is, and without writing anything to the disk.
    """
    settings = hypothesis.settings(deadline=None, database=None, **settings)
    return lambda test: settings(hypothesis.given(*strategies)(test))
