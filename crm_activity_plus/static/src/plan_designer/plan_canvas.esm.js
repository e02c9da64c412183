// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {
    Component,
    onMounted,
    onPatched,
    onWillRender,
    onWillUnmount,
    useRef,
    useState,
} from "@odoo/owl";
import {NODE_HEIGHT, NODE_WIDTH, drawArrow, drawLine, layOut} from "./graph_layout.esm";
import {describeArrow, describeNode} from "./canvas_items.esm";
import {FlowBoard} from "./flow_board.esm";
import {Mover} from "./mover.esm";
import {PlanMinimap} from "./plan_minimap.esm";
import {PlanNode} from "./plan_node.esm";
import {describeColumn} from "./step_words.esm";

// Texts can't be read in smaller ones: a large plan begins with its beginning.
const MIN_FIRST_ZOOM = 0.7;
// Smaller plans are seen as a whole.
const MIN_FOR_MINIMAP = 7;
// What a step says about its place.
const PLACE_KEYS = ["code", "delay_count", "delay_unit", "delay_from"];

/** Steps and arrows, to look at and to draw. */
export class PlanCanvas extends Component {
    static template = "crm_activity_plus.PlanCanvas";
    static components = {PlanMinimap, PlanNode};
    static props = {
        drawing: Object,
        problems: Object,
        readonly: Boolean,
        users: Object,
        setCanvas: Function,
        onOpen: Function,
    };

    setup() {
        this.drawing = useState(this.props.drawing);
        this.pane = useRef("pane");
        this.view = useRef("view");
        this.pending = useRef("pending");
        this.kinds = ["always", "success", "neutral", "failure", "otherwise", "mixed"];
        this.layouts = new WeakMap();
        this.moved = new Map();
        this.moving = null;
        this.hasMoved = false;
        this.elements = new Map();
        this.waiting = new Set();
        this.awaited = null;
        this.onNodeMounted = (code, el) => this.addNode(code, el);
        this.onNodeUnmounted = (code) => this.removeNode(code);
        onWillRender(() => this.prepare());
        onMounted(() => this.start());
        onPatched(() => this.refresh());
        // The panel beside it takes room: what is chosen isn't hidden by that.
        this.observer = new ResizeObserver(() => this.onResize());
        onWillUnmount(() => {
            this.observer.disconnect();
            this.board.destroy();
        });
    }

    // ------------------------------------------------------------
    // What is drawn
    // ------------------------------------------------------------

    prepare() {
        const {graph} = this.drawing;
        this.layout = this.findLayout(graph);
        this.positions = new Map(this.layout.positions);
        for (const [code, position] of this.moved) {
            if (this.positions.has(code)) {
                this.positions.set(code, position);
            }
        }
        this.nodes = this.describeNodes();
        this.arrows = graph.links.map((link) => this.placeArrow(link));
    }

    /** Of what was drawn before, such as what is undone, the layout is known. */
    findLayout(graph) {
        const key = JSON.stringify([
            graph.steps.map((step) => PLACE_KEYS.map((name) => step[name])),
            graph.links.map(({from, to}) => [from, to]),
        ]);
        if (key !== this.layoutKey) {
            this.layoutKey = key;
            const layout = this.layouts.get(graph) || layOut(graph);
            this.layouts.set(graph, layout);
            return layout;
        }
        this.layouts.set(graph, this.layout);
        return this.layout;
    }

    get columns() {
        return this.layout.columns.map((column) => ({
            ...column,
            label: describeColumn(column.day),
        }));
    }

    get size() {
        const places = [...this.positions.values()];
        const {width, height} = this.layout;
        return {
            width: Math.max(width, ...places.map(({x}) => x + NODE_WIDTH)),
            height: Math.max(height, ...places.map(({y}) => y + NODE_HEIGHT)),
        };
    }

    get hasMinimap() {
        return this.nodes.length >= MIN_FOR_MINIMAP;
    }

