// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    NAME,
    OUTCOMES,
    makeActivity,
    makeQuietQueue,
    openQueue,
    waitForSending,
} from "./activity_queue_helpers.esm";
import {advanceTime, animationFrame} from "@odoo/hoot-mock";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    click,
    edit,
    manuallyDispatchProgrammaticEvent,
    press,
    queryFirst,
} from "@odoo/hoot-dom";
import {
    getService,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import {browser} from "@web/core/browser/browser";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {session} from "@web/session";
import {user} from "@web/core/user";

const BAR = ".o_activity_queue_undo";
const TEXTAREA = ".o_activity_queue textarea";

describe.current.tags("desktop");
defineMailModels();

function getStorageKey() {
    return `crm_activity_plus.activity_outbox.${session.db}.${user.userId}`;
}

function readStorage() {
    return JSON.parse(browser.localStorage.getItem(getStorageKey()) || "[]");
}

async function openAgain(params = {}) {
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_activity_plus.activity_queue",
        params,
    });
    await animationFrame();
}

describe("undo", () => {
    test("within some seconds, the last one is open again", async () => {
        makeQuietQueue(makeActivity(1), makeActivity(2));
        await openQueue();
        await click(TEXTAREA);
        await edit("They want ten");
        await press("escape");
        await press("1");
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        expect(`${BAR}_text`).toHaveText("Interested: “Activity 1”");
        expect(readStorage()).toHaveLength(1);
        await press("z");
        await animationFrame();
        expect(NAME).toHaveText("Activity 1");
        expect(TEXTAREA).toHaveValue("They want ten");
        expect(".o_activity_queue_left").toHaveText("2 left");
        expect(BAR).toHaveCount(0);
        expect(readStorage()).toEqual([]);
        await waitForSending();
        expect.verifySteps([]);
        await press("2");
        await waitForSending();
        expect(NAME).toHaveText("Activity 2");
        expect.verifySteps(["complete 1: 12, They want ten"]);
    });

    test("closing the next one sends the one before", async () => {
        makeQuietQueue(makeActivity(1), makeActivity(2), makeActivity(3));
        await openQueue();
        await press("1");
        await animationFrame();
        await press("2");
        await animationFrame();
        expect(NAME).toHaveText("Activity 3");
        expect.verifySteps(["complete 1: 11, -"]);
        await press("z");
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        await waitForSending();
        expect.verifySteps([]);
    });

    test("the last one of all can be undone, too", async () => {
        makeQuietQueue(makeActivity(1));
        await openQueue();
        await press("d");
        await animationFrame();
        expect(".o_activity_queue_finished").toHaveText(/Done: 1/);
        await click(`${BAR}_button`);
        await animationFrame();
        expect(NAME).toHaveText("Activity 1");
        expect(".o_activity_queue_left").toHaveText("Last one");
        expect.verifySteps([]);
    });

    test("after these seconds it can't be undone", async () => {
        makeQuietQueue(makeActivity(1), makeActivity(2));
        await openQueue();
        await press("1");
        await waitForSending();
        expect(BAR).toHaveCount(0);
        await press("z");
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        expect.verifySteps(["complete 1: 11, -"]);
        expect(readStorage()).toEqual([]);
    });

    test("nobody has to wait for it", async () => {
        makeQuietQueue(makeActivity(1), makeActivity(2));
        await openQueue();
        await press("1");
        await animationFrame();
        await click(".o_activity_queue_send");
        await animationFrame();
        expect(BAR).toHaveCount(0);
        expect.verifySteps(["complete 1: 11, -"]);
    });

    test("leaving the queue sends it, once", async () => {
        const server = makeQuietQueue(makeActivity(1), makeActivity(2));
        await openQueue();
        await press("1");
        await animationFrame();
        await openAgain({domain: [["id", "=", 0]]});
        expect([...server.claimed]).not.toInclude(2);
        await waitForSending();
        expect.verifySteps(["complete 1: 11, -"]);
    });

    test("leaving the page sends it, and the next page once more", async () => {
        makeQuietQueue(makeActivity(1, {seen_id: 77}), makeActivity(2));
        patchWithCleanup(browser.navigator, {
            sendBeacon: (url) => expect.step(url.split("/").at(-1)),
        });
        await openQueue();
        await press("1");
        await animationFrame();
        expect.verifySteps([]);
        window.dispatchEvent(new Event("pagehide"));
        await animationFrame();
        expect.verifySteps(["queue_complete", "queue_release"], {ignoreOrder: true});
        // The answer didn't come: whoever opens Odoo next asks again.
        const [entry] = readStorage();
        expect(entry.kwargs.seen_id).toBe(77);
        getService("crm_activity_plus.activity_outbox").comeBack();
        await animationFrame();
        expect.verifySteps([]);
        await advanceTime(60000);
        await animationFrame();
        expect.verifySteps(["complete 1: 11, -"]);
        expect(readStorage()).toEqual([]);
    });

    test("what another page left waits for a connection", async () => {
        const entry = {key: "1", activityId: 9, name: "Call", method: "queue_complete"};
        browser.localStorage.setItem(
            getStorageKey(),
            JSON.stringify([{...entry, kwargs: {outcome: 11}, due: 0}])
        );
        makeQuietQueue(makeActivity(1));
        let isOnline = false;
        onRpc("mail.activity", "queue_complete", ({parent}) =>
            isOnline ? parent() : new Response("", {status: 502})
        );
        await openQueue();
        expect(readStorage()).toHaveLength(1);
        isOnline = true;
        await advanceTime(10000);
        await animationFrame();
        expect.verifySteps(["complete 9: 11, -"]);
        expect(readStorage()).toEqual([]);
    });

    test("what another page left is told where it is refused", async () => {
        const entry = {key: "1", activityId: 9, name: "Call", method: "queue_complete"};
        browser.localStorage.setItem(
            getStorageKey(),
            JSON.stringify([{...entry, kwargs: {feedback: "They want ten"}, due: 0}])
        );
        makeQuietQueue(makeActivity(1));
        onRpc("mail.activity", "queue_complete", () => ({
            done: false,
            reason: "Anna has cancelled this activity.",
        }));
        await openQueue();
        expect(".o_notification_content").toHaveText(
            "“Call”: Anna has cancelled this activity. Your feedback was: They want ten"
        );
    });

    test("a page that isn't seen any more sends it", async () => {
        makeQuietQueue(makeActivity(1), makeActivity(2));
        await openQueue();
        await press("1");
        await animationFrame();
        patchWithCleanup(document, {visibilityState: "hidden"});
        document.dispatchEvent(new Event("visibilitychange"));
        await animationFrame();
        expect.verifySteps(["complete 1: 11, -"]);
    });

    test("what is refused while one types is told, and waits", async () => {
        makeQuietQueue(makeActivity(1), makeActivity(2));
        onRpc("mail.activity", "queue_complete", () => ({
            done: false,
            reason: "Anna has marked this activity done.",
        }));
        await openQueue();
        await click(TEXTAREA);
        await edit("I called, too");
        await press(["ctrl", "enter"]);
        await animationFrame();
        await click(TEXTAREA);
        await edit("About the second");
        await waitForSending();
        expect(NAME).toHaveText("Activity 2");
        expect(TEXTAREA).toHaveValue("About the second");
        expect(".o_activity_queue_alert").toHaveText(/“Activity 1”: Anna has marked/);
        await click(".o_activity_queue_return");
        await animationFrame();
        expect(NAME).toHaveText("Activity 1");
        expect(TEXTAREA).toHaveValue("I called, too");
        expect(".o_activity_queue_alert button:contains(note)").toHaveCount(1);
        await click(".o_activity_queue_next");
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        expect(TEXTAREA).toHaveValue("About the second");
        expect.verifySteps([]);
    });
});

