/*
 * consumer.c - a program that uses nestune, in what is C and C++
 * SPDX-License-Identifier: MIT
 *
 * Prints the version and flags of the library; 0 when a kernel ran and headers and library are of one version.
 */
#include <nestune/nestune.h>
#include <nestune/author.h>
#include <nestune/tile.h>
#include <nestune/tools.h>
#include <stdio.h>

int main(void)
{
    const int64_t n[3] = {8, 4, 2};
    nt_grid *a;
    nt_error why;
    if (nt_grid_create(&a, NT_F64, n, 0, NULL, &why) != NT_OK)
        return fprintf(stderr, "%s\n", why.text), 1;
    for (int64_t z = 0; z < 2; z++)
        for (int64_t y = 0; y < 4; y++)
            for (int64_t x = 0; x < 8; x++)
                *(double *)nt_grid_cell(a, x, y, z) = 3;
    if (nt_run("square", a, 1, &why) != NT_OK)
        return fprintf(stderr, "%s\n", why.text), 1;
    const double nine = *(double *)nt_grid_cell(a, 7, 3, 1);
    nt_grid_destroy(a);
    printf("nestune %s %d, flags %s\n", NESTUNE_VERSION, nt_version(), nt_build_info()->flags);
    return nine == 9 && nt_version() == NESTUNE_VERSION_NUMBER ? 0 : 1;
}
