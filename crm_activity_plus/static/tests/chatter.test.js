// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {asyncStep, onRpc, waitForSteps} from "@web/../tests/web_test_helpers";
import {click, contains} from "@mail/../tests/mail_test_helpers";
import {defineActivityModels, openPartner} from "./activity_test_helpers.esm";
import {describe, test} from "@odoo/hoot";
import {Deferred} from "@odoo/hoot-mock";

const CARD = ".o-mail-Activity";
// As a lead's: what is done with an activity changes the record.
const ARCH = `
    <form>
        <sheet><field name="name"/></sheet>
        <chatter reload_on_activity="True"/>
    </form>`;

describe.current.tags("desktop");
defineActivityModels();

function answerCancel() {
    onRpc("mail.activity", "cancel_w_meeting", function ({args}) {
        asyncStep("cancel");
        this.env["mail.activity"].unlink(args[0]);
        return true;
    });
}

async function cancel() {
    await click(`${CARD} .btn-danger`, {text: "Cancel"});
    await click(".o_activity_cancel_confirm");
}

test("the activities come first, the form and the rest of the thread afterwards", async () => {
    answerCancel();
    await openPartner({}, {arch: ARCH});
    await contains(CARD);
    onRpc("res.partner", "web_read", () => asyncStep("form"));
    onRpc("/mail/data", async (request) => {
        const {params} = await request.json();
        for (const [name, values] of params.fetch_params) {
            if (name === "mail.thread") {
                const isAll = values.request_list.includes("followers");
                asyncStep(isAll ? "thread" : values.request_list.join());
            }
        }
    });
    await cancel();
    await waitForSteps(["cancel", "activities,messages", "form", "thread"]);
});

test("a cancelled activity is gone before the chatter is told so", async () => {
    answerCancel();
    await openPartner({}, {arch: ARCH});
    await contains(CARD);
    const answer = new Deferred();
    onRpc("/mail/data", () => answer);
    await cancel();
    await waitForSteps(["cancel"]);
    await contains(CARD, {count: 0});
    answer.resolve();
    await contains(".o-mail-Chatter");
});