describe("keys", () => {
    beforeEach(() => {
        makeQuietQueue(makeActivity(1), makeActivity(2), makeActivity(3));
    });

    test("after Ctrl+Enter the focus is on the next card, not in its field", async () => {
        await openQueue();
        expect(NAME).toBeFocused();
        await press("f");
        expect(TEXTAREA).toBeFocused();
        await edit("They want ten");
        await press(["ctrl", "enter"]);
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        expect(NAME).toBeFocused();
        expect(".o_activity_queue [aria-live]").toHaveText(
            "Marked done: “Activity 1”. Press Z to undo. Now: Activity 2, Deco Addict. 2 left."
        );
        await waitForSending();
        expect.verifySteps(["complete 1: -, They want ten"]);
    });

    test("Escape leaves the field, and keeps what was typed", async () => {
        await openQueue();
        await click(TEXTAREA);
        await edit("They want ten");
        await press("escape");
        expect(NAME).toBeFocused();
        expect(TEXTAREA).toHaveValue("They want ten");
    });

    test("Alt with a digit is an outcome while one types", async () => {
        await openQueue();
        await press(["alt", "2"]);
        await animationFrame();
        expect(NAME).toHaveText("Activity 1");
        await click(TEXTAREA);
        await edit("Nobody there");
        await press(["alt", "9"]);
        await animationFrame();
        expect(NAME).toHaveText("Activity 1");
        await press(["alt", "2"]);
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        await waitForSending();
        expect.verifySteps(["complete 1: 12, Nobody there"]);
    });

    test("Ctrl+Enter, then a digit: the outcome of the one before", async () => {
        await openQueue();
        await click(TEXTAREA);
        await edit("They want ten");
        await press(["ctrl", "enter"]);
        await animationFrame();
        expect(".o_activity_queue_choices").toHaveText(/What happened\?/);
        await press("1");
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        expect(`${BAR}_text`).toHaveText("Interested: “Activity 1”");
        expect(".o_activity_queue_choices").toHaveCount(0);
        await waitForSending();
        expect.verifySteps(["complete 1: 11, They want ten"]);
    });

    test("later, a digit is about the present one", async () => {
        await openQueue();
        await press(["ctrl", "enter"]);
        await animationFrame();
        await advanceTime(3000);
        await animationFrame();
        expect(".o_activity_queue_choices").toHaveCount(0);
        await press("1");
        await animationFrame();
        expect(NAME).toHaveText("Activity 3");
        await waitForSending();
        expect.verifySteps(["complete 1: -, -", "complete 2: 11, -"]);
    });

    test("the keys are shown by ?, but not where it is text", async () => {
        await openQueue();
        await click(TEXTAREA);
        await press("?");
        await animationFrame();
        expect(".o_activity_queue_keys_list").toHaveCount(0);
        await press("escape");
        await press("?");
        await animationFrame();
        expect(".o_activity_queue_keys_list").toHaveText(/Mark Done/);
        await press("escape");
        await animationFrame();
        expect(".o_activity_queue_keys_list").toHaveCount(0);
        await click(".o_activity_queue_keys");
        await animationFrame();
        expect(".o_activity_queue_keys_list").toHaveCount(1);
    });

    test("Back shows what was skipped, and then takes the last one back", async () => {
        await openQueue();
        expect(".o_activity_queue_back").not.toBeEnabled();
        onRpc("mail.activity", "queue_read", ({args}) => makeActivity(args[0][0]));
        await press("s");
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        expect(".o_activity_queue_skipped_list").toHaveText(/Activity 1/);
        await press("b");
        await animationFrame();
        expect(NAME).toHaveText("Activity 1");
        expect(".o_activity_queue_left").toHaveText("3 left");
        await press("1");
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        await press("b");
        await animationFrame();
        expect(NAME).toHaveText("Activity 1");
        expect(".o_activity_queue_back").not.toBeEnabled();
        await waitForSending();
        expect(NAME).toHaveText("Activity 1");
    });
});

