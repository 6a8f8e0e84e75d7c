/*
 * html.c - text of unknown origin into HTML, and into JSON within HTML
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* vasprintf, strcasestr */
#include "report/html.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the UTF-8 character at s; 0: there is none. */
static int character_at(const unsigned char *s)
{
    static const struct {
        unsigned char mask, is;
        int n;
        unsigned least;
    } forms[] = {{0x80, 0, 1, 0x20}, {0xe0, 0xc0, 2, 0xa0}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};
    for (int f = 0; f < 4; f++) {
        if ((*s & forms[f].mask) != forms[f].is)
            continue;
        unsigned code = *s & (unsigned char)~forms[f].mask;
        for (int i = 1; i < forms[f].n; i++) {
            if ((s[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (s[i] & 0x3f);
        }
        const int surrogate = code >= 0xd800 && code <= 0xdfff;
        return code < forms[f].least || code == 0x7f || surrogate || code > 0x10ffff ? 0 : forms[f].n;
    }
    return 0;
}

void html_text(FILE *out, const char *text)
{
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        const int n = character_at(s);
        switch (*s) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\'': fputs("&#39;", out); break;
        default:
            if (n > 0)
                fwrite(s, 1, (size_t)n, out);
            else
                fputs("\xef\xbf\xbd", out);
        }
        s += n > 0 ? n : 1;
    }
}

void html_vtextf(FILE *out, const char *format, va_list args)
{
    char *text;
    if (vasprintf(&text, format, args) < 0)
        return;
    html_text(out, text);
    free(text);
}

void html_textf(FILE *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    html_vtextf(out, format, args);
    va_end(args);
}

void html_json(FILE *out, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
    /* These characters stand only within JSON's strings, where \u spells them. */
    for (const char *c = text ? text : "null"; *c; c++)
        if (*c == '<' || *c == '>' || *c == '&')
            fprintf(out, "\\u%04x", (unsigned)*c);
        else
            fputc(*c, out);
    free(text);
}

number_words number_text(double value)
{
    number_words t = {"–"};
    if (!(value > 0) || !isfinite(value))
        return t;
    if (value >= 1000 && value < 1e15) {
        char digits[24];
        const int n = snprintf(digits, sizeof digits, "%.0f", value);
        int at = 0;
        for (int i = 0; i < n; i++) {
            if (i > 0 && (n - i) % 3 == 0)
                t.text[at++] = ',';
            t.text[at++] = digits[i];
        }
        t.text[at] = '\0';
        return t;
    }
    const int decimals = 2 - (int)floor(log10(value));
    snprintf(t.text, sizeof t.text, "%.*f", decimals < 0 ? 0 : decimals > 6 ? 6 : decimals, value);
    return t;
}

void html_number(FILE *out, double value)
{
    fputs(number_text(value).text, out);
}

int html_script(FILE *out, const char *text)
{
    if (strcasestr(text, "</script") || strcasestr(text, "<!--"))
        return 0;
    fprintf(out, "<script>%s</script>\n", text);
    return 1;
}
