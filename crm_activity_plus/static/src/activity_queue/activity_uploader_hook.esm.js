// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {useAttachmentUploader} from "@mail/core/common/attachment_uploader_hook";
import {useService} from "@web/core/utils/hooks";

/** @returns {{upload: Function}} attaches files to the records of activities */
export function useActivityUploader() {
    const store = useService("mail.store");
    const uploader = useAttachmentUploader();
    return {
        /**
         * @param {object} activity - what the queue shows
         * @param {object} file - what ``FileUploader`` gives
         * @returns {Promise<{id: number, name: string}|undefined>}
         */
        async upload(activity, file) {
            uploader.thread = store.Thread.insert({
                model: activity.res_model,
                id: activity.res_id,
            });
            const attachment = await uploader.uploadData(file, {activity});
            return attachment && {id: attachment.id, name: attachment.name};
        },
    };
}