test("what comes is listed, and a click shows it now", async () => {
    const server = makeQuietQueue(makeActivity(1), makeActivity(2), makeActivity(3));
    onRpc("mail.activity", "queue_read", ({args}) => {
        server.claimed.add(args[0][0]);
        return makeActivity(args[0][0]);
    });
    await openQueue();
    expect(".o_activity_queue_row").toHaveCount(2);
    await click(".o_activity_queue_row[data-id='3']");
    await animationFrame();
    expect(NAME).toHaveText("Activity 3");
    expect([...server.claimed].sort()).toEqual([1, 3]);
    await press("d");
    await animationFrame();
    expect(NAME).toHaveText("Activity 1");
    await press("l");
    await animationFrame();
    expect(".o_activity_queue_list").toHaveCount(0);
    await waitForSending();
    expect.verifySteps(["complete 3: -, -"]);
});

test("cancelled, with the feedback as the reason", async () => {
    const server = makeQuietQueue(makeActivity(1));
    onRpc("mail.activity", "queue_cancel", ({args, kwargs}) => {
        expect.step(`cancel ${args[0]}: ${kwargs.reason}`);
        server.activities = [];
        return {done: true, reason: false, is_next_valid: false};
    });
    await openQueue();
    await click(TEXTAREA);
    await edit("They went bankrupt");
    await press("escape");
    await press("x");
    await animationFrame();
    expect(".o_activity_queue_finished").toHaveText(/Cancelled: 1/);
    await waitForSending();
    expect.verifySteps(["cancel 1: They went bankrupt"]);
});

