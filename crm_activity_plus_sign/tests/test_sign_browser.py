# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.tests import HttpCase, tagged

from .common import SignCommon
from .sign_common import SignHttpMixin, find_images, make_pdf, read_pdf

# What the tests below have in common: to wait for something, and to press it.
HELPERS = """
const find = (selector) => document.querySelector(selector);
async function wait(selector) {
    for (let turn = 0; turn < 200; turn++) {
        const element = find(selector);
        if (element) {
            return element;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("Nothing like " + selector);
}
async function press(selector) {
    (await wait(selector)).click();
}
function check(condition, words) {
    if (!condition) {
        throw new Error(words);
    }
}
// The next page is another script's: this one ends when the server has answered.
async function leaveBy(selector) {
    window.addEventListener("beforeunload", () => console.log("test successful"));
    await press(selector);
    await new Promise(() => {});
}
async function draw() {
    await press(".o_web_sign_draw_button");
    const pad = await wait("canvas.o_web_sign_signature");
    await new Promise((resolve) => setTimeout(resolve, 300));
    const {left, top, width, height} = pad.getBoundingClientRect();
    const send = (target, type, x, y) =>
        target.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                cancelable: true,
                pointerId: 1,
                pointerType: "touch",
                isPrimary: true,
                button: 0,
                buttons: type === "pointerup" ? 0 : 1,
                pressure: 0.5,
                clientX: left + x * width,
                clientY: top + y * height,
            })
        );
    send(pad, "pointerdown", 0.2, 0.8);
    for (const [x, y] of [[0.3, 0.3], [0.4, 0.7], [0.5, 0.2], [0.7, 0.8]]) {
        send(pad, "pointermove", x, y);
        await new Promise((resolve) => setTimeout(resolve, 30));
    }
    send(pad, "pointerup", 0.8, 0.5);
}
async function run() {
    %s
}
async function adopt() {
    await press(".o_sign_page_next");
    await draw();
    await press(".modal-footer .btn-primary:not(:disabled)");
    await wait(".o_sign_page_filled img");
    await leaveBy(".o_sign_page_sign");
}
void run().then(
    () => console.log("test successful"),
    (error) => console.error(error.message)
);
"""


class SignerCase(SignHttpMixin, HttpCase):
    """A signer with a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def _walk(self, signer, script, ready=".o_sign_page_sheet canvas"):
        self.env.flush_all()
        self.browser_js(
            signer.access_url,
            HELPERS % script,
            ready=f"Boolean(document.querySelector('{ready}'))",
        )
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestSignBrowser(SignerCase):
    """The whole way of a signer with a phone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_sign()

    def test_sign_with_a_finger(self):
        request = self._create_request(
            kinds=("name", "check", "signature"), data=make_pdf(2)
        )
        items = request.signatory_data
        items["3"]["page"] = 2
        request.signatory_data = items
        request.action_send()
        signer = request.signer_ids
        self._walk(
            signer,
            """
            check(document.body.scrollWidth <= 390, "The page is too wide");
            check(!find(".o_sign_page_sign"), "It can be signed too early");
            await press(".o_sign_page_next");
            const name = await wait(".o_sign_page_current input[type=text]");
            check(name === document.activeElement, "The first field isn't entered");
            check(name.value === "Anna Berg", "No name: " + name.value);
            await press(".o_sign_page_next");
            const box = await wait(".o_sign_page_current input[type=checkbox]");
            check(!box.checked, "The box is checked by itself");
            box.click();
            await adopt();
            """,
        )
        self._walk(
            signer,
            """
            check(document.body.innerText.includes("Thank you"), "No thanks");
            const link = find("a.o_sign_page_download").href;
            const file = await (await fetch(link)).text();
            check(file.startsWith("%PDF-"), "No PDF to download");
            """,
            ready="a.o_sign_page_download",
        )
        self.assertEqual(request.state, "2_signed")
        self.assertEqual(request.integrity, "valid")
        first, second = read_pdf(request).pages
        self.assertIn("Anna Berg", first.extract_text())
        self.assertIn("Agreement, page 2", second.extract_text())
        self.assertFalse(find_images(first))
        self.assertEqual(len(find_images(second)), 1)

    def test_refuse(self):
        request = self._send()
        self._walk(
            request.signer_ids,
            """
            await press(".o_sign_page_refuse");
            const reason = await wait("#o_sign_page_reason");
            check(find(".o_sign_page_confirm_refusal").disabled, "No reason is needed");
            reason.value = "Too expensive";
            reason.dispatchEvent(new Event("input", {bubbles: true}));
            await leaveBy(".o_sign_page_confirm_refusal:not(:disabled)");
            """,
        )
        self.assertEqual(request.state, "4_refused")
        self.assertEqual(request.signer_ids.refusal_reason, "Too expensive")


@tagged("post_install", "-at_install")
class TestSignBrowserOnLead(SignCommon, SignerCase):
    """What a signature on the page is the end, and the beginning, of."""

    def _get_files(self):
        return self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.lead.id)]
        )

    def test_activity(self):
        activity, request = self._request()
        before = self._get_files()
        self._walk(request.signer_ids, "await adopt();")
        self.assertEqual(activity.status, "done")
        self.assertEqual(activity.outcome_id, self.outcome_signed)
        self.assertEqual((self._get_files() - before).mimetype, "application/pdf")
        page = read_pdf(request).pages[0]
        self.assertIn("Terms 1", page.extract_text())
        self.assertEqual(len(find_images(page)), 1)

    def test_step(self):
        sign, thank = (
            self._step(kind, name, responsible_type="salesperson", **values)
            for kind, name, values in (
                (
                    self.type_sign,
                    "Sign",
                    {
                        "action_type": "sign_request",
                        "sign_template_id": self.template.id,
                    },
                ),
                (self.type_call, "Thank", {}),
            )
        )
        plan = self._create_plan("Contract", sign, thank)
        first, second = plan.template_ids
        second.after_ids = first
        run = self._launch(self.lead, plan)
        lines = self.env["mail.activity.plan.run.line"]
        due = [*lines._get_due_domain(), ("run_id", "in", run.ids)]
        lines.search(due)._run_actions()
        signer = run.line_ids[0].sign_request_id.signer_ids
        self._walk(signer, "await adopt();")
        self.assertEqual(run.line_ids.mapped("state"), ["done", "scheduled"])
        self.assertEqual(run.line_ids[1].activity_id.summary, "Thank")
        self.assertTrue(self._get_files())
