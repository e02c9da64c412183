// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {click, edit, press, queryFirst} from "@odoo/hoot-dom";
import {describe, expect, test} from "@odoo/hoot";
import {
    NAME,
    OUTCOMES,
    makeActivity,
    makeQueue,
    openQueue,
    waitForSending,
} from "./activity_queue_helpers.esm";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {getService, makeServerError, onRpc} from "@web/../tests/web_test_helpers";
import {browser} from "@web/core/browser/browser";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

describe.current.tags("desktop");
defineMailModels();

test("the most urgent activity is shown, and the next one is fetched ahead", async () => {
    makeQueue(makeActivity(1), makeActivity(2), makeActivity(3));
    await openQueue();
    expect(NAME).toHaveText("Activity 1");
    expect(".o_activity_queue_left").toHaveText("3 left");
    expect.verifySteps(["claim 1", "claim 2"]);
});

test("it works through what it was opened with", async () => {
    onRpc("mail.activity", "queue_next", ({args}) => {
        expect(args[0]).toEqual([["id", "in", [4, 5]]]);
        expect.step("next");
        return {activity: false, left: 0};
    });
    await openQueue({domain: [["id", "in", [4, 5]]]});
    expect.verifySteps(["next"]);
    expect(".o_activity_queue_finished h2").toHaveText("All done");
});

test("a number completes with that outcome, and the next one is there", async () => {
    makeQueue(makeActivity(1), makeActivity(2));
    await openQueue();
    expect.verifySteps(["claim 1", "claim 2"]);
    expect("[data-outcome='no_answer'] kbd").toHaveText("2");
    await press("2");
    await animationFrame();
    expect(NAME).toHaveText("Activity 2");
    expect(".o_activity_queue_left").toHaveText("Last one");
    expect.verifySteps([]);
    await waitForSending();
    expect.verifySteps(["complete 1: 12, -"]);
});

test("keys that are typed into the feedback are text", async () => {
    makeQueue(makeActivity(1), makeActivity(2));
    await openQueue();
    await click(".o_activity_queue textarea");
    await press("1");
    await press("s");
    await press("d");
    await animationFrame();
    expect(NAME).toHaveText("Activity 1");
    await edit("They want ten");
    await press(["ctrl", "enter"]);
    await animationFrame();
    expect(NAME).toHaveText("Activity 2");
    expect(".o_activity_queue textarea").toHaveValue("");
    expect.verifySteps(["claim 1", "claim 2"]);
    await waitForSending();
    expect.verifySteps(["complete 1: -, They want ten"]);
});

test("a key without an outcome does nothing", async () => {
    makeQueue(makeActivity(1));
    await openQueue();
    await press("9");
    await animationFrame();
    expect(NAME).toHaveText("Activity 1");
    expect.verifySteps(["claim 1"]);
});

test("what is skipped comes again at the end", async () => {
    const server = makeQueue(makeActivity(1), makeActivity(2));
    await openQueue();
    await press("s");
    await animationFrame();
    expect(NAME).toHaveText("Activity 2");
    expect([...server.claimed]).toEqual([2]);
    await press("d");
    await animationFrame();
    expect(".o_activity_queue_finished").toHaveText(/Done: 1/);
    await waitForSending();
    await click(".o_activity_queue_skipped");
    await animationFrame();
    expect(NAME).toHaveText("Activity 1");
    expect.verifySteps(["claim 1", "claim 2", "complete 2: -, -", "claim 1"]);
});

test("a double click completes once, and not the next one", async () => {
    makeQueue(makeActivity(1), makeActivity(2));
    await openQueue();
    await advanceTime(1000);
    const button = queryFirst("[data-outcome='interested']");
    button.click();
    button.click();
    await animationFrame();
    expect(NAME).toHaveText("Activity 2");
    await click("[data-outcome='interested']");
    await animationFrame();
    expect(NAME).toHaveText("Activity 2");
    await waitForSending();
    expect.verifySteps(["claim 1", "claim 2", "complete 1: 11, -"]);
    await click("[data-outcome='interested']");
    await waitForSending();
    expect.verifySteps(["complete 2: 11, -"]);
});

