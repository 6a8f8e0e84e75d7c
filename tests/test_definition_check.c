/*
 * test_definition_check.c - an arithmetic that is not what its definition says is found, and one that is passes
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "made_kernel.h"
#include "measure/definition_check.h"

static trial_outcome check(const made_kernel *m, nt_error *why)
{
    trial_ask ask = {.kernel = &m->kernel, .dtype = NT_F64, .shape = {8, 8, 8}, .steps = 1, .config = nt_config_blank(&m->kernel)};
    why->text[0] = '\0';
    return definition_check(&ask, why);
}

/* ---- Pointwise: a + 1 ---------------------------------------------------------------------------------- */

static double how_much; /* that the tile adds */

static void add_tile(const nt_step *step, const nt_box *box)
{
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x++)
                ((double *)step->dst.cells)[x + y * step->dst.sy + z * step->dst.sz] =
                    ((const double *)step->src.cells)[x + y * step->src.sy + z * step->src.sz] + how_much;
}

static long double plain(const nt_cell *cell, long double *terms)
{
    const long double a = cell->read(cell, 0, 0, 0, 0);
    *terms = fabsl(a) + 1;
    return a + 1;
}

static void make_adder(made_kernel *m, const char *name, bool in_reals)
{
    make_kernel(m, name);
    m->functions[0].tile = add_tile;
    m->variants[0].max_ulp[NT_F64] = 0.51;
    if (!in_reals) {
        m->field.reference = NULL;
        m->field.plain = plain;
    }
}

static void both_kinds_of_reference(void **state)
{
    (void)state;
    static made_kernel right[2], off[2];
    nt_error why;
    for (int i = 0; i < 2; i++) {
        make_adder(&right[i], "right", i);
        make_adder(&off[i], "off", i);
        assert_int_equal(nt_kernel_check(&right[i].kernel, NULL), NT_OK);
        how_much = 1;
        if (check(&right[i], &why) != TRIAL_OK)
            fail_msg("%s", why.text);
        how_much = 1 + 0x1p-48; /* a few units in the last place of values between 1 and 5 */
        assert_int_equal(check(&off[i], &why), TRIAL_WRONG);
        assert_non_null(strstr(why.text, "cell ("));
        assert_non_null(strstr(why.text, "0.51 are allowed"));
        assert_int_equal(check(&right[i], &why), TRIAL_OK); /* it has passed before */
        how_much = NAN;
        assert_int_equal(check(&off[i], &why), TRIAL_WRONG);
    }
}

static void a_kernel_has_one_reference(void **state)
{
    (void)state;
    static made_kernel m;
    nt_error why;
    make_adder(&m, "two", true);
    m.field.plain = plain;
    assert_refused(nt_kernel_check(&m.kernel, &why), NT_EKERNEL, &why, "two references");
    m.field.plain = NULL;
    m.field.reference = NULL;
    assert_refused(nt_kernel_check(&m.kernel, &why), NT_EKERNEL, &why, "no reference");
}

/* ---- A stencil with everything: corners, the old level, coefficients, parameters --------------------------- */

static double weight; /* of the corner in the tile */

static double at(const nt_view *v, int64_t x, int64_t y, int64_t z)
{
    return ((const double *)v->cells)[x + y * v->sy + z * v->sz];
}

static void stencil_tile(const nt_step *step, const nt_box *box)
{
    const double factor = *(const double *)step->params;
    for (int64_t z = box->z0; z < box->z1; z++)
        for (int64_t y = box->y0; y < box->y1; y++)
            for (int64_t x = box->x0; x < box->x1; x++) {
                const double sum = fma(weight, at(&step->src, x - 1, y - 1, z - 1), at(&step->src, x + 1, y, z));
                ((double *)step->dst.cells)[x + y * step->dst.sy + z * step->dst.sz] =
                    fma(factor * at(&step->coef[1], x, y, z), sum, at(&step->dst, x, y, z) + at(&step->coef[0], x, y, z));
            }
}

static long double stencil_plain(const nt_cell *cell, long double *terms)
{
    const long double factor = *(const double *)cell->params, corner = 3.0L * cell->read(cell, 0, -1, -1, -1),
                      beside = cell->read(cell, 0, 1, 0, 0), old = cell->read(cell, 1, 0, 0, 0),
                      first = cell->read(cell, 2, 0, 0, 0), second = cell->read(cell, 3, 0, 0, 0);
    *terms = fabsl(old) + fabsl(first) + fabsl(factor * second) * (fabsl(corner) + fabsl(beside));
    return old + first + factor * second * (corner + beside);
}

static int one(const void *params)
{
    (void)params;
    return 1;
}

static void no_ghosts(const void *params, nt_dtype dtype, const nt_view *level, const int64_t n[3], const nt_box *box)
{
    (void)params, (void)dtype, (void)level, (void)n, (void)box;
}

static void stencils(void **state)
{
    (void)state;
    static const double factor = 0.7;
    static made_kernel right, off, inside;
    nt_error why;
    made_kernel *const all[] = {&right, &off, &inside};
    for (int i = 0; i < 3; i++) {
        made_kernel *m = all[i];
        make_adder(m, "stencil", false);
        m->kernel.params = &factor;
        m->kernel.ulp_of_terms = 1;
        m->variants[0].max_ulp[NT_F64] = 3;
        m->field.n_levels = m->field.n_coefs = 2;
        m->field.radius = one;
        m->field.plain = stencil_plain;
        m->functions[0].tile = stencil_tile;
        assert_int_equal(nt_kernel_check(&m->kernel, NULL), NT_OK);
    }
    weight = 3;
    if (check(&right, &why) != TRIAL_OK)
        fail_msg("%s", why.text);
    inside.field.ghosts = no_ghosts; /* a halo of the kernel's: only cells that do not read it are compared */
    if (check(&inside, &why) != TRIAL_OK)
        fail_msg("%s", why.text);
    weight = 3 + 1e-9;
    assert_int_equal(check(&off, &why), TRIAL_WRONG);
}

/* All that the library has: both types, each variant of each isa that runs here. */
static void the_library_keeps_its_bounds(void **state)
{
    (void)state;
    int n = 0;
    for (int i = 0; i < nt_kernel_count(); i++) {
        const nt_kernel *k = nt_kernel_at(i);
        const nt_function *f;
        const nt_case *c;
        for (int at_case = 0; k->field && (c = nt_kernel_case_at(k, at_case)); at_case++)
            for (int j = 0; (f = nt_kernel_function_at(k, j)); j++) {
                nt_error why = {""};
                trial_ask ask = {.kernel = k, .kernel_case = c, .dtype = f->dtype, .shape = {8, 8, 8}, .steps = 1, .config = nt_config_blank(k)};
                ask.config.isa = f->isa;
                ask.config.variant = nt_kernel_variant(k, f->variant);
                ask.config.fn = nt_kernel_form(k, f->fn);
                ask.config.layout = (int)f->layout;
                if (!nt_isa_available(f->isa))
                    continue;
                if (definition_check(&ask, &why) != TRIAL_OK)
                    fail_msg("%s %s %s %s %s %s: %s", k->name, c->name, nt_isa_name(f->isa), f->variant, nt_dtype_name(f->dtype), f->fn, why.text);
                n++;
            }
    }
    assert_true(n > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_of_reference),
        cmocka_unit_test(a_kernel_has_one_reference),
        cmocka_unit_test(stencils),
        cmocka_unit_test(the_library_keeps_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
