"""Runs inside Odoo: installs addons in a database and builds the client's assets, but
for those of an older template whose sources haven't changed since.

usage: python build_template.py CONFIG DATABASE ADDONS WITH-ASSETS [OLDER-DATABASE]
"""

import os
import shutil
import sys

import odoo.api
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.sql_db import db_connect
from odoo.tools import SQL, config

_COLUMNS = SQL(
    "store_fname, name, type, res_model, res_id, url, public, file_size, checksum, "
    "mimetype, create_uid, create_date, write_uid, write_date"
)
_ASSETS = SQL("url LIKE '/web/assets/%%' AND res_model = 'ir.ui.view'")
# The web client fetches it by itself: no view names it.
_WORKER = "bus.websocket_worker_assets"
# Bundles for tests and looks that no test of ours opens.
_UNUSED = {"web.assets_web_dark", "web.qunit_suite_tests", "web.tests_assets"}


def main(conf: str, database: str, addons: str, with_assets: str, *older: str) -> None:
    """Bring a database from core's addons to a finished template."""
    config.parse_config(["-c", conf, "-d", database, "-i", addons], setup_logging=True)
    load_server_wide_modules()
    new = config["init"]
    registry = Registry.new(database, update_module=True, install_modules=new)
    with registry.cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        if with_assets == "True":
            for name in older:
                take_over_assets(cr, database, name)
            build_assets(env)
        # Copies of it share a folder of files: one would delete another's.
        env["ir.config_parameter"].set_param("ir_attachment.location", "db")


def build_assets(env) -> None:
    """Build the bundles that browser tests load, as Odoo's own test runner does."""
    qweb = env["ir.qweb"]
    js_bundles, css_bundles = qweb._get_bundles_to_pregenarate()
    for bundle in sorted({*js_bundles, _WORKER} - _UNUSED):
        qweb._get_asset_bundle(bundle, css=False, js=True).js()
    for bundle in sorted(set(css_bundles) - _UNUSED):
        qweb._get_asset_bundle(bundle, css=True, js=False).css()


def take_over_assets(cr, database: str, older: str) -> None:
    """Copy the bundles that an older template holds, rows and files."""
    with db_connect(older).cursor() as source:
        source.execute(SQL("SELECT %s FROM ir_attachment WHERE %s", _COLUMNS, _ASSETS))
        rows = source.fetchall()
    cr.execute(SQL("DELETE FROM ir_attachment WHERE %s", _ASSETS))
    for row in rows:
        cr.execute(SQL("INSERT INTO ir_attachment (%s) VALUES %s", _COLUMNS, row))
        if row[0]:
            path = os.path.join(config.filestore(database), row[0])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copy2(os.path.join(config.filestore(older), row[0]), path)


if __name__ == "__main__":
    main(*sys.argv[1:])
