/*
 * page.h - results as one HTML file that needs nothing else: no network, no other file
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_PAGE_H
#define AUTOTUNE_PAGE_H

#include "store/findings.h"

enum { PAGE_MOST_BYTES = 1000000 };

/* page_chart_js() - Chart.js as this system has it (Debian: libjs-chart.js), to be freed; NULL: it has none. */
char *page_chart_js(void);

/*
 * page_html() - the page, to be freed; NULL without memory.
 *
 * chart_js: Chart.js, for the interactive half; NULL leaves that out, and says so.  Tables and figures are there
 * without it, and without JavaScript.  If the trials would make the page larger than PAGE_MOST_BYTES, its data has fewer.
 */
char *page_html(const findings *f, const char *chart_js, size_t *n);

/* Made from report.css and report.js at build. */
extern const char report_css[], report_js[];

#endif /* AUTOTUNE_PAGE_H */
