/*
 * primes_count.h - the primes of a range, counted or listed piece by piece
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_PRIMES_COUNT_H
#define AUTOTUNE_PRIMES_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "nestune/config.h"
#include "nestune/plan.h"

typedef struct primes_ask {
    uint64_t first, end; /* both included */
    bool list, sieve;    /* list: prints the primes on stdout; sieve: by libprimesieve, not by the kernel */
    int threads;         /* 0: as many as this process may use */
    const char *config;  /* of the plan; NULL: as tuned */
} primes_ask;

typedef struct primes_answer {
    uint64_t count, n, last; /* of the first n numbers, up to `last`; n is 0: none */
    bool finished;
    double seconds; /* of counting, without printing */
    int threads;
    char config[NT_CONFIG_TEXT]; /* "" for the sieve */
} primes_answer;

/* primes_plan() - a plan of kernel primes for n numbers.  What `config` does not name is as tuned, but with
 * all threads, or those of `threads`. */
nt_status primes_plan(nt_plan **plan, int64_t n, const nt_plan_options *options, const char *config,
                      int threads, nt_error *why);

/* primes_count() - counts until the end, or until stop_asked, with progress on stderr.  Returns an exit code;
 * *answer holds what was done in any case. */
int primes_count(const primes_ask *ask, primes_answer *answer);

/* primes_tell_if_long() - says on stderr how long it takes if one thread takes over an hour to count the range as many
 * times as `runs`. */
void primes_tell_if_long(const primes_ask *ask, double runs);

#endif /* AUTOTUNE_PRIMES_COUNT_H */
