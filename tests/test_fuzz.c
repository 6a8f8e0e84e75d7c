/*
 * test_fuzz.c - the fuzzed readers on their seeds, and on thousands of seeds that were changed
 * SPDX-License-Identifier: MIT
 *
 * The same inputs each time, with any compiler.  scripts/fuzz lets clang's libFuzzer look for others, in fuzz/.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "support.h"

static const fuzz_target *const targets[] = {&fuzz_config, &fuzz_header, &fuzz_journal, &fuzz_result, &fuzz_npy};

static const char *at_work = "";
static int n_run;

void fuzz_require(bool holds, const char *what)
{
    if (!holds)
        fail_msg("%s, input %d: %s", at_work, n_run, what);
}

/* ---- Seeds and words ---------------------------------------------------------------------------------- */

enum { MOST_PIECES = 512 };

typedef struct pieces {
    int n;
    uint8_t *data[MOST_PIECES];
    size_t size[MOST_PIECES];
} pieces;

static void take(void *context, const void *data, size_t n)
{
    pieces *p = context;
    if (p->n == MOST_PIECES)
        return;
    p->data[p->n] = (uint8_t *)fuzz_text(data, n);
    p->size[p->n++] = n;
}

static void free_pieces(pieces *p)
{
    for (int i = 0; i < p->n; i++)
        free(p->data[i]);
}

/* In memory of its size, so that a sanitizer sees each byte beyond. */
static void run_on(const fuzz_target *t, const uint8_t *data, size_t n)
{
    uint8_t *exact = malloc(n > 0 ? n : 1);
    assert_non_null(exact);
    memcpy(exact, data, n);
    n_run++;
    t->run(exact, n);
    free(exact);
}

/* ---- Changes ------------------------------------------------------------------------------------------ */

enum { ROOM = 1 << 14 };

typedef struct input {
    size_t n;
    uint8_t data[ROOM];
} input;

static void insert(input *in, size_t at, const uint8_t *data, size_t n)
{
    if (in->n + n > ROOM)
        return;
    memmove(in->data + at + n, in->data + at, in->n - at);
    memcpy(in->data + at, data, n);
    in->n += n;
}

/* One change at a random place. */
static void change(input *in, rng *r, const pieces *words, const pieces *seeds)
{
    const size_t at = (size_t)rng_below(r, (int64_t)in->n), left = in->n - at;
    const size_t n = 1 + (size_t)rng_below(r, left < 16 ? (int64_t)left : 16);
    const int word = (int)rng_below(r, words->n), seed = (int)rng_below(r, seeds->n);
    switch (rng_below(r, 8)) {
    case 0: in->data[at] ^= (uint8_t)(1 << rng_below(r, 8)); break;
    case 1: in->data[at] = (uint8_t)rng_below(r, 256); break;
    case 2: in->data[at] = (uint8_t)"0123456789.-eE,:{}[]\"\n x="[rng_below(r, 25)]; break;
    case 3: insert(in, at, words->data[word], words->size[word]); break;
    case 4: insert(in, at, in->data + at, n); break; /* twice */
    case 5: in->n = fuzz_change_number(in->data, in->n, ROOM, (uint32_t)rng_next(r)); break;
    case 6: /* some bytes less */
        memmove(in->data + at, in->data + at + n, left - n);
        in->n -= n;
        break;
    default: /* goes on as another seed does */
        if (seeds->size[seed] > at && seeds->size[seed] <= ROOM) {
            in->n = seeds->size[seed];
            memcpy(in->data + at, seeds->data[seed] + at, in->n - at);
        }
    }
}

static void changed_seeds_do_no_harm(void **state)
{
    const int changed = TEST_SANITIZED ? 2000 : 10000;
    const fuzz_target *t = *state;
    static pieces seeds, words;
    static input in;
    rng r = rng_make(61);
    seeds.n = words.n = n_run = 0;
    at_work = t->name;
    t->seeds(take, &seeds);
    t->words(take, &words);
    assert_true(seeds.n > 0 && words.n > 0);
    for (int i = 0; i < seeds.n; i++)
        run_on(t, seeds.data[i], seeds.size[i]);
    for (int i = 0; i < changed; i++) {
        const int seed = (int)rng_below(&r, seeds.n);
        in.n = seeds.size[seed];
        memcpy(in.data, seeds.data[seed], in.n);
        for (int64_t k = rng_below(&r, 4); k >= 0 && in.n > 0; k--)
            change(&in, &r, &words, &seeds);
        run_on(t, in.data, in.n);
    }
    free_pieces(&seeds);
    free_pieces(&words);
}

int main(void)
{
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        tests_add(changed_seeds_do_no_harm, targets[i], "%s", targets[i]->name);
    return tests_run("fuzz");
}
