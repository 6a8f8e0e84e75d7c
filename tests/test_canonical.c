/*
 * test_canonical.c - configs with the same effect become equal
 * SPDX-License-Identifier: MIT
 *
 * A tile function that only records its boxes, for each thread, shows what a schedule does.
 */
#include "support.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"
#include "engine/wavefront.h"

static const nt_kernel *mathop(void)
{
    const nt_kernel *kernel = nt_kernel_find("mathop");
    assert_non_null(kernel);
    return kernel;
}

/* The same with a radius above 0: then depth > 1 has loops of its own. */
static int two_cells(const void *params)
{
    (void)params;
    return 2;
}

static nt_kernel kernels[2]; /* mathop without and with neighbours */
static nt_field fields[2];

static nt_config some_config(void)
{
    nt_config c;
    assert_int_equal(nt_config_default(mathop(), NT_F64, &c, NULL), NT_OK);
    c.threads = 2;
    return c;
}

enum { MOST_CALLS = 8192, TEAM = 3 };

/* What one thread's tile calls were, in their order. */
typedef struct calls {
    int n;
    nt_box box[MOST_CALLS];
} calls;
static calls recorded[TEAM];

static void record(const nt_step *step, const nt_box *box)
{
    (void)step;
    calls *mine = &recorded[omp_get_thread_num()];
    if (mine->n < MOST_CALLS)
        mine->box[mine->n++] = *box;
}

static int compare_boxes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(nt_box));
}

typedef struct use {
    const nt_kernel *kernel;
    nt_config config;
    int64_t shape[3], steps;
    int contiguous;
} use;

/* With a dynamic schedule any thread may take a box: all in one list, sorted. */
static void run_recorded(const use *u, const nt_config *c, calls out[TEAM])
{
    const int radius = nt_kernel_radius(u->kernel, NULL);
    nt_nest nest = {.fn = record,
                    .cells = {u->shape[0], u->shape[1], u->shape[2]},
                    .element_bytes = 8,
                    .radius = radius,
                    .rotates = radius > 0,
                    .steps = u->steps,
                    .rows_fuse = u->contiguous && radius == 0,
                    .planes_fuse = u->contiguous && radius == 0};
    for (int t = 0; t < TEAM; t++)
        recorded[t].n = 0;
    nt_nest_set_config(&nest, c);
    if (nest.depth > 1 && radius > 0 && nest.n[0] > 0 && nest.n[1] > 0 && nest.n[2] > 0) {
        nest.progress =
            aligned_alloc(_Alignof(nt_progress), (size_t)nt_wavefront_rows(&nest) * sizeof *nest.progress);
        assert_non_null(nest.progress);
    }
    nt_nest_run(&nest);
    free(nest.progress);
    memcpy(out, recorded, sizeof recorded);
    for (int t = 1; t < TEAM && c->schedule != NT_SCHEDULE_STATIC; t++) {
        assert_in_range(out[0].n + out[t].n, 0, MOST_CALLS);
        memcpy(out[0].box + out[0].n, out[t].box, (size_t)out[t].n * sizeof(nt_box));
        out[0].n += out[t].n;
        out[t].n = 0;
    }
    if (c->schedule != NT_SCHEDULE_STATIC)
        qsort(out[0].box, (size_t)out[0].n, sizeof(nt_box), compare_boxes);
}

static use any_use(rng *r, const nt_kernel *kernel)
{
    static const int tiles[] = {0, 0, 0, 1, 2, 5, 8, 64, 100}, sizes[] = {0, 1, 1, 2, 3, 5, 8, 9, 17};
    use u = {.kernel = kernel,
             .config = some_config(),
             .steps = rng_below(r, 4),
             .contiguous = (int)rng_below(r, 2)};
    u.config.parallel = (nt_parallel)rng_below(r, NT_N_PARALLELS);
    u.config.order = (nt_order)rng_below(r, NT_N_ORDERS);
    u.config.schedule =
        rng_below(r, 4) == 0 ? 1 + (nt_schedule)rng_below(r, NT_N_SCHEDULES - 1) : NT_SCHEDULE_STATIC;
    u.config.threads = 1 + (int)rng_below(r, TEAM);
    u.config.depth = 1 + (int)rng_below(r, 5);
    for (int a = 0; a < 3; a++) {
        u.config.tile[a] = rng_pick(r, tiles, 9);
        u.shape[a] = rng_pick(r, sizes, 9);
    }
    return u;
}

