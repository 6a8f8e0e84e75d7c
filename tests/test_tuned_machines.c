/*
 * test_tuned_machines.c - a fat build on machines of all kinds: those it has headers of, and made-up ones
 * SPDX-License-Identifier: MIT
 *
 * What a machine is, and which isas run on it, are independent here: NESTUNE_MAX_ISA takes away what this CPU has.
 */
#include "environment_support.h"
#include "tuned_fixture.h"

enum { MOST_HEADERS = 64, MOST_MACHINES = MOST_HEADERS + 8 };

static nt_tuned_source headers[MOST_HEADERS]; /* all committed ones */
static int n_headers;
static nt_machine machines[MOST_MACHINES];
static int n_machines;

static int read_headers(void **state)
{
    (void)state;
    const nt_tuned *t;
    for (int i = 0; (t = nt_tuned_at(i)); i++) {
        if (n_headers == MOST_HEADERS)
            return -1;
        headers[n_headers] = (nt_tuned_source){.tuned = *t, .origin = NT_TUNED_BUILT_IN};
        if (n_headers > 0)
            headers[n_headers - 1].next = &headers[n_headers];
        n_headers++;
    }
    return n_headers > 0 ? 0 : -1;
}

static void add_machine(const char *vendor, const char *uarch, int family, int model, int64_t l1d, int64_t l2,
                        int64_t l3, int threads)
{
    nt_machine *m = &machines[n_machines++];
    *m = (nt_machine){.family = family,
                      .model_id = model,
                      .l1d_bytes = l1d,
                      .l2_bytes = l2,
                      .l3_bytes = l3,
                      .threads_allowed = threads};
    snprintf(m->vendor, sizeof m->vendor, "%s", vendor);
    snprintf(m->uarch, sizeof m->uarch, "%s", uarch);
}

static int make_machines(void **state)
{
    if (read_headers(state) != 0)
        return -1;
    for (int i = 0; i < n_headers; i++) {
        const nt_tuned *t = &headers[i].tuned;
        if (strcmp(t->vendor, "-") != 0)
            add_machine(t->vendor, t->uarch, t->family, t->model_id, t->l1d_bytes, t->l2_bytes, t->l3_bytes,
                        t->threads);
    }
    add_machine("GenuineIntel", "skylake_avx512", 6, 85, 32 << 10, 1 << 20, 36 << 20, 48);
    add_machine("GenuineIntel", "nehalem", 6, 26, 32 << 10, 256 << 10, 8 << 20, 8);
    add_machine("AuthenticAMD", "zen3", 25, 33, 32 << 10, 512 << 10, 64 << 20,
                32); /* another model of a known one */
    add_machine("0x41", "neoverse_v2", 8, 0xd4f, 64 << 10, 2 << 20, 114 << 20, 72);
    add_machine("GenuineIntel", "x86_64_v3", 6, 190, 32 << 10, 2 << 20, 0, 4);
    add_machine("", "unknown", 0, 0, 0, 0, 0, 1);
    return 0;
}

/* Calls `check` for each kernel, type, case and class of rows that a field or a range has. */
typedef void use_fn(const nt_tuned_use *use, const nt_machine *here);
static void each_use(const nt_machine *here, use_fn *check)
{
    for (int k = 0; k < nt_kernel_count(); k++) {
        const nt_kernel *kernel = nt_kernel_at(k);
        const nt_case *its_case;
        for (int c = 0; (its_case = nt_kernel_case_at(kernel, c)); c++)
            for (int at = 0; at < NT_N_DTYPES * NT_N_CLASSES * NT_N_REPEATS; at++) {
                const nt_tuned_use use = {kernel,
                                          its_case->name,
                                          (nt_dtype)(at % NT_N_DTYPES),
                                          (nt_class)(at / NT_N_DTYPES % NT_N_CLASSES),
                                          (nt_repeat)(at / NT_N_DTYPES / NT_N_CLASSES),
                                          INT64_MAX};
                nt_config unused;
                nt_error ignored;
                const nt_status status =
                    nt_tuned_find_in(headers, here, NT_TUNED_ON, &use, &unused, &ignored);
                if (status == NT_OK || status == NT_ESTALE)
                    check(&use, here);
                else
                    assert_true(status == NT_EARG || status == NT_EKERNEL);
            }
    }
}

