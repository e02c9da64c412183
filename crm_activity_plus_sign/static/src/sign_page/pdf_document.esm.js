/* Copyright 2026 The CRM Activity Plus contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

import {loadJS} from "@web/core/assets";
import {markRaw} from "@odoo/owl";

const PDFJS = "/web/static/lib/pdfjs/";

/**
 * Open a PDF with the library that Odoo has, without its viewer: that one is made for
 * large screens, and takes the address of the document into its own.
 *
 * @param {string} url
 * @returns {Promise<object[]>} its pages, each with `number`, `ratio` (height by width)
 *      and pdf.js's own `page`
 */
export async function openDocument(url) {
    await loadJS(`${PDFJS}build/pdf.js`);
    const {getDocument, GlobalWorkerOptions} = globalThis.pdfjsLib;
    GlobalWorkerOptions.workerSrc = `${PDFJS}build/pdf.worker.js`;
    const pdf = await getDocument({
        url,
        cMapUrl: `${PDFJS}web/cmaps/`,
        cMapPacked: true,
        isEvalSupported: false,
        disableRange: true,
        disableStream: true,
    }).promise;
    const numbers = Array.from({length: pdf.numPages}, (_, index) => index + 1);
    const pages = await Promise.all(numbers.map((number) => pdf.getPage(number)));
    return pages.map((page) => {
        const {width, height} = page.getViewport({scale: 1});
        // Owl would wrap it, and its private members can't be reached through that.
        return {number: page.pageNumber, ratio: height / width, page: markRaw(page)};
    });
}
