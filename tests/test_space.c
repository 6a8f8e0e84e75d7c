/*
 * test_space.c - every config that a search may draw can run, and no two have the same effect
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "search/space.h"
#include "support.h"
#include "tune/tune.h"

static const int64_t shapes[][3] = {
    {64, 24, 42},
    {100, 10000, 135},
    {1, 1, 1},
    {1, 7, 1},
    {17, 1, 1},
    {3, 5, 100000},
    {INT64_C(1) << 30, 1, 1},
    {1, INT64_C(1) << 30, 1},
    {512, 512, 512},
};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

static space_question question(const prebuilt *s, const int64_t shape[3], int64_t steps, const int *threads,
                               int n_threads)
{
    return (space_question){.kernel = s->kernel,
                            .kernel_case = s->kernel_case,
                            .dtype = s->function->dtype,
                            .shape = {shape[0], shape[1], shape[2]},
                            .steps = steps,
                            .arithmetic = prebuilt_config(s),
                            .threads = threads,
                            .n_threads = n_threads,
                            .speeds.l1_bytes = 49152,
                            .speeds.l2_bytes = 1 << 20};
}

static bool has_value(const space *s, nt_key_id axis, int64_t value)
{
    for (int i = 0; i < s->n[axis]; i++)
        if (s->value[axis][i] == value)
            return true;
    return false;
}

static bool equal(const nt_config *a, const nt_config *b)
{
    return nt_config_differences(a, b) == 0;
}

/* It can run, is canonical, and comes from the axes: serial means one thread, whether
 * the axis of threads has that or not, and a shared loop of one iteration is another one. */
static void check_config(const space *s, nt_config c, const char *what)
{
    nt_error why;
    if (nt_config_runs(s->q.kernel, s->q.dtype, &c, &why) != NT_OK)
        fail_msg("%s: %s: %s", what, config_text(s->q.kernel, &c), why.text);
    const nt_config again = space_canonical(s, c);
    if (!equal(&again, &c))
        fail_msg("%s: made canonical again it is another: %s", what, config_text(s->q.kernel, &c));
    assert_int_equal(c.isa, s->q.arithmetic.isa);
    assert_int_equal(c.variant, s->q.arithmetic.variant);
    for (int a = 0; a < NT_N_KEYS; a++) {
        const int64_t value = nt_key_get(&c, (nt_key_id)a);
        if (s->n[a] == 0)
            assert_int_equal(value, nt_key_get(&s->q.arithmetic, (nt_key_id)a));
        else if (!has_value(s, (nt_key_id)a, value) && !(a == NT_KEY_THREADS && value == 1))
            fail_msg("%s: %s %lld is not in the space", what, nt_key_name(s->q.kernel, (nt_key_id)a),
                     (long long)value);
    }
}

static nt_config first_start(const space *s)
{
    nt_config start[SPACE_MOST_STARTS];
    assert_in_range(space_starts(s, start), 1, SPACE_MOST_STARTS);
    return start[0];
}

static void check_starts(const space *s)
{
    nt_config start[SPACE_MOST_STARTS];
    const int n = space_starts(s, start);
    assert_in_range(n, 1, SPACE_MOST_STARTS);
    for (int i = 0; i < n; i++) {
        check_config(s, start[i], "start");
        for (int k = 0; k < i; k++)
            assert_false(equal(&start[i], &start[k]));
    }
}

static bool has_bricks(const nt_kernel *kernel)
{
    const nt_function *f;
    for (int i = 0; (f = nt_kernel_function_at(kernel, i)); i++)
        if (f->layout == NT_LAYOUT_BRICKS)
            return true;
    return false;
}