/* It runs here, and with no more threads than there are; and the explanation takes what is used. */
static void check_use(const nt_tuned_use *use, const nt_machine *here)
{
    nt_tuned_offer offers[MOST_HEADERS];
    nt_config c;
    int n, n_taken = 0;
    const nt_status status = nt_tuned_find_in(headers, here, NT_TUNED_ON, use, &c, &why);
    assert_true(*why.text && !strchr(why.text, '\n'));
    if (!nt_isa_available(c.isa) || nt_config_runs(use->kernel, use->dtype, &c, NULL) != NT_OK)
        fail_msg("%s %s on a made-up %s: %s cannot run here", use->kernel->name, nt_dtype_name(use->dtype),
                 here->uarch, nt_isa_name(c.isa));
    assert_true(c.threads >= 1 && c.threads <= here->threads_allowed);
    assert_int_equal(nt_tuned_explain_in(headers, here, NT_TUNED_ON, use, offers, MOST_HEADERS, &n, NULL),
                     NT_OK);
    assert_int_equal(n, n_headers);
    for (int i = 0; i < n; i++) {
        const nt_tuned_offer *o = &offers[i];
        assert_true(*o->why.text && !strchr(o->why.text, '\n') && o->rank);
        if (o->usable)
            assert_true(nt_isa_available(o->config.isa));
        if (!o->taken)
            continue;
        n_taken++;
        assert_int_equal(nt_config_differences(&o->config, &c), 0);
        assert_int_equal(o->row != NULL, status == NT_OK);
        for (int k = 0; k < i; k++)
            assert_false(offers[k].usable);
    }
    assert_true(n_taken == 1 || (n_taken == 0 && status == NT_ESTALE));
}

static void test_all_isas_on_all_machines(void **state)
{
    (void)state;
    for (int isa = 0; isa < NT_N_ISAS; isa++) {
        environment_set("NESTUNE_MAX_ISA", nt_isa_name((nt_isa)isa));
        for (int i = 0; i < n_machines; i++)
            each_use(&machines[i], check_use);
    }
    environment_set("NESTUNE_MAX_ISA", NULL);
}

/* Each machine's own header comes first there, whichever others are built in; and on machines without one it is never last but
 * the generic one. */
static void test_own_headers_come_first(void **state)
{
    (void)state;
    const nt_kernel *mathop = nt_kernel_find("mathop");
    const nt_tuned_use use = {mathop, "default", NT_F64, NT_CLASS_MEMORY, NT_REPEAT_ONE, INT64_MAX};
    for (int i = 0; i < n_machines; i++) {
        nt_tuned_offer offers[MOST_HEADERS];
        int n;
        assert_int_equal(
            nt_tuned_explain_in(headers, &machines[i], NT_TUNED_ON, &use, offers, MOST_HEADERS, &n, NULL),
            NT_OK);
        const nt_tuned *first = offers[0].tuned, *last = offers[n - 1].tuned;
        bool is_known = false;
        for (int k = 0; k < n_headers; k++) {
            const nt_tuned *t = &headers[k].tuned;
            is_known |= strcmp(t->vendor, machines[i].vendor) == 0 && t->family == machines[i].family &&
                        t->model_id == machines[i].model_id && t->l1d_bytes == machines[i].l1d_bytes &&
                        t->l2_bytes == machines[i].l2_bytes && t->l3_bytes == machines[i].l3_bytes;
        }
        assert_int_equal(strcmp(offers[0].rank, "built in, same CPU") == 0, is_known);
        if (is_known)
            assert_true(first->family == machines[i].family && first->model_id == machines[i].model_id);
        if (n_headers > 1) /* a fat build */
            assert_int_equal(strcmp(last->vendor, "-"), 0);
    }
    const int zen3 =
        n_machines - 4; /* of another model: the header of its microarchitecture, if there is one */
    nt_tuned_offer best;
    int n;
    assert_int_equal(nt_tuned_explain_in(headers, &machines[zen3], NT_TUNED_ON, &use, &best, 1, &n, NULL),
                     NT_OK);
    if (strcmp(best.tuned->uarch, "zen3") == 0)
        assert_string_equal(best.rank, "built in, same microarchitecture");
}

int main(void)
{
    unsetenv("NESTUNE_TUNED");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_isas_on_all_machines),
        cmocka_unit_test(test_own_headers_come_first),
    };
    return cmocka_run_group_tests(tests, make_machines, NULL);
}
