/*
 * picture.c - signed values as a picture: red above zero, blue below, over a grey background, as PNG
 * SPDX-License-Identifier: MIT
 */
#include "picture.h"

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>

/* Three colours of about the same darkness at 1; in between the background shows through. */
static const float red[3] = {178, 24, 43}, blue[3] = {33, 102, 172};

/* Where the middle of a pixel lies between two values, which are `step` pixels apart. */
typedef struct place {
    int low, high;
    float part; /* of the higher one */
} place;

static place place_of(int pixel, int step, int n)
{
    const float at = fminf(fmaxf(((float)pixel + 0.5f) / (float)step - 0.5f, 0), (float)(n - 1));
    const int low = (int)at;
    return (place){low, low + 1 < n ? low + 1 : low, at - (float)low};
}

static float between(const float *values, int nx, place x, place y)
{
    const float *above = values + (size_t)y.low * (size_t)nx, *below = values + (size_t)y.high * (size_t)nx;
    const float a = above[x.low] + x.part * (above[x.high] - above[x.low]);
    const float b = below[x.low] + x.part * (below[x.high] - below[x.low]);
    return a + y.part * (b - a);
}

const char *picture_write(const char *path, int nx, int ny, const float *value, const float *grey, int across,
                          int down)
{
    static char why[256];
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)(nx * across),
                       .height = (png_uint_32)(ny * down),
                       .format = PNG_FORMAT_RGB};
    unsigned char *pixels = malloc(PNG_IMAGE_SIZE(image)), *p = pixels;
    if (!pixels)
        return "out of memory";
    for (int j = 0; j < ny * down; j++)
        for (int i = 0; i < nx * across; i++) {
            const place x = place_of(i, across, nx), y = place_of(j, down, ny);
            const float v = between(value, nx, x, y), strength = fminf(fabsf(v), 1);
            const float background = grey ? 255 * between(grey, nx, x, y) : 255;
            for (int c = 0; c < 3; c++)
                *p++ = (unsigned char)lrintf(background + strength * ((v > 0 ? red : blue)[c] - background));
        }
    const int written = png_image_write_to_file(&image, path, 0, pixels, 0, NULL);
    free(pixels);
    snprintf(why, sizeof why, "%s", image.message);
    return written ? NULL : why;
}