static void check_axes(const space *s)
{
    const int64_t most[NT_KEY_OWN] = {[NT_KEY_FN] = NT_MAX_FORMS - 1,
                                      [NT_KEY_LAYOUT] = has_bricks(s->q.kernel) ? NT_LAYOUT_BRICKS : 0,
                                      [NT_KEY_PARALLEL] = NT_N_PARALLELS - 1,
                                      [NT_KEY_ORDER] = NT_N_ORDERS - 1,
                                      [NT_KEY_TILE_X] = s->q.shape[0] * s->q.shape[1] * s->q.shape[2],
                                      [NT_KEY_TILE_Y] = s->q.shape[1],
                                      [NT_KEY_TILE_Z] = s->q.shape[2],
                                      [NT_KEY_DEPTH] = s->q.steps,
                                      [NT_KEY_THREADS] = NT_MAX_THREADS,
                                      [NT_KEY_SCHEDULE] = NT_SCHEDULE_DYNAMIC};
    double size = 1;
    for (int a = 0; a < NT_N_KEYS; a++) {
        const char *name = nt_key_name(s->q.kernel, (nt_key_id)a);
        const nt_key *own = a >= NT_KEY_OWN && name ? &s->q.kernel->keys[a - NT_KEY_OWN] : NULL;
        const int64_t most_here = own ? own->most : a < NT_KEY_OWN ? most[a] : 0;
        assert_in_range(s->n[a], most_here > 0, SPACE_MOST_VALUES);
        if (s->n[a] == 0)
            continue;
        assert_non_null(name);
        assert_true(most_here > 0);
        size *= s->n[a];
        const int64_t least = own ? own->least : a == NT_KEY_THREADS || a == NT_KEY_DEPTH;
        for (int i = 0; i < s->n[a]; i++) {
            const int64_t v = s->value[a][i];
            if (v < least || v > most_here)
                fail_msg("%s: %lld is not in %lld to %lld", name, (long long)v, (long long)least,
                         (long long)most_here);
            for (int j = 0; j < i; j++)
                assert_true(s->value[a][j] != v);
        }
    }
    assert_true(space_size(s) == size);
    for (int a = NT_KEY_TILE_X; a <= NT_KEY_TILE_Z; a++)
        assert_true(has_value(s, (nt_key_id)a, 0));
    assert_int_equal(s->n[NT_KEY_PARALLEL], NT_N_PARALLELS);
    assert_int_equal(s->n[NT_KEY_ORDER], NT_N_ORDERS);
    assert_int_equal(s->n[NT_KEY_SCHEDULE], NT_SCHEDULE_DYNAMIC + 1); /* guided only if named */
}

/* A descent goes along each axis once, but for those that are the arithmetic's. */
static void the_axes_are_the_keys(void **state)
{
    (void)state;
    bool seen[NT_N_KEYS] = {[NT_KEY_ISA] = true, [NT_KEY_VARIANT] = true};
    for (int a = 0; a < SPACE_N_AXES; a++) {
        assert_in_range(space_axes[a], 0, NT_N_KEYS - 1);
        assert_false(seen[space_axes[a]]);
        seen[space_axes[a]] = true;
    }
    for (int k = 0; k < NT_N_KEYS; k++)
        assert_true(seen[k]);
}

/* ---- For every prebuilt function ------------------------------------------------------------------ */

static void every_config_can_run(void **state)
{
    static const int threads[] = {1, 2, 3, 16};
    const prebuilt *s = *state;
    rng r = rng_make(3);
    for (int i = 0; i < N_SHAPES; i++)
        for (int64_t steps = 1; steps <= 5; steps += 4)
            for (int n = 1; n <= 4; n += 3) {
                const space_question q = question(s, shapes[i], steps, threads, n);
                space sp;
                space_make(&sp, &q);
                check_axes(&sp);
                check_starts(&sp);
                check_config(&sp, space_canonical(&sp, q.arithmetic), "plain");
                uint64_t draws = rng_next(&r) | 1;
                for (int k = 0; k < 100; k++) {
                    const nt_config c = space_random(&sp, &draws);
                    const nt_key_id axis = space_axes[rng_below(&r, SPACE_N_AXES)];
                    check_config(&sp, c, "random");
                    if (sp.n[axis] > 0)
                        check_config(&sp, space_set(&sp, c, axis, sp.value[axis][rng_below(&r, sp.n[axis])]),
                                     "set");
                }
            }
}

/* ---- One space -------------------------------------------------------------------------------- */

static space mathop_space(const nt_kernel *kernel, int64_t steps)
{
    static const int threads[] = {1, 2, 4};
    static const int64_t shape[3] = {100, 50, 40};
    int n;
    const prebuilt *s = prebuilts(&n);
    while (strcmp(s->kernel->name, "mathop") != 0)
        s++;
    space_question q = question(s, shape, steps, threads, 3);
    if (kernel)
        q.kernel = kernel;
    space sp;
    space_make(&sp, &q);
    return sp;
}

