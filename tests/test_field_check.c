/*
 * test_field_check.c - the check on awkward shapes passes right tile functions and finds wrong ones
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include <string.h>

#include "measure/field_check.h"
#include "measure/subject.h"

/* dst = src + 1, with one flaw a variant. */
static void add_one(const nt_step *step, const nt_box *box)
{
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x++) {
                const double *src = (const double *)step->src.cells + z * step->src.sz + y * step->src.sy;
                double *dst = (double *)step->dst.cells + z * step->dst.sz + y * step->dst.sy;
                dst[x] = src[x] + 1;
            }
}

/* The last cell of a long row differs, as with a wrong tail. */
static void wrong_tail(const nt_step *step, const nt_box *box)
{
    add_one(step, box);
    if (box->x1 - box->x0 > 32)
        ((double *)step->dst.cells)[box->z0 * step->dst.sz + box->y0 * step->dst.sy + box->x1 - 1] += 1e-9;
}

/* A whole vector is stored at the end of a row. */
static void stray_store(const nt_step *step, const nt_box *box)
{
    add_one(step, box);
    ((double *)step->dst.cells)[(box->z1 - 1) * step->dst.sz + (box->y1 - 1) * step->dst.sy + box->x1] = 0;
}

/* It changes what it should only read. */
static void write_source(const nt_step *step, const nt_box *box)
{
    add_one(step, box);
    if (step->src.cells != step->dst.cells)
        ((double *)step->src.cells)[box->z0 * step->src.sz + box->y0 * step->src.sy + box->x0] = 3;
}

static const nt_form forms[] = {{.name = "plain"}, {.name = "other"}, {0}};

/* The first entry of a variant is the plain one, which the check compares with. */
#define ENTRIES(name, plain_tile, other_tile)                                                     \
    {.isa = NT_ISA_SCALAR, .variant = name, .dtype = NT_F64, .fn = "plain", .tile = plain_tile},  \
    {                                                                                             \
        .isa = NT_ISA_SCALAR, .variant = name, .dtype = NT_F64, .fn = "other", .tile = other_tile \
    }
static const nt_function functions[] = {
    ENTRIES("right", add_one, add_one),
    ENTRIES("wrong_tail", add_one, wrong_tail),
    ENTRIES("stray_store", add_one, stray_store),
    ENTRIES("write_source", add_one, write_source),
    {0},
};
static const nt_variant variants[] = {
    {.name = "right"},        {.name = "wrong_tail"}, {.name = "stray_store"},
    {.name = "write_source"}, {.name = NULL},
};

static double fill(int grid, int64_t i, uint64_t seed)
{
    return (double)i + grid + 0.25 * (double)(seed % 4);
}

static const nt_field field = {.n_levels = 1, .fill = fill};
static const nt_kernel kernel = {
    NT_KERNEL_HEAD,       .name = "add_one",  .version = 1,
    .title = "adds one",  .formula = "a + 1", .field = &field,
    .variants = variants, .forms = forms,     .functions = (const nt_function *const[]){functions, NULL}};

static trial_ask make_ask(const char *variant, int in_place)
{
    trial_ask ask = {.kernel = &kernel,
                     .dtype = NT_F64,
                     .shape = {64, 64, 64},
                     .steps = 3,
                     .in_place = in_place,
                     .reps = 1};
    assert_int_equal(nt_config_default(&kernel, NT_F64, &ask.config, NULL), NT_OK);
    ask.config.isa = NT_ISA_SCALAR;
    ask.config.variant = nt_kernel_variant(&kernel, variant);
    ask.config.fn = nt_kernel_form(&kernel, "other");
    return ask;
}

static void passes_right_functions(void **state)
{
    (void)state;
    for (int in_place = 0; in_place <= 1; in_place++)
        for (int p = 0; p < NT_N_PARALLELS; p++) {
            nt_error why = {""};
            trial_ask ask = make_ask("right", in_place);
            ask.config.parallel = (nt_parallel)p;
            ask.config.tile[1] = 2;
            ask.config.depth = in_place ? 3 : 1;
            const trial_outcome outcome = field_check(&ask, &why);
            assert_string_equal(why.text, "");
            assert_int_equal(outcome, TRIAL_OK);
        }
}

