// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {_t} from "@web/core/l10n/translation";

export const STATE_LABEL = {
    waiting: _t("Waiting"),
    scheduled: _t("Scheduled"),
    done: _t("Done"),
    skipped: _t("Skipped"),
    cancelled: _t("Cancelled"),
    failed: _t("Failed"),
};

export const STATE_ICON = {
    waiting: "fa-hourglass-o",
    done: "fa-check",
    skipped: "fa-step-forward",
    cancelled: "fa-ban",
    failed: "fa-exclamation",
};

export const STATE_COLOR = {
    waiting: "text-bg-light border",
    scheduled: "text-bg-info",
    done: "text-bg-success",
    skipped: "text-bg-secondary",
    cancelled: "text-bg-secondary",
    failed: "text-bg-danger",
};

export const OUTCOME_COLOR = {
    success: "text-bg-success",
    neutral: "text-bg-secondary",
    failure: "text-bg-danger",
};