static void the_same_state_gives_the_same_sequence(void **state)
{
    (void)state;
    const space sp = mathop_space(NULL, 5);
    uint64_t a = 7, b = 7, c = 8;
    int differ = 0;
    for (int i = 0; i < 200; i++) {
        const nt_config x = space_random(&sp, &a), y = space_random(&sp, &b), z = space_random(&sp, &c);
        assert_true(equal(&x, &y));
        differ += !equal(&x, &z);
    }
    assert_true(differ > 150);
}

static void every_value_is_drawn(void **state)
{
    (void)state;
    const space sp = mathop_space(NULL, 5);
    uint64_t draws = 1;
    bool seen[NT_N_KEYS][SPACE_MOST_VALUES] = {{false}};
    for (int k = 0; k < 20000; k++) {
        const nt_config c = space_random(&sp, &draws);
        for (int a = 0; a < NT_N_KEYS; a++)
            for (int i = 0; i < sp.n[a]; i++)
                seen[a][i] |= nt_key_get(&c, (nt_key_id)a) == sp.value[a][i];
    }
    for (int a = 0; a < NT_N_KEYS; a++)
        for (int i = 0; i < sp.n[a]; i++)
            if (!seen[a][i])
                fail_msg("%s %lld is never drawn", nt_key_name(sp.q.kernel, (nt_key_id)a),
                         (long long)sp.value[a][i]);
}

static void sharing_a_loop_again_takes_all_threads(void **state)
{
    (void)state;
    const space sp = mathop_space(NULL, 5);
    const nt_config serial = space_set(&sp, first_start(&sp), NT_KEY_PARALLEL, NT_PARALLEL_SERIAL);
    assert_int_equal(serial.parallel, NT_PARALLEL_SERIAL);
    assert_int_equal(serial.threads, 1);
    assert_int_equal(space_set(&sp, serial, NT_KEY_PARALLEL, NT_PARALLEL_OUTER).threads, 4);
    assert_int_equal(space_set(&sp, serial, NT_KEY_PARALLEL, NT_PARALLEL_FLAT).threads, 4);
}

static void the_start_keeps_steps_in_the_first_level_cache(void **state)
{
    (void)state;
    const space many = mathop_space(NULL, 5), one = mathop_space(NULL, 1);
    nt_config start = first_start(&many);
    assert_int_equal(start.parallel, NT_PARALLEL_FLAT);
    assert_int_equal(start.depth, 5);
    assert_int_equal(start.threads, 4);
    assert_true(start.tile[0] > 0 && 2 * start.tile[0] * (int64_t)nt_dtype_bytes(many.q.dtype) <= 49152);
    start = first_start(&one);
    assert_int_equal(start.depth, 1);
    assert_int_equal(start.tile[0], 0);
}

static int radius_1(const void *params)
{
    (void)params;
    return 1;
}

static int radius_4(const void *params)
{
    (void)params;
    return 4;
}

/* ---- Stencils -------------------------------------------------------------------------------------- */

static const int64_t large[3] = {512, 512, 128};

/* mathop as a stencil of two levels and one coefficient. */
typedef struct stencil {
    nt_kernel kernel;
    nt_field field;
} stencil;

static space stencil_space(stencil *made, int (*radius)(const void *), const int64_t shape[3], int64_t steps)
{
    static const int threads[] = {1, 2};
    int n;
    const prebuilt *s = prebuilts(&n);
    while (strcmp(s->kernel->name, "mathop") != 0)
        s++;
    made->kernel = *s->kernel;
    made->field = *s->kernel->field;
    made->field.radius = radius;
    made->field.n_levels = 2;
    made->field.n_coefs = 1;
    made->kernel.field = &made->field;
    space_question q = question(s, shape, steps, threads, 2);
    q.kernel = &made->kernel;
    q.speeds.l3_bytes = 16 << 20;
    space sp;
    space_make(&sp, &q);
    return sp;
}

static void stencils_keep_steps_too(void **state)
{
    (void)state;
    static const int64_t depths[] = {1, 2, 3, 4, 6, 8, 12, 16};
    stencil kernel;
    for (int64_t steps = 1; steps <= 20; steps++) {
        const space sp = stencil_space(&kernel, radius_1, large, steps);
        int n = 0;
        for (size_t i = 0; i < sizeof depths / sizeof *depths; i++)
            if (depths[i] <= steps)
                assert_int_equal(sp.value[NT_KEY_DEPTH][n++], depths[i]);
        assert_int_equal(sp.n[NT_KEY_DEPTH], n);
        check_axes(&sp);
        check_starts(&sp);
        uint64_t draws = 5;
        for (int i = 0; i < 300; i++) {
            const nt_config c = space_random(&sp, &draws);
            check_config(&sp, c, "random");
            check_config(&sp, space_near(&sp, c, &draws), "near");
        }
    }
}

