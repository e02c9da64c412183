// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {animationFrame, mockDate} from "@odoo/hoot-mock";
import {describe, expect, test} from "@odoo/hoot";
import {mountWithCleanup, onRpc} from "@web/../tests/web_test_helpers";
import {start, startServer} from "@mail/../tests/mail_test_helpers";
import {ActivityListPopover} from "@mail/core/web/activity_list_popover";
import {defineActivityModels} from "./activity_test_helpers.esm";

const ITEM = ".o-mail-ActivityListPopoverItem";

describe.current.tags("desktop");
defineActivityModels();

/** @param {object[]} others - activities that only the server knows of the record */
async function openPopover(others = []) {
    mockDate("2026-03-11 09:00:00", +0);
    const pyEnv = await startServer();
    const resId = pyEnv["res.partner"].create({});
    const document = {can_write: true, res_id: resId, res_model: "res.partner"};
    const ids = pyEnv["mail.activity"].create(
        [{summary: "Call them", date_deadline: "2026-03-10"}, ...others].map(
            (values) => ({...document, ...values})
        )
    );
    onRpc("mail.activity", "activity_format", function ({kwargs}) {
        expect(kwargs.context.activity_held_on).toEqual(["res.partner", resId]);
        return this.env["mail.activity"].activity_format(ids);
    });
    await start();
    await mountWithCleanup(ActivityListPopover, {
        props: {
            activityIds: ids.slice(0, 1),
            close: () => true,
            onActivityChanged: () => true,
            resId,
            resModel: "res.partner",
        },
    });
    await animationFrame();
}

test("what is overdue is called so, also since yesterday", async () => {
    await openPopover();
    expect(ITEM).toHaveCount(1);
    expect(ITEM).toHaveText(/1 day overdue/);
    expect(".o_activity_cancelled_title").toHaveCount(0);
});

test("those that are on hold, and that were cancelled last, are below", async () => {
    await openPopover([
        {summary: "Wait for them", status: "on_hold"},
        {summary: "Wrong number", status: "cancelled"},
    ]);
    expect(ITEM).toHaveCount(3);
    expect(".o_activity_held_title").toHaveText(/On Hold\s*1/);
    expect(".o_activity_cancelled_title").toHaveText(/Cancelled\s*1/);
    expect(`${ITEM}:last`).toHaveText(/Wrong number/);
    expect(`${ITEM}:last button`).toHaveCount(0, {message: "nothing is to be done"});
    expect(`${ITEM}:first .o-mail-ActivityListPopoverItem-markAsDone`).toHaveCount(1);
});