    /** @returns {object[]} the steps; what they say is known as long as nothing changes
     *     but what is chosen, and where they are */
    describeNodes() {
        const {chosen, connectFrom, graph, kit, selection} = this.drawing;
        const {problems, readonly, users} = this.props;
        const base = [graph, kit, problems, users];
        if (!this.described || base.some((item, n) => item !== this.describedBy[n])) {
            this.describedBy = base;
            this.described = graph.steps.map((step) =>
                describeNode(this.drawing, step, problems[step.code] || [], users)
            );
        }
        const selected = new Set(selection);
        const reachable = chosen || graph.codes[0];
        return this.described.map((node) => ({
            ...node,
            ...this.positions.get(node.code),
            isSelected: selected.has(node.code),
            isSource: connectFrom === node.code,
            isReachable: reachable === node.code,
            readonly,
        }));
    }

    placeArrow(link) {
        const {from, to} = link;
        const arrow = describeArrow(this.drawing, link, this.props.problems[to] || []);
        const isMoved = this.moved.has(from) || this.moved.has(to);
        const bends = isMoved ? [] : this.layout.bends.get(arrow.key);
        const [start, end] = [this.positions.get(from), this.positions.get(to)];
        return {...arrow, ...drawArrow(start, end, bends)};
    }

    // ------------------------------------------------------------
    // The board
    // ------------------------------------------------------------

    start() {
        const {drawing} = this;
        this.board = new FlowBoard(this.pane.el, this.view.el, {
            onView: () => this.showView(),
            onMove: (code, position) => this.moveNode(code, position),
            onMoved: (code, position) => this.keepPlace(code, position),
            onConnecting: (line) => this.showPending(line),
            canConnect: (from, to) => drawing.canLink(from, to),
            onConnect: (from, to) => drawing.link(from, to),
        });
        this.props.setCanvas(this);
        this.refresh();
        this.board.fit(this.size, MIN_FIRST_ZOOM);
        this.observer.observe(this.pane.el);
    }

    refresh() {
        this.board.setPositions(this.positions);
        if (this.hasMoved) {
            // It is drawn in its new place now.
            this.hasMoved = false;
            this.stopMoving();
        }
        if (!this.props.readonly) {
            for (const code of this.waiting) {
                this.board.addDrag(code, this.elements.get(code));
            }
        }
        this.waiting.clear();
        this.showView();
        const {awaited} = this;
        this.awaited = null;
        if (this.elements.has(awaited)) {
            this.focus(awaited);
        }
    }

    addNode(code, el) {
        this.elements.set(code, el);
        this.waiting.add(code);
    }

    removeNode(code) {
        this.elements.delete(code);
        this.waiting.delete(code);
        this.board?.removeDrag(code);
    }

    /** Only what moves is touched: sixty times a second. */
    moveNode(code, {x, y}) {
        if (!this.moving) {
            this.moving = {
                node: new Mover(this.elements.get(code)),
                arrows: this.findArrows(code),
            };
        }
        this.moving.node.show(`translate(${x}px, ${y}px)`);
        const {nodes} = this.board;
        for (const {from, to, paths, label} of this.moving.arrows) {
            const line = drawArrow(nodes.get(from).position, nodes.get(to).position);
            for (const path of paths) {
                path.setAttribute("d", line.path);
            }
            label.show(`translate(${line.x}px, ${line.y}px)`);
        }
    }

    findArrows(code) {
        const {graph} = this.drawing;
        return [...graph.from(code), ...graph.to(code)].map(({from, to}) => {
            const here = `[data-from="${from}"][data-to="${to}"]`;
            return {
                from,
                to,
                paths: this.view.el.querySelectorAll(`path${here}`),
                label: new Mover(this.view.el.querySelector(`.o_plan_label${here}`)),
            };
        });
    }

    stopMoving() {
        if (this.moving) {
            this.moving.node.stop();
            this.moving.arrows.forEach(({label}) => label.stop());
            this.moving = null;
        }
    }

    /** A step stays where it was put, until the drawing is tidied up. */
    keepPlace(code, position) {
        this.moved.set(code, position);
        this.hasMoved = true;
        this.render();
    }

    showPending(line) {
        const path = this.pending.el;
        path.setAttribute("d", line ? drawLine([line.from, line.to]).path : "");
        path.classList.toggle("o_plan_refused", line?.isValid === false);
    }

    onResize() {
        this.board.measure();
        this.board.reveal(this.drawing.chosen);
        this.showView();
    }

    showView() {
        this.minimap?.show(this.board.transform, this.board.size);
    }

