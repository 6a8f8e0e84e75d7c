/*
 * html.h - text of unknown origin into HTML, and into JSON within HTML
 * SPDX-License-Identifier: MIT
 *
 * Markup is written by fprintf(); every text that is not written in this program goes through html_text().
 */
#ifndef AUTOTUNE_HTML_H
#define AUTOTUNE_HTML_H

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

/* html_text() - a text, so that it is shown as it is: between tags, and in an attribute with quotes.  Control characters
 * and bytes that are no UTF-8 become U+FFFD. */
void html_text(FILE *out, const char *text);

/* html_textf(), html_vtextf() - the same of a formatted text. */
__attribute__((format(printf, 2, 3))) void html_textf(FILE *out, const char *format, ...);
void html_vtextf(FILE *out, const char *format, va_list args);

/* html_json() - a JSON value within <script>: the same value, without any character that ends the script. */
void html_json(FILE *out, const json_t *value);

/* number_text() - three significant digits, no exponent: "0.0123", "1.20", "1,234"; an en dash for 0 and less. */
typedef struct number_words {
    char text[32];
} number_words;
number_words number_text(double value);
void html_number(FILE *out, double value);

/* html_script() - a script from elsewhere; 0, and nothing written, if it would end its element. */
int html_script(FILE *out, const char *text);

#endif /* AUTOTUNE_HTML_H */
