/*
 * picture.h - signed values as a picture: red above zero, blue below, over a grey background, as PNG
 * SPDX-License-Identifier: MIT
 */
#ifndef EXAMPLES_PICTURE_H
#define EXAMPLES_PICTURE_H

/*
 * picture_write() - nx columns and ny rows of values in -1 .. 1 (beyond, they are cut), the first row on top.
 *
 * Shape:   grey may be NULL, white; else it holds 0 (black) to 1 (white) for each value.  Each value becomes `across`
 *          times `down` pixels, with straight lines between values.
 * Errors:  NULL when the file is written; else why not, in one line, and there is no file.
 */
const char *picture_write(const char *path, int nx, int ny, const float *value, const float *grey, int across,
                          int down);

#endif /* EXAMPLES_PICTURE_H */