/* Temporal blocking has loops of its own: keys that they ignore have the same value in all configs. */
static void time_blocks_have_one_form(void **state)
{
    (void)state;
    stencil kernel;
    const space sp = stencil_space(&kernel, radius_4, large, 16);
    uint64_t draws = 7;
    int n_deep = 0, n_serial = 0;
    for (int i = 0; i < 3000; i++) {
        const nt_config c = space_random(&sp, &draws);
        if (c.depth == 1)
            continue;
        n_deep++;
        n_serial += c.parallel == NT_PARALLEL_SERIAL;
        assert_int_equal(c.order, NT_ORDER_YXZ);
        assert_true(c.parallel == NT_PARALLEL_SERIAL || c.parallel == NT_PARALLEL_OUTER);
        for (int p = NT_PARALLEL_OUTER; c.parallel == NT_PARALLEL_OUTER && p < NT_N_PARALLELS; p++) {
            const nt_config other = space_set(&sp, c, NT_KEY_PARALLEL, p);
            assert_true(equal(&other, &c));
        }
    }
    assert_true(n_deep > 1000 && n_serial > 100 && n_serial < n_deep);
}

/* The model by hand: at depth 8, radius 1, f64, a tile of 512 x 32 x 2 slides by 7 rows and planes and reads
 * one more on either side; three grids. */
static void the_wavefront_is_counted(void **state)
{
    (void)state;
    stencil kernel;
    const space sp = stencil_space(&kernel, radius_1, large, 16);
    const double bytes = (double)nt_dtype_bytes(sp.q.dtype), line = 64 / bytes;
    nt_config c = sp.q.arithmetic;
    c.parallel = NT_PARALLEL_OUTER;
    c.threads = 2;
    c.depth = 8;
    c.tile[0] = 0, c.tile[1] = 32, c.tile[2] = 2;
    assert_true(space_wavefront_bytes(&sp, &c) == 3 * bytes * 512 * (32 + 7 + 2) * (2 + 7 + 2));
    c.tile[0] = 64; /* a cut row slides by whole cache lines */
    assert_true(space_wavefront_bytes(&sp, &c) == 3 * bytes * (64 + 7 * line + 2) * 41 * 11);
    c.tile[0] = 0, c.tile[1] = 0; /* half of the rows each */
    assert_true(space_wavefront_bytes(&sp, &c) == 3 * bytes * 512 * (256 + 7 + 2) * 11);
    c.depth = 1, c.tile[1] = 8, c.tile[2] = 1;
    assert_true(space_wavefront_bytes(&sp, &c) == 3 * bytes * 512 * 10 * 3);
}

static void stencils_start_where_the_caches_suggest(void **state)
{
    (void)state;
    int (*const radii[])(const void *) = {radius_1, radius_4};
    for (int r = 0; r < 2; r++)
        for (int64_t steps = 1; steps <= 16; steps += 15) {
            stencil kernel;
            const space sp = stencil_space(&kernel, radii[r], large, steps);
            nt_config start[SPACE_MOST_STARTS];
            const int n = space_starts(&sp, start);
            check_starts(&sp);
            /* What keeps steps comes first; where there is one step, every form has its layers. */
            const int n_layers = steps == 1 ? sp.n[NT_KEY_FN] : 1;
            int n_in_l2 = 0, n_eight = 0;
            for (int i = 0; i < n - n_layers; i++) {
                const double bytes = space_wavefront_bytes(&sp, &start[i]);
                assert_true(start[i].depth > 1 && start[i].depth <= steps);
                assert_int_equal(start[i].threads, 2);
                assert_true(bytes <= (double)sp.q.speeds.l3_bytes);
                assert_true(start[i].tile[1] >= start[i].depth * sp.radius);
                assert_in_range(start[i].tile[2], 2, 4);
                assert_true(start[i].tile[0] == 0 || bytes <= 0.75 * (double)sp.q.speeds.l2_bytes);
                n_in_l2 += bytes <= 0.75 * (double)sp.q.speeds.l2_bytes;
                n_eight += start[i].depth == 8;
            }
            /* At radius 4 depth 8 of whole rows is more than 16 MiB. */
            assert_true(steps == 1 ? n == n_layers : n_in_l2 > 0 && (r > 0 || n_eight > 0));
            for (int i = n - n_layers; i < n; i++) {
                /* No steps are kept; the planes of the level that it reads stay in cache. */
                nt_config planes = start[i];
                assert_int_equal(planes.depth, 1);
                assert_true(planes.tile[1] > 0);
                planes.tile[2] = 1;
                assert_true(space_wavefront_bytes(&sp, &planes) <= 3 * 0.5 * (double)sp.q.speeds.l2_bytes);
            }
        }
}

