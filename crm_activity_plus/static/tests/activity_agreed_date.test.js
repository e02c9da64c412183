// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {asyncStep, onRpc, waitForSteps} from "@web/../tests/web_test_helpers";
import {click, contains} from "@mail/../tests/mail_test_helpers";
import {defineActivityModels, openPartner} from "./activity_test_helpers.esm";
import {describe, expect, manuallyDispatchProgrammaticEvent, test} from "@odoo/hoot";
import {mockDate} from "@odoo/hoot-mock";

const POPOVER = ".o-mail-ActivityMarkAsDone";
const OUTCOMES = [
    {id: 11, name: "Interested", code: "interested", kind: "success"},
    {id: 12, name: "Call Back", code: "call_back", kind: "neutral", asks_date: true},
];

describe.current.tags("desktop");
defineActivityModels();

test("an outcome that asks for the date of the next attempt", async () => {
    mockDate("2026-03-11 09:00:00", +0);
    onRpc("mail.activity", "preview_complete", () => []);
    onRpc("mail.activity", "complete", function ({args, kwargs}) {
        asyncStep([kwargs.outcome, kwargs.retry_date]);
        this.env["mail.activity"].unlink(args[0]);
        return [];
    });
    await openPartner({outcomes: OUTCOMES});
    await click(".btn", {text: "Mark Done"});
    await contains(`${POPOVER} .o_activity_agreed`, {count: 0});
    await click(`${POPOVER} [data-outcome='call_back']`);
    await contains(`${POPOVER} .o_activity_agreed`, {text: "Call Back: when?"});
    await contains(`${POPOVER} .btn-primary`, {count: 1, text: "Mark Done"});
    const input = document.querySelector(`${POPOVER} .o_activity_agreed input`);
    expect(input.value).toBe("2026-03-12");
    expect(input).toHaveAttribute("min", "2026-03-11");
    // A date isn't typed letter by letter.
    input.value = "2026-03-20";
    await manuallyDispatchProgrammaticEvent(input, "input");
    await click(`${POPOVER} .o_activity_agreed button`);
    await waitForSteps([[12, "2026-03-20"]]);
    await contains(POPOVER, {count: 0});
});
