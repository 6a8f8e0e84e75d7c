/*
 * test_fields.c - which trials share grids
 * SPDX-License-Identifier: MIT
 */
#include "support.h"

#include "measure/fields.h"

static trial_ask ask_with(nt_parallel parallel, int threads)
{
    trial_ask ask = {.kernel = nt_kernel_find("mathop"), .dtype = NT_F64, .shape = {40, 9, 7}, .steps = 1};
    assert_int_equal(nt_config_default(ask.kernel, ask.dtype, &ask.config, NULL), NT_OK);
    ask.config.parallel = parallel;
    ask.config.threads = threads;
    return ask;
}

static fields *get(fields_cache *cache, const trial_ask *ask)
{
    fields *f;
    nt_error why;
    if (fields_get(cache, ask, &f, &why) != NT_OK)
        fail_msg("%s", why.text);
    return f;
}

/* With several NUMA nodes, threads find their cells on their own node only if they touched them first. */
static void are_placed_for_the_config(void **state)
{
    const int n_numa = (int)(intptr_t)*state;
    fields_cache cache = {.n_numa = n_numa};
    trial_ask outer = ask_with(NT_PARALLEL_OUTER, 2), middle = ask_with(NT_PARALLEL_MIDDLE, 2),
              one = ask_with(NT_PARALLEL_OUTER, 1);
    fields *first = get(&cache, &outer);
    outer.config.tile[1] = 4;
    assert_ptr_equal(get(&cache, &outer), first);
    assert_int_equal(get(&cache, &middle) == first, n_numa == 1);
    assert_int_equal(get(&cache, &one) == first, n_numa == 1);
    assert_ptr_equal(get(&cache, &outer), first);
    fields_free_all(&cache);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    tests_add(are_placed_for_the_config, (const void *)1, "one-node");
    tests_add(are_placed_for_the_config, (const void *)2, "two-nodes");
    return tests_run("fields");
}