/* Even if nothing fits into the caches there are starts. */
static void small_stencils_have_starts(void **state)
{
    (void)state;
    static const int64_t small[][3] = {{1, 1, 1}, {4, 4, 4}, {7, 1, 3}, {64, 16, 35}, {1 << 20, 8, 8}};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        for (int64_t steps = 1; steps <= 16; steps *= 4) {
            stencil kernel;
            const space sp = stencil_space(&kernel, radius_4, small[i], steps);
            check_axes(&sp);
            check_starts(&sp);
        }
}

static void every_form_is_on_the_axis(void **state)
{
    (void)state;
    int n;
    const prebuilt *s = prebuilts(&n);
    for (int i = 0; i < n; i++) {
        static const int threads[] = {1};
        const space_question q = question(&s[i], shapes[0], 5, threads, 1);
        space sp;
        space_make(&sp, &q);
        bool found = false;
        for (int k = 0; k < sp.n[NT_KEY_FN]; k++) {
            const nt_config c = space_set(&sp, q.arithmetic, NT_KEY_FN, sp.value[NT_KEY_FN][k]);
            found |= nt_kernel_function(s[i].kernel, s[i].function->dtype, &c) == s[i].function;
            assert_int_equal(space_place(&sp, &c, NT_KEY_FN), k);
        }
        assert_true(found);
    }
}

static void more_steps_than_a_config_may_keep(void **state)
{
    (void)state;
    const space sp = mathop_space(NULL, 3 * NT_MAX_DEPTH);
    check_starts(&sp);
    uint64_t draws = 5;
    for (int i = 0; i < 500; i++)
        check_config(&sp, space_random(&sp, &draws), "random");
}

static void as_many_counts_of_threads_as_the_options_take(void **state)
{
    (void)state;
    int n, threads[TUNE_MOST_THREADS];
    for (int i = 0; i < TUNE_MOST_THREADS; i++)
        threads[i] = i + 1;
    assert_in_range(TUNE_MOST_THREADS, 1, SPACE_MOST_VALUES);
    const space_question q = question(prebuilts(&n), shapes[0], 5, threads, TUNE_MOST_THREADS);
    space sp;
    space_make(&sp, &q);
    assert_int_equal(sp.n[NT_KEY_THREADS], TUNE_MOST_THREADS);
}

int main(void)
{
    int n;
    const prebuilt *s = prebuilts(&n);
    for (int i = 0; i < n; i++)
        tests_add(every_config_can_run, &s[i], "%s", s[i].name);
    tests_add(the_same_state_gives_the_same_sequence, NULL, "the_same_state_gives_the_same_sequence");
    tests_add(every_value_is_drawn, NULL, "every_value_is_drawn");
    tests_add(sharing_a_loop_again_takes_all_threads, NULL, "sharing_a_loop_again_takes_all_threads");
    tests_add(the_start_keeps_steps_in_the_first_level_cache, NULL,
              "the_start_keeps_steps_in_the_first_level_cache");
    tests_add(stencils_keep_steps_too, NULL, "stencils_keep_steps_too");
    tests_add(time_blocks_have_one_form, NULL, "time_blocks_have_one_form");
    tests_add(the_wavefront_is_counted, NULL, "the_wavefront_is_counted");
    tests_add(stencils_start_where_the_caches_suggest, NULL, "stencils_start_where_the_caches_suggest");
    tests_add(small_stencils_have_starts, NULL, "small_stencils_have_starts");
    tests_add(every_form_is_on_the_axis, NULL, "every_form_is_on_the_axis");
    tests_add(more_steps_than_a_config_may_keep, NULL, "more_steps_than_a_config_may_keep");
    tests_add(as_many_counts_of_threads_as_the_options_take, NULL,
              "as_many_counts_of_threads_as_the_options_take");
    tests_add(the_axes_are_the_keys, NULL, "the_axes_are_the_keys");
    return tests_run("space");
}
