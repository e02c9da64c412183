// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, xml} from "@odoo/owl";
import {Deferred, animationFrame} from "@odoo/hoot-mock";
import {describe, expect, queryOne, test} from "@odoo/hoot";
import {
    doAlone,
    useOneAtATime,
} from "@crm_activity_plus/one_at_a_time/one_at_a_time.esm";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {mountWithCleanup} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

test("what comes meanwhile is not begun, what comes afterwards is", async () => {
    const worker = {isBusy: false};
    const answer = new Deferred();
    const first = doAlone(worker, () => answer);
    expect(worker.isBusy).toBe(true);
    expect(await doAlone(worker, () => expect.step("second"))).toBe(false);
    answer.resolve("first");
    expect(await first).toBe("first");
    expect(worker.isBusy).toBe(false);
    expect(await doAlone(worker, () => "third")).toBe("third");
    expect.verifySteps([]);
});

test("who fails is no longer busy", async () => {
    const worker = {isBusy: false};
    await expect(
        doAlone(worker, () => {
            throw new Error("No.");
        })
    ).rejects.toThrow("No.");
    expect(worker.isBusy).toBe(false);
});

test("a component shows that it is busy, and does it once", async () => {
    const answer = new Deferred();
    class Worker extends Component {
        static template = xml`
            <button t-att-disabled="work.isBusy" t-on-click="onClick">Do It</button>`;
        static props = {};

        setup() {
            this.work = useOneAtATime();
        }

        onClick() {
            return this.work.run(() => {
                expect.step("done");
                return answer;
            });
        }
    }
    await mountWithCleanup(Worker);
    const button = queryOne("button:contains(Do It)");
    button.click();
    button.click();
    await animationFrame();
    expect(button).not.toBeEnabled();
    expect.verifySteps(["done"]);
    answer.resolve();
    await animationFrame();
    expect(button).toBeEnabled();
    button.click();
    expect.verifySteps(["done"]);
});
