/* Copyright 2026 The CRM Activity Plus contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

import {AlertDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {App, Component, onMounted, onWillStart, useState, whenReady} from "@odoo/owl";
import {MainComponentsContainer} from "@web/core/main_components_container";
import {RPCError, rpc} from "@web/core/network/rpc";
import {_t} from "@web/core/l10n/translation";
import {getTemplate} from "@web/core/templates";
import {makeEnv, startServices} from "@web/env";
import {registry} from "@web/core/registry";
import {renderToElement} from "@web/core/utils/render";
import {useService} from "@web/core/utils/hooks";
import {DocumentPage} from "./document_page.esm";
import {RefuseDialog} from "./refuse_dialog.esm";
import {openDocument} from "./pdf_document.esm";
import "./signature_element.esm";

/**
 * The page of a signer: the document with the fields to fill on it, and a bar at the
 * bottom that leads from one to the next.
 *
 * How a field is filled in is up to the elements of sign_oca's registry; for them, this
 * component is the `parent` with `info`, `items`, `dialogService`, `postIframeField` and
 * `checkFilledAll`.
 */
export class SignPage extends Component {
    static template = "crm_activity_plus_sign.SignPage";
    static components = {DocumentPage, MainComponentsContainer};
    static props = {signerId: Number, accessToken: String};

    setup() {
        this.dialogService = useService("dialog");
        this.elements = registry.category("sign_oca");
        // The elements of the fields, by their number, for sign_oca.
        this.items = {};
        this.state = useState({pages: [], done: 0, failed: false, isSending: false});
        this.currentId = null;
        onWillStart(async () => {
            try {
                this.info = await this.call("info");
            } catch (error) {
                // It was cancelled, say, since the page was loaded, which tells it.
                this.info = {items: {}, title: "", partner: {}};
                this.state.failed = this.describe(error);
            }
        });
        onMounted(() => this.load());
    }

    call(action, params = {}) {
        const {signerId, accessToken} = this.props;
        return rpc(`/sign_oca/${action}/${signerId}/${accessToken}`, params);
    }

    describe(error) {
        return error instanceof RPCError && error.data?.message
            ? error.data.message
            : _t("There is no connection to the server. Try again in a moment.");
    }

    /** Fields in the order in which a person reads them. */
    get fields() {
        return Object.values(this.info.items).sort(
            (a, b) =>
                a.page - b.page ||
                a.position_y - b.position_y ||
                a.position_x - b.position_x
        );
    }

    get required() {
        return this.fields.filter((field) => field.required);
    }

    get isComplete() {
        return this.required.every((field) => this.isFilled(field));
    }

    get progress() {
        return _t("%(done)s of %(total)s filled in", {
            done: this.state.done,
            total: this.fields.length,
        });
    }

    isFilled(field) {
        return this.elements.get(field.field_type).check(field);
    }

    async load() {
        if (this.state.failed) {
            return;
        }
        const {signerId, accessToken} = this.props;
        try {
            this.state.pages = await openDocument(
                `/sign_oca/content/${signerId}/${accessToken}`
            );
        } catch (error) {
            console.warn(error);
            this.state.failed = _t("The document can't be shown. Load the page again.");
        }
    }

    /**
     * Put the fields of a page on it, once it is there.
     *
     * @param {number} number the page
     * @param {HTMLElement} element
     */
    onPageReady(number, element) {
        for (const field of this.fields.filter(({page}) => page === number)) {
            this.placeField(field, element);
        }
        this.checkFilledAll();
    }

    placeField(field, page) {
        const wrapper = renderToElement("sign_oca.sign_iframe_field", field);
        wrapper.append(
            this.elements.get(field.field_type).generate(this, field, [wrapper])
        );
        wrapper.classList.toggle("o_sign_page_filled", Boolean(this.isFilled(field)));
        wrapper.setAttribute("aria-label", field.name || "");
        wrapper.addEventListener("pointerdown", () => this.select(field.id));
        page.append(wrapper);
        this.items[field.id]?.remove();
        this.items[field.id] = wrapper;
    }

    /** Called by sign_oca's elements, after a field was changed by a dialog. */
    postIframeField(field) {
        const page = this.items[field.id].parentElement;
        this.placeField(field, page);
        this.select(field.id);
    }

    /** Called by sign_oca's elements, after any change. */
    checkFilledAll() {
        this.state.done = this.fields.filter((field) => this.isFilled(field)).length;
        for (const field of this.fields) {
            const element = this.items[field.id];
            element?.classList.toggle(
                "o_sign_page_filled",
                Boolean(this.isFilled(field))
            );
        }
    }

    select(id) {
        this.items[this.currentId]?.classList.remove("o_sign_page_current");
        this.currentId = id;
        this.items[id]?.classList.add("o_sign_page_current");
    }

    /** Lead to the next field that isn't filled in, and begin to fill it in. */
    onNext() {
        const fields = this.fields;
        const current = fields.findIndex(({id}) => id === this.currentId);
        const order = [...fields.slice(current + 1), ...fields.slice(0, current + 1)];
        const waiting = order.filter((field) => !this.isFilled(field));
        const next = waiting.find((field) => field.required) || waiting[0];
        if (!next) {
            return;
        }
        this.select(next.id);
        const element = this.items[next.id];
        element.scrollIntoView({block: "center", behavior: "instant"});
        element.dispatchEvent(new Event("focus_signature"));
    }

    async onSign() {
        if (this.state.isSending || !this.isComplete) {
            return;
        }
        this.state.isSending = true;
        try {
            const position = await this.locate();
            const {url} = await this.call("sign", {
                items: this.info.items,
                ...position,
            });
            window.location.assign(url);
        } catch (error) {
            this.state.isSending = false;
            this.dialogService.add(AlertDialog, {
                title: _t("The document isn't signed"),
                body: this.describe(error),
            });
        }
    }

    /** Where the signer is, if the request asks for it and the signer allows it. */
    async locate() {
        if (!this.info.ask_location || !navigator.geolocation) {
            return {};
        }
        return new Promise((resolve) => {
            navigator.geolocation.getCurrentPosition(
                ({coords: {latitude, longitude}}) => resolve({latitude, longitude}),
                () => resolve({}),
                {timeout: 10000}
            );
        });
    }

    onRefuse() {
        this.dialogService.add(RefuseDialog, {
            refuse: async (reason) => {
                const {url} = await this.call("refuse", {reason});
                window.location.assign(url);
            },
            describe: (error) => this.describe(error),
        });
    }

    onReload() {
        window.location.reload();
    }
}

export async function startSignPage({signer_id: signerId, access_token: accessToken}) {
    const env = makeEnv();
    await startServices(env);
    await whenReady();
    const app = new App(SignPage, {
        getTemplate,
        env,
        dev: env.debug,
        props: {signerId, accessToken},
        translateFn: _t,
        translatableAttributes: ["data-tooltip"],
    });
    await app.mount(document.body);
}