static void finds_wrong_functions(void **state)
{
    (void)state;
    static const struct {
        const char *variant, *text;
        int found[2]; /* out of place, in place */
    } cases[] = {
        {"wrong_tail", "33x17x9: cell (32, ", {1, 1}},
        {"stray_store", "outside its cells", {1, 1}},
        {"write_source", "operand 0 overwritten", {1, 0}}, /* in place there is no source */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int in_place = 0; in_place <= 1; in_place++) {
            nt_error why = {""};
            const trial_ask ask = make_ask(cases[i].variant, in_place);
            const trial_outcome outcome = field_check(&ask, &why);
            assert_int_equal(outcome, cases[i].found[in_place] ? TRIAL_WRONG : TRIAL_OK);
            if (outcome == TRIAL_WRONG)
                assert_non_null(strstr(why.text, cases[i].text));
        }
}

static void reports_a_refusal(void **state)
{
    (void)state;
    nt_error why = {""};
    trial_ask ask = make_ask("right", 1);
    ask.config.fn = 2;
    assert_int_equal(field_check(&ask, &why), TRIAL_REFUSED);
    assert_true(why.text[0] != '\0');
}

/* ---- Neighbours, two levels, ghosts ---------------------------------------------------------------- */

static double at(const nt_view *v, int64_t x, int64_t y, int64_t z)
{
    return ((const double *)v->cells)[x + y * v->sy + z * v->sz];
}

/* new = left + right - old: a wave along x. */
static void string(const nt_step *step, const nt_box *box)
{
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x++)
                ((double *)step->dst.cells)[x + y * step->dst.sy + z * step->dst.sz] =
                    at(&step->src, x - 1, y, z) + at(&step->src, x + 1, y, z) - at(&step->dst, x, y, z);
}

/* As above, and it writes into the halo below the first row of a box, where nothing else writes. */
static void wrong_ghost(const nt_step *step, const nt_box *box)
{
    string(step, box);
    if (box->y0 == 0)
        ((double *)step->dst.cells)[box->x0 - step->dst.sy + box->z0 * step->dst.sz] = 0x1p-30;
}

/* Wrong in boxes that have slid, as time blocks have them. */
static void wrong_when_skewed(const nt_step *step, const nt_box *box)
{
    string(step, box);
    if (box->y0 % 11 != 0)
        ((double *)step->dst.cells)[box->x0 + box->y0 * step->dst.sy + box->z0 * step->dst.sz] += 0x1p-30;
}

/* Even ghosts in x: cells of the halo that the engine sets, and nothing else may. */
static void even_ghosts(const void *params, nt_dtype dtype, const nt_view *level, const int64_t n[3],
                        const nt_box *box)
{
    (void)params, (void)dtype;
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++) {
            double *row = (double *)level->cells + y * level->sy + z * level->sz;
            if (box->x0 == 0)
                row[-1] = row[0];
            if (box->x1 == n[0])
                row[n[0]] = row[n[0] - 1];
        }
}

static int radius_1(const void *params)
{
    (void)params;
    return 1;
}

static const nt_function string_functions[] = {
    ENTRIES("right", string, string),
    ENTRIES("wrong_ghost", string, wrong_ghost),
    ENTRIES("wrong_when_skewed", string, wrong_when_skewed),
    {0},
};
static const nt_variant string_variants[] = {
    {.name = "right"}, {.name = "wrong_ghost"}, {.name = "wrong_when_skewed"}, {.name = NULL}};
static const nt_field string_field = {.n_levels = 2, .radius = radius_1, .ghosts = even_ghosts, .fill = fill};
static const nt_kernel string_kernel = {NT_KERNEL_HEAD,
                                        .name = "string",
                                        .version = 1,
                                        .title = "a string",
                                        .formula = "left + right - old",
                                        .field = &string_field,
                                        .variants = string_variants,
                                        .forms = forms,
                                        .functions = (const nt_function *const[]){string_functions, NULL}};

