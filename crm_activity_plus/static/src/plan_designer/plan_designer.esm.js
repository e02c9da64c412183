// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ArrowPanel, StepPanel} from "./step_panel.esm";
import {
    Component,
    markRaw,
    onPatched,
    onWillStart,
    toRaw,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import {DesignerKit} from "./designer_kit.esm";
import {PlanCanvas} from "./plan_canvas.esm";
import {PlanDrawing} from "./plan_drawing.esm";
import {PlanPalette} from "./plan_palette.esm";
import {PlanReading} from "./plan_reading.esm";
import {_t} from "@web/core/l10n/translation";
import {describeConflict} from "./step_words.esm";
import {mergeGraphs} from "./graph_merge.esm";
import {onDesignerKey} from "./designer_keys.esm";
import {readGraph} from "./plan_graph.esm";
import {registry} from "@web/core/registry";
import {rpcBus} from "@web/core/network/rpc";
import {usePlanChecks} from "./plan_checks.esm";
import {useBus, useService} from "@web/core/utils/hooks";
import {useRecordObserver} from "@web/model/relational_model/utils";

const PLAN = "mail.activity.plan";
const STEP = "mail.activity.plan.template";

// By the form's record.
const drawings = new WeakMap();

/**
 * A plan as a drawing. The form's record has the graph in its field `graph`, which is
 * saved and discarded with the form; here is what people do with it.
 */
export class PlanDesigner extends Component {
    static template = "crm_activity_plus.PlanDesigner";
    static components = {ArrowPanel, PlanCanvas, PlanPalette, PlanReading, StepPanel};
    static props = {record: Object, readonly: Boolean};

    setup() {
        this.orm = useService("orm");
        this.field = useService("field");
        this.name = useService("name");
        this.notification = useService("notification");
        this.ui = useService("ui");
        this.root = useRef("root");
        this.checks = usePlanChecks();
        this.problems = this.checks.problems;
        this.state = useState({
            announced: "",
            error: "",
            isFull: false,
            isHelpShown: false,
            isMerging: false,
            users: new Map(),
        });
        this.drawing = useState(this.resume());
        this.canvas = null;
        this.asked = 0;
        this.isPanelAwaited = false;
        this.setCanvas = (canvas) => {
            this.canvas = canvas;
        };
        onWillStart(() => this.load());
        onPatched(() => this.isPanelAwaited && this.focusPanel());
        useRecordObserver(({data}) => this.follow(data.graph, data.res_model));
        // Where it can't be saved, the drawing says why, too.
        useBus(rpcBus, "RPC:RESPONSE", ({detail}) => this.onResponse(detail));
        // A type that was made meanwhile is there when one comes back.
        useExternalListener(window, "focus", () => this.loadKit());
    }

    // ------------------------------------------------------------
    // What is drawn
    // ------------------------------------------------------------

    /** @returns {PlanDrawing} the drawing that was left, if it was left only for another
     *     page of the form: what can be undone, and what it began with */
    resume() {
        const record = toRaw(this.props.record);
        const graph = toRaw(record.data.graph);
        this.shown = JSON.stringify(graph);
        let drawing = drawings.get(record);
        if (!drawing || JSON.stringify(drawing.tell()) !== this.shown) {
            drawing = new PlanDrawing(graph);
            drawings.set(record, drawing);
        }
        drawing.setHooks({
            announce: (words) => this.announce(words),
            onChange: (told) => this.onChange(told),
            refuse: (words) => this.refuse(words),
        });
        return drawing;
    }

    get planId() {
        return this.props.record.resId || false;
    }

    get readonly() {
        return this.props.readonly || this.ui.isSmall;
    }

    /** @returns {object} values of the plan that fields of its steps look at */
    get planValues() {
        const {company_id: company, res_model: resModel} = this.props.record.data;
        return {
            company_id: company ? {...company} : false,
            res_model: resModel || false,
        };
    }

    get panelProblems() {
        const {arrow, chosen} = this.drawing;
        return this.problems.byStep[arrow ? arrow.to : chosen] || [];
    }

    async load() {
        const told = await this.loadKit();
        this.checks.show(told?.problems || []);
        if (!this.drawing.graph.equals(this.drawing.base)) {
            // It was left before it was saved: the server told of what is saved.
            this.check();
        }
        await this.loadUsers();
    }

    /** @returns {Promise<object|undefined>} what the server told; nothing, if it can't */
    async loadKit() {
        const ids = this.planId ? [this.planId] : [];
        const resModel = this.planValues.res_model;
        const asked = ++this.asked;
        try {
            const [told, fields] = await Promise.all([
                this.orm.silent.call(PLAN, "get_designer", [ids, resModel]),
                this.field.loadFields(STEP),
            ]);
            // An older answer may come last.
            if (asked === this.asked) {
                this.drawing.setKit(new DesignerKit(told, fields));
                this.state.error = "";
            }
            return told;
        } catch (error) {
            if (asked === this.asked) {
                // The rest of the form can be worked with.
                this.state.error = error.data?.message || error.message;
            }
            return undefined;
        }
    }

    /** The names of those who are chosen. */
    async loadUsers() {
        const ids = this.drawing.graph.steps
            .map((step) => step.responsible_id)
            .filter((id) => id && !this.state.users.has(id));
        if (ids.length) {
            const names = await this.name.loadDisplayNames("res.users", ids);
            const known = ids.map((id) => [id, String(names[id])]);
            this.state.users = new Map([...this.state.users, ...known]);
        }
    }

    // ------------------------------------------------------------
    // The form's record
    // ------------------------------------------------------------

    onChange(told) {
        this.shown = JSON.stringify(told);
        // It never changes, so nobody has to watch it.
        this.props.record.update({graph: markRaw(told)});
        this.check();
        this.loadUsers();
    }

    onResponse({data, error}) {
        const {method, model} = data?.params || {};
        if (error && model === PLAN && method === "web_save") {
            this.check();
        }
    }

    check() {
        if (!this.readonly) {
            const {res_model: resModel} = this.planValues;
            this.checks.check(this.planId, this.drawing.tell(), resModel);
        }
    }

    /** The form was saved, discarded or read again. */
    follow(graph, resModel) {
        if (this.resModel !== undefined && resModel !== this.resModel) {
            // Other types may be used then.
            this.loadKit();
        }
        this.resModel = resModel;
        const told = toRaw(graph);
        const shown = JSON.stringify(told);
        if (shown !== this.shown) {
            this.shown = shown;
            this.drawing.load(told);
            this.loadUsers();
            this.check();
        }
    }

    /** Somebody else has saved the plan: put both together. */
    async merge() {
        const {drawing} = this;
        this.state.isMerging = true;
        try {
            const told = await this.orm.call(PLAN, "get_graph", [[this.planId]]);
            await this.loadKit();
            const theirs = readGraph(told);
            const {graph, conflicts} = mergeGraphs(drawing.base, drawing.graph, theirs);
            drawing.rebase(told, graph);
            for (const conflict of conflicts) {
                const words = describeConflict(drawing.kit, graph, conflict);
                this.notification.add(words, {type: "warning", sticky: true});
            }
            this.announce(_t("Your changes and theirs are put together. Save them."));
        } finally {
            this.state.isMerging = false;
        }
    }

    async takeTheirs() {
        await this.props.record.discard();
        await this.props.record.load();
    }

    // ------------------------------------------------------------
    // What people do
    // ------------------------------------------------------------

    announce(words) {
        // The same words once more are another message.
        const isSame = this.state.announced === words;
        this.state.announced = isSame ? `${words}\u00A0` : words;
    }

    refuse(words) {
        this.announce(words);
        this.notification.add(words, {type: "warning"});
    }

    save() {
        return this.props.record.save();
    }

    onKeydown(ev) {
        onDesignerKey(this, ev);
    }

    /**
     * @param {object} element of the palette
     * @param {object} [place] where it was dropped; else it comes behind what is chosen
     */
    add(element, place) {
        const {arrow, chosen} = this.drawing;
        const here = arrow ? {...arrow} : {after: chosen};
        const {from, to, after} = place || here;
        this.focusLater(this.drawing.add(element, {from, to, after}));
    }

    remove() {
        const {drawing} = this;
        const {chosen, graph} = drawing;
        if (!drawing.arrow && !drawing.selection.length) {
            return;
        }
        const next = drawing.arrow?.to || graph.to(chosen)[0]?.from;
        drawing.remove();
        drawing.select(next && drawing.graph.get(next) ? next : drawing.graph.codes[0]);
        this.focusLater(drawing.chosen);
    }

    /** Put the focus on a step, once it is drawn. */
    focusLater(code) {
        requestAnimationFrame(() => {
            if (this.canvas && this.drawing.graph.get(code)) {
                this.canvas.focus(code);
            } else {
                this.root.el?.querySelector(".o_plan_canvas")?.focus();
            }
        });
    }

    focusPalette() {
        this.root.el.querySelector(".o_plan_palette input, .o_plan_element")?.focus();
    }

    openPanel() {
        const {drawing} = this;
        if (drawing.connectFrom) {
            drawing.stopConnecting(drawing.chosen);
        } else {
            if (!drawing.chosen && !drawing.arrow) {
                drawing.select(drawing.graph.codes[0]);
            }
            this.isPanelAwaited = true;
            this.focusPanel();
        }
    }

    /** Put the focus into the panel, once it is that of what is chosen. */
    focusPanel() {
        const panel = this.root.el.querySelector(".o_plan_panel");
        if (panel && (panel.dataset.code || null) === this.drawing.chosen) {
            this.isPanelAwaited = false;
            const inputs = "select:enabled, .o_plan_outcome:enabled";
            (panel.querySelector(inputs) || panel.querySelector("button")).focus();
        }
    }

    leavePanel() {
        this.focusLater(this.drawing.chosen || this.drawing.arrow?.to);
    }

    closePanel() {
        const code = this.drawing.chosen || this.drawing.arrow?.to;
        this.drawing.select(null);
        this.focusLater(code);
    }

    cancel() {
        if (this.drawing.connectFrom) {
            this.drawing.stopConnecting(null);
            this.announce(_t("Cancelled."));
        } else if (this.state.isFull) {
            this.state.isFull = false;
        } else {
            this.drawing.select(null);
        }
    }
}

registry.category("lazy_components").add("PlanDesigner", PlanDesigner);
