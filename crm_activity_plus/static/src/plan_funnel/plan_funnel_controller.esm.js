// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component, useRef} from "@odoo/owl";
import {ActionHelper} from "@web/views/action_helper";
import {CogMenu} from "@web/search/cog_menu/cog_menu";
import {Layout} from "@web/search/layout";
import {SearchBar} from "@web/search/search_bar/search_bar";
import {standardViewProps} from "@web/views/standard_view_props";
import {useModelWithSampleData} from "@web/model/model";
import {useSearchBarToggler} from "@web/search/search_bar/search_bar_toggler";
import {useSetupAction} from "@web/search/action_hook";

export class PlanFunnelController extends Component {
    static template = "crm_activity_plus.PlanFunnelView";
    static components = {ActionHelper, CogMenu, Layout, SearchBar};
    static props = {
        ...standardViewProps,
        Model: Function,
        Renderer: Function,
        modelParams: Object,
    };

    setup() {
        this.model = useModelWithSampleData(this.props.Model, this.props.modelParams);
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({measure: this.model.measure}),
        });
        this.searchBarToggler = useSearchBarToggler();
    }
}