test("one that may be closed along with the first isn't shown", async () => {
    const outcome = {...OUTCOMES[0], ends_more: true};
    const server = makeQueue(
        makeActivity(1, {outcomes: [outcome]}),
        makeActivity(2),
        makeActivity(3, {res_id: 4})
    );
    onRpc("mail.activity", "queue_next", ({args, parent}) => {
        const record = args[0].find((leaf) => leaf[0] === "res_id");
        if (!record) {
            return parent();
        }
        expect(args[0].slice(0, 3)).toEqual([
            "|",
            ["res_model", "!=", "res.partner"],
            ["res_id", "!=", 3],
        ]);
        return {activity: server.activities.find(({id}) => id === 3), left: 1};
    });
    await openQueue();
    expect.verifySteps(["claim 1", "claim 2"]);
    await press("1");
    await animationFrame();
    expect(NAME).toHaveText("Activity 3");
    server.close(2);
    await waitForSending();
    expect(NAME).toHaveText("Activity 3");
    expect.verifySteps(["claim 2", "complete 1: 11, -"]);
});

test("one that was closed along with the first is left", async () => {
    const server = makeQueue(makeActivity(1), makeActivity(2), makeActivity(3));
    server.isValid = false;
    await openQueue();
    await press("1");
    await animationFrame();
    expect(NAME).toHaveText("Activity 2");
    server.activities = server.activities.filter(({id}) => id !== 2);
    await waitForSending();
    expect(NAME).toHaveText("Activity 3");
    expect(".o_activity_queue_alert").toHaveText(
        "“Activity 2” was closed together with “Activity 1”, or somebody else has it now."
    );
    expect.verifySteps([
        "claim 1",
        "claim 2",
        "claim 3",
        "complete 1: 11, -",
        "claim 3",
    ]);
});

test("what was typed about one that was closed along is kept", async () => {
    const server = makeQueue(makeActivity(1), makeActivity(2));
    server.isValid = false;
    await openQueue();
    await press("1");
    await animationFrame();
    await click(".o_activity_queue textarea");
    await edit("Half a senten");
    await waitForSending();
    expect(NAME).toHaveText("Activity 2");
    expect(".o_activity_queue_alert").toHaveText(/closed together/);
    expect(".o_activity_queue textarea").toHaveValue("Half a senten");
    expect(".o_activity_queue_alert button:contains(note)").toHaveCount(1);
    expect.verifySteps(["claim 1", "claim 2", "complete 1: 11, -"]);
});

test("somebody was faster: the feedback can be kept as a note", async () => {
    makeQueue(makeActivity(1), makeActivity(2));
    onRpc("mail.activity", "queue_complete", () => ({
        done: false,
        reason: "Anna has marked this activity done.",
    }));
    onRpc("res.partner", "message_post", ({args, kwargs}) => {
        expect.step(`note on ${args[0]}: ${kwargs.body}`);
        return 1;
    });
    await openQueue();
    await click(".o_activity_queue textarea");
    await edit("I called, too");
    await press(["ctrl", "enter"]);
    await waitForSending();
    expect(".o_activity_queue_alert").toHaveText(/Anna has marked/);
    expect(".o_activity_queue textarea").toHaveValue("I called, too");
    await click(".o_activity_queue_alert button:contains(note)");
    await animationFrame();
    expect(NAME).toHaveText("Activity 2");
    expect.verifySteps(["claim 1", "claim 2", "note on 3: I called, too"]);
});

