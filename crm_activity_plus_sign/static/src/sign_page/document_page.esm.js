/* Copyright 2026 The CRM Activity Plus contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

import {Component, onMounted, onWillUnmount, useRef} from "@odoo/owl";

// Phones have no memory for larger pictures.
const MAX_PIXELS = 8000000;

/** A page of the document: drawn once it comes near the screen. */
export class DocumentPage extends Component {
    static template = "crm_activity_plus_sign.DocumentPage";
    static props = {
        number: Number,
        ratio: Number,
        page: {type: Object},
        onReady: Function,
    };

    setup() {
        this.root = useRef("root");
        this.canvas = useRef("canvas");
        this.drawnWidth = 0;
        this.isNear = false;
        onMounted(() => {
            this.props.onReady(this.props.number, this.root.el);
            this.nearness = new IntersectionObserver(
                ([entry]) => {
                    this.isNear = entry.isIntersecting;
                    this.draw();
                },
                {rootMargin: "100% 0px"}
            );
            this.nearness.observe(this.root.el);
            // The phone is turned, the window gets larger.
            this.size = new ResizeObserver(() => this.draw());
            this.size.observe(this.root.el);
        });
        onWillUnmount(() => {
            this.nearness.disconnect();
            this.size.disconnect();
            this.task?.cancel();
        });
    }

    get style() {
        return `aspect-ratio: 1 / ${this.props.ratio}`;
    }

    async draw() {
        const width = this.root.el?.clientWidth;
        if (!this.isNear || !width || width === this.drawnWidth) {
            return;
        }
        this.drawnWidth = width;
        this.task?.cancel();
        const {page, ratio} = this.props;
        const density = Math.min(
            window.devicePixelRatio || 1,
            Math.sqrt(MAX_PIXELS / (width * width * ratio))
        );
        const scale = (width * density) / page.getViewport({scale: 1}).width;
        const viewport = page.getViewport({scale});
        const canvas = document.createElement("canvas");
        canvas.width = Math.floor(viewport.width);
        canvas.height = Math.floor(viewport.height);
        const canvasContext = canvas.getContext("2d");
        try {
            this.task = page.render({canvasContext, viewport});
            await this.task.promise;
        } catch (error) {
            if (error.name !== "RenderingCancelledException") {
                console.warn(error);
            }
            return;
        }
        // What is on the screen stays there until the new picture is whole.
        this.canvas.el?.replaceChildren(canvas);
    }
}