static void ghosts_and_time_blocks_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *variant, *text;
    } cases[] = {{"right", ""}, {"wrong_ghost", ": cell (0, -1, 0)"}, {"wrong_when_skewed", ": cell ("}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int depth = 1; depth <= 7; depth += 3) {
            nt_error why = {""};
            trial_ask ask = {
                .kernel = &string_kernel, .dtype = NT_F64, .shape = {64, 64, 64}, .steps = 8, .reps = 1};
            assert_int_equal(nt_config_default(&string_kernel, NT_F64, &ask.config, NULL), NT_OK);
            ask.config.variant = nt_kernel_variant(&string_kernel, cases[i].variant);
            ask.config.fn = nt_kernel_form(&string_kernel, "other");
            ask.config.depth = depth;
            ask.config.order = depth > 1 ? NT_ORDER_YXZ : NT_ORDER_ZYX;
            ask.config.tile[1] = 11;
            const trial_outcome outcome = field_check(&ask, &why);
            const bool found = i == 1 || (i == 2 && depth > 1);
            if (!found)
                assert_string_equal(why.text, "");
            assert_int_equal(outcome, found ? TRIAL_WRONG : TRIAL_OK);
            assert_non_null(strstr(why.text, found ? cases[i].text : ""));
        }
}

enum { MOST_CASES = 8 };

/* Every field registered and each of its cases, by its default config and by busy ones. */
static void registered_fields_pass(void **state)
{
    (void)state;
    const int step = test_sampled() ? 2 : 1; /* in a sample one type in place, the other not */
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int d = 0; d < MOST_CASES * NT_N_DTYPES; d++)
            for (int in_place = d % step; in_place <= 1; in_place += step) {
                nt_error why = {""};
                const nt_case *c = nt_kernel_case_at(nt_kernel_at(k), d / NT_N_DTYPES);
                if (!c || !nt_kernel_at(k)->field)
                    continue;
                trial_ask ask = {.kernel = nt_kernel_at(k),
                                 .kernel_case = c,
                                 .dtype = (nt_dtype)(d % NT_N_DTYPES),
                                 .steps = 5,
                                 .in_place = in_place,
                                 .reps = 1};
                assert_int_equal(nt_config_default(ask.kernel, ask.dtype, &ask.config, NULL), NT_OK);
                assert_int_equal(field_check(&ask, &why), TRIAL_OK);
                ask.config.parallel = NT_PARALLEL_FLAT;
                ask.config.tile[0] = 16;
                ask.config.tile[1] = 3;
                ask.config.tile[2] = 2;
                assert_int_equal(field_check(&ask, &why), TRIAL_OK);
                assert_string_equal(why.text, "");
                ask.config.parallel = NT_PARALLEL_OUTER;
                ask.config.order = NT_ORDER_YXZ;
                ask.config.depth = 3;
                ask.config.tile[0] = 0;
                ask.config.tile[1] = 7;
                const trial_outcome outcome = field_check(&ask, &why);
                assert_string_equal(why.text, "");
                assert_int_equal(outcome, TRIAL_OK);
            }
}

/* Every range registered, in each of its types, by its default config and by busy ones. */
static void registered_ranges_pass(void **state)
{
    (void)state;
    static const char *const schedules[] = {"parallel=serial,chunk=7", "parallel=flat,threads=3",
                                            "parallel=flat,threads=2,chunk=64,schedule=dynamic",
                                            "parallel=flat,threads=3,chunk=5,schedule=guided"};
    for (int k = 0; k < nt_kernel_count(); k++)
        for (int d = 0; d < NT_N_DTYPES; d++) {
            nt_error why = {""};
            trial_ask ask = {.kernel = nt_kernel_at(k), .dtype = (nt_dtype)d, .steps = 1, .reps = 1};
            nt_config plain;
            if (!ask.kernel->range || nt_config_default(ask.kernel, ask.dtype, &plain, NULL) != NT_OK)
                continue;
            for (int i = -1; i < 4; i++) {
                ask.config = plain;
                assert_int_equal(nt_config_parse(ask.kernel, i < 0 ? "" : schedules[i], &ask.config, NULL),
                                 NT_OK);
                const trial_outcome outcome = subject_check(&ask, &why);
                assert_string_equal(why.text, "");
                assert_int_equal(outcome, TRIAL_OK);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_right_functions), cmocka_unit_test(finds_wrong_functions),
        cmocka_unit_test(reports_a_refusal),      cmocka_unit_test(ghosts_and_time_blocks_are_checked),
        cmocka_unit_test(registered_fields_pass), cmocka_unit_test(registered_ranges_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
