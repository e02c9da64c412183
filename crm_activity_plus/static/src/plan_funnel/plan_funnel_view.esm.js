// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {PlanFunnelController} from "./plan_funnel_controller.esm";
import {PlanFunnelModel} from "./plan_funnel_model.esm";
import {PlanFunnelRenderer} from "./plan_funnel_renderer.esm";
import {registry} from "@web/core/registry";

export const planFunnelView = {
    type: "plan_funnel",
    Controller: PlanFunnelController,
    Model: PlanFunnelModel,
    Renderer: PlanFunnelRenderer,
    searchMenuTypes: ["filter", "groupBy", "favorite"],

    props: (genericProps, view) => ({
        ...genericProps,
        Model: view.Model,
        Renderer: view.Renderer,
        modelParams: {
            resModel: genericProps.resModel,
            fields: genericProps.fields,
            measure: genericProps.state?.measure,
        },
    }),
};

registry.category("views").add("plan_funnel", planFunnelView);
