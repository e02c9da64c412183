// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, onMounted, onWillUnmount, useRef} from "@odoo/owl";
import {NODE_HEIGHT, NODE_WIDTH} from "./graph_layout.esm";

// In pixels, as in the style sheet.
const WIDTH = 160;
const HEIGHT = 100;
const MARGIN = 60;

/** The whole plan in small, and which part of it is seen. It can be dragged. */
export class PlanMinimap extends Component {
    static template = "crm_activity_plus.PlanMinimap";
    static props = {positions: Object, size: Object, canvas: Object};

    setup() {
        this.root = useRef("root");
        this.seen = useRef("seen");
        const {canvas} = this.props;
        onMounted(() => {
            canvas.minimap = this;
            // The board is there once the canvas is mounted.
            Promise.resolve().then(() => {
                canvas.board?.addMinimap(this.root.el, () => this.scale);
                canvas.showView();
            });
        });
        onWillUnmount(() => {
            canvas.minimap = null;
            canvas.board?.removeMinimap();
        });
    }

    get steps() {
        return [...this.props.positions].map(([code, {x, y}]) => ({
            code,
            x,
            y,
            width: NODE_WIDTH,
            height: NODE_HEIGHT,
        }));
    }

    get viewBox() {
        const {width, height} = this.props.size;
        const span = [width + 2 * MARGIN, height + 2 * MARGIN];
        return `${-MARGIN} ${-MARGIN} ${span[0]} ${span[1]}`;
    }

    /** @returns {number} how much smaller it is */
    get scale() {
        const {width, height} = this.props.size;
        return Math.max((width + 2 * MARGIN) / WIDTH, (height + 2 * MARGIN) / HEIGHT);
    }

    /**
     * @param {number[]} transform of the drawing
     * @param {{width: number, height: number}} size of what is seen of it
     */
    show([x, y, zoom], {width, height}) {
        const seen = this.seen.el;
        seen?.setAttribute("x", -x / zoom);
        seen?.setAttribute("y", -y / zoom);
        seen?.setAttribute("width", width / zoom);
        seen?.setAttribute("height", height / zoom);
    }
}
