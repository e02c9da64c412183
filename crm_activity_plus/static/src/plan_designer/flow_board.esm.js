// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

/* global XYFlowSystem */

import {NODE_HEIGHT, NODE_WIDTH} from "./graph_layout.esm";
import {Mover} from "./mover.esm";

// What the library calls its classes by.
const LIB = "o_plan";
const FLOW = "plan";
const EXTENT = [
    [-Infinity, -Infinity],
    [Infinity, Infinity],
];
const MIN_ZOOM = 0.15;
const MAX_ZOOM = 1.6;
// Of what is shown as a whole, texts can still be read.
const MAX_FIT_ZOOM = 1;
const MARGIN = 30;

function makeHandle(nodeId, type) {
    return {
        id: null,
        nodeId,
        type,
        position: type === "source" ? "right" : "left",
        x: type === "source" ? NODE_WIDTH : 0,
        y: NODE_HEIGHT / 2,
        width: 0,
        height: 0,
    };
}

/**
 * Pans, zooms, moves steps and connects them, by `@xyflow/system`. It works on the
 * elements themselves: while something is moved, nothing is rendered.
 */
export class FlowBoard {
    /**
     * @param {HTMLElement} pane what is seen
     * @param {HTMLElement} view what is moved within it
     * @param {object} hooks
     * @param {function(number[]): void} hooks.onView what is seen is another part
     * @param {function(string, object): void} hooks.onMove a step is being moved
     * @param {function(string, object): void} hooks.onMoved a step was moved
     * @param {function(object|null): void} hooks.onConnecting an arrow is being drawn
     * @param {function(string, string): boolean} hooks.canConnect
     * @param {function(string, string): void} hooks.onConnect an arrow was drawn, whether
     *     it can be or not
     */
    constructor(pane, view, hooks) {
        Object.assign(this, {pane, view, hooks});
        this.transform = [0, 0, 1];
        this.viewMover = new Mover(view);
        this.nodes = new Map();
        this.drags = new Map();
        this.isConnecting = false;
        this.hasConnected = false;
        this.measure();
        this.panZoom = XYFlowSystem.XYPanZoom({
            domNode: pane,
            minZoom: MIN_ZOOM,
            maxZoom: MAX_ZOOM,
            translateExtent: EXTENT,
            viewport: {x: 0, y: 0, zoom: 1},
            onDraggingChange: (isDragging) =>
                pane.classList.toggle("o_plan_panning", isDragging),
        });
        this.panZoom.update({
            lib: LIB,
            noWheelClassName: "nowheel",
            noPanClassName: "nopan",
            preventScrolling: false,
            panOnScroll: false,
            panOnDrag: true,
            panOnScrollMode: "free",
            panOnScrollSpeed: 0.5,
            userSelectionActive: false,
            // The page is scrolled by the wheel; with Ctrl, it zooms.
            zoomOnPinch: true,
            zoomOnScroll: false,
            zoomOnDoubleClick: false,
            zoomActivationKeyPressed: false,
            connectionInProgress: false,
            paneClickDistance: 2,
            onTransformChange: (transform) => this.setTransform(transform),
        });
    }

    destroy() {
        this.panZoom.destroy();
        this.minimap?.destroy();
        this.drags.forEach((drag) => drag.destroy());
    }

    /** Asking for the size whenever it is needed would have the browser lay out the page. */
    measure() {
        const {clientWidth: width, clientHeight: height} = this.pane;
        this.size = {width, height};
        this.updateMinimap();
    }

    setTransform(transform) {
        const [x, y, zoom] = transform;
        this.transform = transform;
        this.viewMover.show(`translate(${x}px, ${y}px) scale(${zoom})`);
        this.hooks.onView(transform);
    }

    // ------------------------------------------------------------
    // Steps
    // ------------------------------------------------------------

    /** @param {Map<string, object>} positions code -> place */
    setPositions(positions) {
        const nodes = new Map();
        for (const [code, position] of positions) {
            nodes.set(code, {
                id: code,
                position,
                measured: {width: NODE_WIDTH, height: NODE_HEIGHT},
                internals: {
                    positionAbsolute: position,
                    handleBounds: {
                        source: [makeHandle(code, "source")],
                        target: [makeHandle(code, "target")],
                    },
                    userNode: {id: code, position},
                },
            });
        }
        this.nodes = nodes;
    }

    /** Let people move a step. */
    addDrag(code, el) {
        const drag = XYFlowSystem.XYDrag({
            getStoreItems: () => this.getStore(),
            onDrag: (_ev, _items, node) => this.hooks.onMove(code, node.position),
            onDragStop: (_ev, _items, node) => this.hooks.onMoved(code, node.position),
        });
        drag.update({domNode: el, nodeId: code, noDragClassName: "nodrag"});
        this.drags.set(code, drag);
    }

    removeDrag(code) {
        this.drags.get(code)?.destroy();
        this.drags.delete(code);
    }

