/*
 * plugin_host.c - loads the shared library, runs a kernel on several threads, unloads it, and goes on
 * SPDX-License-Identifier: MIT
 *
 *     plugin_host LIBNESTUNE.SO
 *
 * This program does not link the OpenMP runtime, so nothing but the library keeps it loaded.  The runtime's threads
 * wait for the next run in the runtime's own code: were that unmapped, they would crash.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "nestune/nestune.h"

static void *symbol(void *library, const char *name)
{
    void *found = dlsym(library, name);
    if (!found)
        fprintf(stderr, "%s\n", dlerror());
    return found;
}

/* One pass over a grid that is large enough to be shared; false with a line. */
static int run_kernel(void *library)
{
    static const int64_t n[3] = {256, 64, 64};
    __typeof__(&nt_grid_create) create;
    __typeof__(&nt_run) run;
    __typeof__(&nt_grid_destroy) destroy;
    void *const symbols[] = {symbol(library, "nt_grid_create"), symbol(library, "nt_run"),
                             symbol(library, "nt_grid_destroy")};
    if (!symbols[0] || !symbols[1] || !symbols[2])
        return 0;
    memcpy(&create, &symbols[0], sizeof create);
    memcpy(&run, &symbols[1], sizeof run);
    memcpy(&destroy, &symbols[2], sizeof destroy);
    nt_grid *a;
    nt_error why;
    if (create(&a, NT_F64, n, 0, NULL, &why) != NT_OK || run("mathop", a, 1, &why) != NT_OK) {
        fprintf(stderr, "%s\n", why.text);
        return 0;
    }
    destroy(a);
    return 1;
}

int main(int argc, char **argv)
{
    const struct timespec moment = {0, 20000000};
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: plugin_host LIBNESTUNE.SO");
        return 2;
    }
    if (!run_kernel(library))
        return 2;
    dlclose(library);
    nanosleep(&moment, NULL); /* the threads crash now or never */
    /* Whatever they were doing: the library must still be there. */
    if (!dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD)) {
        fprintf(stderr, "dlclose() has unmapped %s\n", argv[1]);
        return 1;
    }
    puts("survived");
    return 0;
}