    onHandleDown(ev) {
        const handle = ev.target.closest(".o_plan-flow__handle.source");
        if (handle && !ev.button) {
            ev.stopPropagation();
            // Nothing is marked beside the drawing.
            ev.preventDefault();
            this.board.startConnecting(ev, handle.dataset.nodeid, handle);
        }
    }

    // ------------------------------------------------------------
    // What people do
    // ------------------------------------------------------------

    onClick(ev) {
        const {drawing} = this;
        if (this.board.hasConnected) {
            // The mouse was released at the end of an arrow.
            return;
        }
        const target = ev.target.closest("[data-from], .o_plan_node");
        if (target?.dataset.from) {
            drawing.selectArrow(target.dataset.from, target.dataset.to);
        } else if (!target) {
            drawing.stopConnecting(null);
            drawing.select(null);
        } else if (drawing.connectFrom) {
            drawing.stopConnecting(target.dataset.code);
        } else {
            drawing.select(
                target.dataset.code,
                ev.shiftKey || ev.ctrlKey || ev.metaKey
            );
        }
    }

    /** What has the focus is seen, as it would be on a page that scrolls. */
    onFocusin(ev) {
        const node = ev.target.closest(".o_plan_node");
        if (node && ev.target.matches(":focus-visible")) {
            this.board.reveal(node.dataset.code);
        }
    }

    onDoubleClick(ev) {
        if (ev.target.closest(".o_plan_node")) {
            this.props.onOpen();
        }
    }

    /**
     * Go to the nearest step in a direction.
     *
     * @param {string} key an arrow key
     */
    go(key) {
        const codes = this.drawing.graph.codes;
        const here = this.positions.get(this.drawing.chosen || codes[0]);
        const [sideways, sign] = {
            ArrowLeft: [true, -1],
            ArrowRight: [true, 1],
            ArrowUp: [false, -1],
            ArrowDown: [false, 1],
        }[key];
        let nearest = null;
        let least = Infinity;
        for (const [code, {x, y}] of this.positions) {
            const [ahead, aside] = sideways
                ? [x - here.x, y - here.y]
                : [y - here.y, x - here.x];
            const distance = ahead * sign + 2 * Math.abs(aside);
            if (ahead * sign > 1 && distance < least) {
                [nearest, least] = [code, distance];
            }
        }
        return nearest;
    }

    /** Put the focus on a step; on a new one, as soon as it is drawn. */
    focus(code) {
        const el = this.elements.get(code);
        if (el) {
            this.board.reveal(code);
            el.querySelector(".o_plan_node_body").focus({preventScroll: true});
        } else {
            this.awaited = code;
        }
    }

    tidyUp() {
        this.moved.clear();
        this.render();
        this.fit();
    }

    fit() {
        return this.board.fit(this.size);
    }

    /**
     * @param {number} x of a point of the window
     * @param {number} y
     * @returns {object|null} the arrow or the step that is there, see `PlanDrawing.add`,
     *     and its element; null outside of the drawing
     */
    findPlace(x, y) {
        const pane = this.pane.el.getBoundingClientRect();
        if (x < pane.left || x > pane.right || y < pane.top || y > pane.bottom) {
            return null;
        }
        // While something is dragged, the browser finds no elements.
        const point = this.board.toDrawing(x - pane.left, y - pane.top);
        const after = this.findNode(point);
        if (after) {
            const el = this.elements.get(after).querySelector(".o_plan_node_body");
            return {after, el};
        }
        return this.findArrow(point) || {};
    }

    findNode(point) {
        for (const [code, {x, y}] of this.positions) {
            const isInside =
                point.x >= x &&
                point.x <= x + NODE_WIDTH &&
                point.y >= y &&
                point.y <= y + NODE_HEIGHT;
            if (isInside) {
                return code;
            }
        }
        return null;
    }

    findArrow({x, y}) {
        for (const el of this.view.el.querySelectorAll(".o_plan_arrow_area")) {
            const {from, to} = el.dataset;
            const left = this.positions.get(from).x;
            const right = this.positions.get(to).x;
            const isNear = x >= Math.min(left, right) && x <= Math.max(left, right);
            if (isNear && el.isPointInStroke(new DOMPoint(x, y))) {
                return {from, to, el: el.previousElementSibling};
            }
        }
        return null;
    }
}