test("a lost connection loses nothing, and nothing is done twice", async () => {
    const server = makeQueue(makeActivity(1), makeActivity(2));
    let isOnline = false;
    onRpc("mail.activity", "queue_complete", ({kwargs}) => {
        if (!isOnline) {
            return new Response("", {status: 502});
        }
        server.close(1);
        expect.step(`complete: ${kwargs.outcome}, ${kwargs.feedback}`);
        return {done: true, reason: false, is_next_valid: true};
    });
    await openQueue();
    await click(".o_activity_queue textarea");
    await edit("They want ten");
    await advanceTime(1000);
    await click("[data-outcome='interested']");
    await waitForSending();
    expect(".o_activity_queue_alert").toHaveText(/connection is lost/);
    expect(".o_activity_queue textarea").toHaveValue("They want ten");
    isOnline = true;
    await click(".o_activity_queue_retry");
    await animationFrame();
    expect(NAME).toHaveText("Activity 2");
    expect(".o_activity_queue_alert").toHaveCount(0);
    expect.verifySteps(["claim 1", "claim 2", "complete: 11, They want ten"]);
});

test("what the server refuses is told, and the feedback stays", async () => {
    makeQueue(makeActivity(1));
    onRpc("mail.activity", "queue_complete", () => {
        throw makeServerError({type: "UserError", message: "Not on a Sunday."});
    });
    await openQueue();
    await click(".o_activity_queue textarea");
    await edit("They want ten");
    await advanceTime(1000);
    await click(".o_activity_queue_done");
    await waitForSending();
    expect(".o_activity_queue_alert").toHaveText(/Not on a Sunday/);
    expect(".o_activity_queue textarea").toHaveValue("They want ten");
    expect.verifySteps(["claim 1"]);
});

test("what was typed is there again after a reload", async () => {
    browser.localStorage.setItem("crm_activity_plus.activity_queue.1", "Half a senten");
    makeQueue(makeActivity(1));
    await openQueue();
    expect(".o_activity_queue textarea").toHaveValue("Half a senten");
    await press("d");
    await waitForSending();
    expect(browser.localStorage.getItem("crm_activity_plus.activity_queue.1")).toBe(
        null
    );
    expect.verifySteps(["claim 1", "complete 1: -, Half a senten"]);
});

test("on hold until tomorrow", async () => {
    const server = makeQueue(makeActivity(1));
    onRpc("mail.activity", "queue_hold", ({args, kwargs}) => {
        expect.step(`hold ${args[0]} until ${kwargs.until}`);
        server.activities = [];
        return {done: true, reason: false, is_next_valid: false};
    });
    await openQueue();
    await press("h");
    await animationFrame();
    await click(".o-dropdown--menu .o-dropdown-item:contains(Tomorrow)");
    await animationFrame();
    expect(".o_activity_queue_finished").toHaveText(/On hold: 1/);
    await waitForSending();
    expect.verifySteps(["claim 1", "hold 1 until 2019-03-12"]);
});

test("leaving gives back what was claimed", async () => {
    const server = makeQueue(makeActivity(1), makeActivity(2));
    await openQueue();
    expect([...server.claimed]).toEqual([1, 2]);
    onRpc("mail.activity", "queue_next", () => ({activity: false, left: 0}));
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_activity_plus.activity_queue",
        params: {domain: [["id", "=", 0]]},
    });
    await animationFrame();
    expect(".o_activity_queue_finished").toHaveCount(1);
    expect([...server.claimed]).toEqual([]);
    expect.verifySteps(["claim 1", "claim 2"]);
});

test("links to call and to write, and no record that may not be read", async () => {
    makeQueue(makeActivity(1, {phone: "+32 2 555", readable: false, email: "a@b.c"}));
    await openQueue();
    expect(".o_activity_queue_call").toHaveAttribute("href", "tel:+32 2 555");
    expect(".o_activity_queue_email").toHaveCount(0);
    expect(".o_activity_queue_open").toHaveCount(0);
    await press("o");
    await animationFrame();
    expect(NAME).toHaveText("Activity 1");
    expect.verifySteps(["claim 1"]);
});