static void fail_use(const use *u, const nt_config *other, const char *verb)
{
    char text[NT_CONFIG_TEXT];
    nt_config_format(mathop(), &u->config, text, sizeof text);
    fail_msg("%s\n%s %s: %lldx%lldx%lld %s, %lld steps", text, verb, config_text(mathop(), other),
             (long long)u->shape[0], (long long)u->shape[1], (long long)u->shape[2],
             u->contiguous ? "contiguous" : "with gaps", (long long)u->steps);
}

static void canonical_is_a_fixed_point(void **state)
{
    const nt_kernel *kernel = *state;
    rng r = rng_make(34);
    for (int i = 0; i < test_trials(20000); i++) {
        use u = any_use(&r, kernel);
        nt_config_canonical(kernel, u.shape, u.contiguous, u.steps, &u.config);
        nt_config again = u.config;
        nt_config_canonical(kernel, u.shape, u.contiguous, u.steps, &again);
        assert_int_equal(nt_config_runs(kernel, NT_F64, &again, NULL), NT_OK);
        if (!config_equal(&u.config, &again))
            fail_use(&u, &again, "is canonical, but is made");
    }
}

/* A config and its canonical form make the same calls, in the same order, on the same threads; so two configs
 * of one canonical form do. */
static void canonical_form_makes_the_same_calls(void **state)
{
    const nt_kernel *kernel = *state;
    static calls as_given[TEAM], as_canonical[TEAM];
    const int before = omp_get_max_threads();
    omp_set_num_threads(TEAM);
    rng r = rng_make(35);
    for (int i = 0; i < test_trials(20000); i++) {
        const use u = any_use(&r, kernel);
        nt_config c = u.config;
        nt_config_canonical(kernel, u.shape, u.contiguous, u.steps, &c);
        run_recorded(&u, &u.config, as_given);
        if (u.config.schedule != NT_SCHEDULE_STATIC)
            c.schedule = u.config.schedule; /* so that both are sorted */
        run_recorded(&u, &c, as_canonical);
        for (int t = 0; t < TEAM; t++)
            if (as_given[t].n != as_canonical[t].n ||
                memcmp(as_given[t].box, as_canonical[t].box, (size_t)as_given[t].n * sizeof(nt_box)) != 0)
                fail_use(&u, &c, "does not run as");
    }
    omp_set_num_threads(before);
}

/* The examples that the tuner meets most. */
static void canonical_examples(void **state)
{
    (void)state;
    static const struct {
        const char *config, *expected;
        int64_t shape[3];
        int contiguous;
        int64_t steps;
    } list[] = {
        {"parallel=outer,threads=1,schedule=dynamic", "parallel=serial,threads=1", {100, 100, 10}, 1, 1},
        {"parallel=serial,threads=2,order=xyz", "parallel=serial,threads=1", {100, 100, 10}, 1, 1},
        {"parallel=outer,threads=2,depth=5", "parallel=outer,threads=2,depth=1", {100, 100, 10}, 1, 1},
        {"parallel=outer,threads=2,depth=5", "parallel=outer,threads=2,depth=3", {100, 100, 10}, 1, 3},
        {"parallel=outer,threads=2,tile=100x200x0", "parallel=outer,threads=2", {100, 100, 10}, 1, 1},
        {"parallel=flat,threads=2,order=xzy", "parallel=flat,threads=2", {100, 100, 10}, 1, 1},
        {"parallel=middle,threads=2", "parallel=outer,threads=2,order=yzx", {100, 100, 1}, 1, 1},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        nt_config c = some_config(), expected = some_config();
        assert_int_equal(nt_config_parse(mathop(), list[i].config, &c, NULL), NT_OK);
        assert_int_equal(nt_config_parse(mathop(), list[i].expected, &expected, NULL), NT_OK);
        nt_config_canonical(mathop(), list[i].shape, list[i].contiguous, list[i].steps, &c);
        if (!config_equal(&c, &expected)) {
            char text[NT_CONFIG_TEXT];
            nt_config_format(mathop(), &expected, text, sizeof text);
            fail_msg("%s gives %s, not %s", list[i].config, config_text(mathop(), &c), text);
        }
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    for (int k = 0; k < 2; k++) {
        kernels[k] = *mathop();
        fields[k] = *mathop()->field;
        fields[k].radius = k ? two_cells : NULL;
        kernels[k].field = &fields[k];
        tests_add(canonical_is_a_fixed_point, &kernels[k], "radius-%d:fixed-point", 2 * k);
        tests_add(canonical_form_makes_the_same_calls, &kernels[k], "radius-%d:same-calls", 2 * k);
    }
    tests_add(canonical_examples, NULL, "examples");
    return tests_run("canonical");
}