describe("an outcome that needs a date", () => {
    const outcomes = [{...OUTCOMES[1], name: "Call Back", asks_date: true}];

    beforeEach(() => {
        const server = makeQuietQueue(makeActivity(1, {outcomes}), makeActivity(2));
        onRpc("mail.activity", "queue_complete", ({args, kwargs}) => {
            expect.step(`complete ${args[0]}: ${kwargs.outcome}, ${kwargs.retry_date}`);
            server.close(args[0][0]);
            return {done: true, reason: false, is_next_valid: true};
        });
    });

    test("it is asked for, and Escape leaves it", async () => {
        await openQueue();
        await press("1");
        await animationFrame();
        expect(NAME).toHaveText("Activity 1");
        expect(".o_activity_queue_date input").toBeFocused();
        await press("escape");
        await animationFrame();
        expect(".o_activity_queue_date").toHaveCount(0);
        expect(NAME).toBeFocused();
        await press("1");
        await animationFrame();
        // A date isn't typed letter by letter.
        const input = queryFirst(".o_activity_queue_date input");
        input.value = "2019-03-20";
        await manuallyDispatchProgrammaticEvent(input, "input");
        await click(".o_activity_queue_date button");
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        await waitForSending();
        expect.verifySteps(["complete 1: 12, 2019-03-20"]);
    });

    test("after Ctrl+Enter, too", async () => {
        await openQueue();
        await press(["ctrl", "enter"]);
        await animationFrame();
        expect(NAME).toHaveText("Activity 2");
        await press("1");
        await animationFrame();
        expect(NAME).toHaveText("Activity 1");
        expect(".o_activity_queue_date input").toBeFocused();
        await waitForSending();
        expect.verifySteps([]);
    });
});

test("the main button is what the activity asks for", async () => {
    const values = {phone: "+32 2 555", email: "a@b.c"};
    makeQuietQueue(
        makeActivity(1, {...values, kind: "email"}),
        makeActivity(2, {...values, kind: "meeting"}),
        makeActivity(3, {kind: "upload"}),
        makeActivity(4, {...values, kind: "call"})
    );
    await openQueue();
    for (const selector of ["email", "book", "upload", "call"]) {
        const main = `.o_activity_queue_actions .btn-primary`;
        expect(main).toHaveCount(1);
        expect(main).toHaveClass(`o_activity_queue_${selector}`);
        await press("s");
        await animationFrame();
    }
});

test("an email that was sent offers to complete", async () => {
    makeQuietQueue(makeActivity(1, {kind: "email", email: "a@b.c", outcomes: []}));
    const message = {
        id: 5,
        author: "Me",
        date: "2019-03-11 08:00:00",
        body: "<p>Hi</p>",
    };
    onRpc("mail.activity", "queue_read", () =>
        makeActivity(1, {
            kind: "email",
            messages: [message],
            outcomes: [],
            sent_id: 5,
        })
    );
    onRpc("mail.activity", "queue_write_email", () => ({
        type: "ir.actions.act_window_close",
    }));
    await openQueue();
    await press("e");
    await animationFrame();
    expect(".o_activity_queue_offer").toHaveText(/The email is sent/);
    expect(".o_activity_queue_offer_done").toBeFocused();
    expect(".o_activity_queue_body p").toHaveText("Hi");
    await press("enter");
    await waitForSending();
    expect.verifySteps(["complete 1: -, -"]);
});

test("an email that was discarded offers nothing", async () => {
    makeQuietQueue(makeActivity(1, {kind: "email", email: "a@b.c"}));
    onRpc("mail.activity", "queue_read", () => makeActivity(1, {kind: "email"}));
    onRpc("mail.activity", "queue_write_email", () => ({
        type: "ir.actions.act_window_close",
    }));
    await openQueue();
    await press("e");
    await animationFrame();
    expect(".o_activity_queue_offer").toHaveCount(0);
    expect(NAME).toBeFocused();
});

test("messages are shown as HTML", async () => {
    const body = "<p>They want <b>ten</b></p>";
    makeQuietQueue(
        makeActivity(1, {
            messages: [
                {
                    id: 5,
                    author: "Bea <Buyer>",
                    date: "2019-03-11 08:00:00",
                    body,
                    attachments: [{id: 9, name: "Plan.pdf"}],
                },
            ],
        })
    );
    await openQueue();
    expect(".o_activity_queue_message strong").toHaveText("Bea <Buyer>");
    expect(queryFirst(".o_activity_queue_body").innerHTML).toBe(body);
    expect(".o_activity_queue_message a").toHaveAttribute(
        "href",
        "/web/content/9?download=true"
    );
});

test("the browser's Back keeps what was skipped", async () => {
    makeQuietQueue(makeActivity(1), makeActivity(2), makeActivity(3));
    await openQueue();
    await press("s");
    await animationFrame();
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "res.partner",
        res_id: serverState.partnerId,
        views: [[false, "form"]],
    });
    await animationFrame();
    expect(".o_form_view").toHaveCount(1);
    browser.history.back();
    await advanceTime(100);
    await animationFrame();
    expect(NAME).toHaveText("Activity 2");
    expect(".o_activity_queue_skipped_list").toHaveText(/Activity 1/);
    // Opened once more, it begins anew.
    await openAgain();
    expect(NAME).toHaveText("Activity 1");
    expect(".o_activity_queue_skipped_list").toHaveCount(0);
});
