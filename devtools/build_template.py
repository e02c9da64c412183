"""Runs inside Odoo: installs addons in a database and builds the client's assets.

Both in one process, since starting Odoo takes longer than most of what is to do here.
Assets of an older template are taken over; Odoo builds only those whose sources have
changed since.

usage: python build_template.py CONFIG DATABASE ADDONS OLDER-DATABASE-OR-EMPTY
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
    "name, type, res_model, res_id, url, public, "
    "store_fname, file_size, checksum, mimetype, "
    "create_uid, create_date, write_uid, write_date"
)
_ASSETS = SQL("url LIKE '/web/assets/%%' AND res_model = 'ir.ui.view'")
# Bundles for tests and looks that no test of ours opens.
_UNUSED = {
    "web.assets_web_dark",
    "web.qunit_suite_tests",
    "web.tests_assets",
}


def main(conf: str, database: str, addons: str, older: str) -> None:
    """Bring a database from core's addons to a finished template."""
    config.parse_config(["-c", conf, "-d", database, "-i", addons], setup_logging=True)
    load_server_wide_modules()
    registry = Registry.new(
        database, update_module=True, install_modules=config["init"]
    )
    with registry.cursor() as cr:
        if older:
            take_over_assets(cr, database, older)
        build_assets(odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {}))


def build_assets(env) -> None:
    """Build the bundles that browser tests load, as Odoo's own test runner does."""
    qweb = env["ir.qweb"]
    js_bundles, css_bundles = qweb._get_bundles_to_pregenarate()
    for bundle in sorted(set(js_bundles) - _UNUSED):
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
        if row[6]:
            link_file(config.filestore(older), config.filestore(database), row[6])


def link_file(source: str, target: str, name: str) -> None:
    """Have a file of one file store in another; such files never change."""
    path = os.path.join(target, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path):
        try:
            os.link(os.path.join(source, name), path)
        except OSError:
            shutil.copy2(os.path.join(source, name), path)


if __name__ == "__main__":
    main(*sys.argv[1:])
