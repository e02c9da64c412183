// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    MockServer,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {advanceTime} from "@odoo/hoot-mock";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

class Launch extends models.Model {
    processed_count = fields.Integer();
    launched_count = fields.Integer();
    state = fields.Selection({
        selection: [
            ["pending", "Waiting"],
            ["running", "Running"],
            ["done", "Done"],
        ],
    });

    _records = [{id: 1, state: "pending", processed_count: 0, launched_count: 0}];

    _views = {
        form: `
            <form>
                <widget name="activity_plan_launch_follower"/>
                <field name="state" widget="badge"/>
                <field name="launched_count"/>
            </form>`,
    };
}

defineMailModels();
defineModels([Launch]);
describe.current.tags("desktop");

let fails = false;
beforeEach(() => {
    fails = false;
    onRpc("launch", "read", () => {
        expect.step("read");
        if (fails) {
            throw new Error("offline");
        }
    });
});

const open = () => mountView({type: "form", resModel: "launch", resId: 1});

function goOn(values) {
    MockServer.env.launch.write([1], values);
}

test("the progress is followed until the end", async () => {
    await open();
    expect("[name='state']").toHaveText("Waiting");
    goOn({state: "running", processed_count: 500, launched_count: 499});
    await advanceTime(2000);
    expect("[name='state']").toHaveText("Running");
    expect("[name='launched_count'] input").toHaveValue("499");
    goOn({processed_count: 1000, launched_count: 999});
    await advanceTime(2000);
    expect("[name='launched_count'] input").toHaveValue("999");
    goOn({state: "done", processed_count: 1300, launched_count: 1299});
    await advanceTime(2000);
    expect("[name='state']").toHaveText("Done");
    expect.verifySteps(["read", "read", "read"]);
    await advanceTime(10000);
    expect.verifySteps([]);
});

test("an ended launch isn't asked about", async () => {
    Launch._records[0].state = "done";
    await open();
    await advanceTime(10000);
    expect.verifySteps([]);
});

test("it goes on when the connection is back", async () => {
    await open();
    fails = true;
    goOn({state: "running", processed_count: 500, launched_count: 500});
    await advanceTime(2000);
    expect("[name='state']").toHaveText("Waiting");
    fails = false;
    await advanceTime(2000);
    expect("[name='state']").toHaveText("Running");
    expect.verifySteps(["read", "read"]);
});
