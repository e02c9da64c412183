"""A pytest plugin for Odoo's own tests: gives two tours a moment that choose a model
and open a list at once, which the server's answer to the first step changes. Whether
they pass is decided by who is faster. Nothing that they check is left out."""

import json
from unittest.mock import patch

import pytest

_RACING = ("test_form_view_model_id", "test_form_view_mail_triggers")
# Odoo's own delay between steps works only while somebody watches.
_PAUSE_BEFORE_EACH_STEP = """
    const {registry} = odoo.loader.modules.get("@web/core/registry");
    const tour = registry.category("web_tour.tours").get(%(name)s);
    const steps = tour.steps;
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1000));
    tour.steps = () => steps().flatMap((step) => [{trigger: "body", run: pause}, step]);
    odoo.startTour(%(name)s, {stepDelay: 0, startUrl: %(url)s});
"""


@pytest.fixture(scope="session", autouse=True)
def patient_tours(load_registry):
    """Slow the racing tours down."""
    from odoo.tests.common import HttpCase

    start_tour = HttpCase.start_tour

    def patient(self, url_path, tour_name, step_delay=None, **kwargs):
        if tour_name in _RACING:
            names = {"name": json.dumps(tour_name), "url": json.dumps(url_path)}
            kwargs["code"] = _PAUSE_BEFORE_EACH_STEP % names
        return start_tour(self, url_path, tour_name, step_delay=step_delay, **kwargs)

    with patch.object(HttpCase, "start_tour", patient):
        yield