    getStore() {
        return {
            nodes: [],
            nodeLookup: this.nodes,
            edges: [],
            nodeExtent: EXTENT,
            snapGrid: [1, 1],
            snapToGrid: false,
            nodeOrigin: [0, 0],
            multiSelectionActive: false,
            domNode: this.pane,
            transform: this.transform,
            autoPanOnNodeDrag: true,
            nodesDraggable: true,
            selectNodesOnDrag: false,
            nodeDragThreshold: 3,
            panBy: (delta) => this.panBy(delta),
            unselectNodesAndEdges: () => true,
            updateNodePositions: (items) => this.movePositions(items),
        };
    }

    movePositions(items) {
        for (const [code, {position}] of items) {
            const node = this.nodes.get(code);
            node.position = position;
            node.internals.positionAbsolute = position;
        }
    }

    // ------------------------------------------------------------
    // Arrows
    // ------------------------------------------------------------

    /**
     * Draw an arrow from a step, until the mouse is released.
     *
     * @param {MouseEvent|TouchEvent} ev
     * @param {string} code the step
     * @param {HTMLElement} handle where it begins
     */
    startConnecting(ev, code, handle) {
        const attempt = {to: null};
        this.isConnecting = true;
        this.pane.classList.add("o_plan_connecting");
        XYFlowSystem.XYHandle.onPointerDown(ev, {
            autoPanOnConnect: true,
            connectionMode: "strict",
            connectionRadius: 40,
            domNode: this.pane,
            handleId: null,
            nodeId: code,
            isTarget: false,
            nodeLookup: this.nodes,
            lib: LIB,
            flowId: FLOW,
            handleDomNode: handle,
            getTransform: () => this.transform,
            getFromHandle: () => this.isConnecting,
            panBy: (delta) => this.panBy(delta),
            cancelConnection: () => this.stopConnecting(),
            updateConnection: (connection) => this.showConnecting(connection),
            isValidConnection: ({source, target}) => {
                attempt.to = target;
                return this.hooks.canConnect(source, target);
            },
            onConnectEnd: (_ev, state) => {
                const to = state.toHandle?.nodeId;
                if (to && to === attempt.to) {
                    this.hooks.onConnect(code, to);
                }
            },
        });
    }

    showConnecting({from, pointer, isValid}) {
        const to = this.toDrawing(pointer.x, pointer.y);
        this.hooks.onConnecting({from, to, isValid});
    }

    stopConnecting() {
        this.isConnecting = false;
        // The click that follows is none.
        this.hasConnected = true;
        setTimeout(() => {
            this.hasConnected = false;
        });
        this.pane.classList.remove("o_plan_connecting");
        this.hooks.onConnecting(null);
    }

    // ------------------------------------------------------------
    // What is seen
    // ------------------------------------------------------------

    /** @returns {{x: number, y: number}} a point of the pane, in the drawing */
    toDrawing(left, top) {
        const [x, y, zoom] = this.transform;
        return {x: (left - x) / zoom, y: (top - y) / zoom};
    }

    panBy(delta) {
        const {panZoom, size, transform} = this;
        const translateExtent = EXTENT;
        return XYFlowSystem.panBy({
            delta,
            panZoom,
            transform,
            translateExtent,
            ...size,
        });
    }

    zoomBy(factor) {
        return this.panZoom.scaleBy(factor);
    }

    /** Show a whole plan, from its beginning on. */
    fit({width, height}, minZoom = MIN_ZOOM) {
        const pane = this.size;
        const bounds = {x: 0, y: -MARGIN, width: Math.max(width, 1), height};
        const viewport = XYFlowSystem.getViewportForBounds(
            bounds,
            pane.width,
            pane.height,
            minZoom,
            MAX_FIT_ZOOM,
            `${MARGIN}px`
        );
        viewport.x = MARGIN;
        if (height * viewport.zoom > pane.height - 3 * MARGIN) {
            viewport.y = 2 * MARGIN;
        }
        return this.panZoom.setViewport(viewport);
    }

    /** Bring a step into view. */
    reveal(code) {
        const node = this.nodes.get(code);
        if (!node) {
            return;
        }
        const [x, y, zoom] = this.transform;
        const left = node.position.x * zoom + x;
        const top = node.position.y * zoom + y;
        const {width, height} = this.size;
        this.panBy({
            x: this.getShift(left, left + NODE_WIDTH * zoom, width),
            y: this.getShift(top, top + NODE_HEIGHT * zoom, height),
        });
    }

    getShift(start, end, size) {
        if (start < MARGIN) {
            return MARGIN - start;
        }
        return end > size - MARGIN ? size - MARGIN - end : 0;
    }

    /** @param {SVGElement} el where the whole plan is seen in small */
    addMinimap(el, getViewScale) {
        this.minimap = XYFlowSystem.XYMinimap({
            domNode: el,
            panZoom: this.panZoom,
            getTransform: () => this.transform,
            getViewScale,
        });
        this.updateMinimap();
    }

    updateMinimap() {
        this.minimap?.update({translateExtent: EXTENT, ...this.size});
    }

    removeMinimap() {
        this.minimap?.destroy();
        this.minimap = null;
    }
}
