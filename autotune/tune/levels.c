/*
 * levels.c - how fast threads move data from each level of memory, and what it costs to share work
 * SPDX-License-Identifier: MIT
 */
#include "tune/levels.h"

#include <math.h>
#include <string.h>

#include "measure/stats.h"
#include "tune/roofs.h"
#include "tune/rows.h"

static double median_seconds(trial_runner *runner, const trial_ask *ask)
{
    trial_answer answer = {0};
    runner->run(runner, ask, &answer);
    return answer.outcome == TRIAL_OK && answer.n > 0 ? stats_median(answer.seconds, answer.n) : HUGE_VAL;
}

/* The first pointwise kernel that has a memory roof. */
static const nt_kernel *pointwise(void)
{
    for (int i = 0; i < nt_kernel_count(); i++)
        if (roofs_memory_kernel(nt_kernel_at(i)) && nt_kernel_radius(nt_kernel_at(i), NULL) == 0)
            return nt_kernel_at(i);
    return NULL;
}

/* Bytes of a field that lies in this cache; 0: none does. */
static int64_t bytes_in(const nt_machine *m, int threads, level l)
{
    const int64_t caches = m->l2_affinity > 0 && m->l2_affinity < threads ? m->l2_affinity : threads,
                  l2 = m->l2_bytes * caches;
    if (l == LEVEL_L2)
        return l2 / 2;
    return m->l3_bytes >= 8 * l2 ? m->l3_bytes / 4 : 0;
}

static double in_cache(trial_runner *runner, const nt_kernel *roof, nt_isa isa, int threads, int64_t bytes,
                       trial_ask *best)
{
    static const double swept_bytes = 64 << 20; /* by a run: then starting it does not count */
    const int64_t cells = bytes / 8 / 512 * 512;
    if (cells < 512 * threads)
        return HUGE_VAL;
    const int64_t steps = (int64_t)(swept_bytes / (double)bytes) + 2;
    trial_ask ask = {.kernel = roof,
                     .dtype = NT_F64,
                     .shape = {cells, 1, 1},
                     .steps = steps < NT_MAX_DEPTH ? steps : NT_MAX_DEPTH,
                     .config = nt_config_blank(roof),
                     .reps = 5,
                     .limit_s = 20};
    ask.config.parallel = threads > 1 ? NT_PARALLEL_FLAT : NT_PARALLEL_SERIAL;
    ask.config.threads = threads;
    ask.config.depth = (int)ask.steps; /* a thread sweeps its share again and again, and waits for nobody */
    return roofs_fastest(runner, &ask, isa, best);
}

double levels_gbytes_per_s(trial_runner *runner, const nt_machine *m, nt_isa isa, int threads, level l)
{
    const nt_kernel *op = pointwise();
    trial_ask ask;
    double s = HUGE_VAL;
    if (!op)
        return 0;
    const nt_kernel *roof = roofs_memory_kernel(op);
    if (l == LEVEL_MEMORY) {
        int64_t n[3];
        rows_shape(m, op, nt_kernel_case_at(op, 0), NT_F64, NT_CLASS_MEMORY, n);
        if (roofs_memory(runner, op, NT_F64, isa, n, threads, &ask, &s)) {
            ask.reps = 7;
            s = median_seconds(runner, &ask);
        }
    } else {
        s = in_cache(runner, roof, isa, threads, bytes_in(m, threads, l), &ask);
    }
    const double bytes = 8.0 * (roof->field->reads_per_cell + roof->field->writes_per_cell);
    return isfinite(s) && s > 0 ? bytes * trial_cells(&ask) / s * 1e-9 : 0;
}

team_costs levels_team(trial_runner *runner, int threads)
{
    enum { STEPS = 256 };
    const nt_kernel *op = pointwise();
    if (!op || threads < 2)
        return (team_costs){0};
    /* One cache line of f64 for each thread: the time is that of starting, meeting and ending. */
    const nt_kernel *roof = roofs_memory_kernel(op);
    trial_ask ask = {.kernel = roof,
                     .dtype = NT_F64,
                     .shape = {8, 1, threads},
                     .steps = 1,
                     .config = nt_config_blank(roof),
                     .reps = 9,
                     .window_s = 1e-3,
                     .limit_s = 20};
    double s[2][2]; /* one thread or all; one step or many */
    for (int team = 0; team < 2; team++)
        for (int many = 0; many < 2; many++) {
            ask.config.parallel = team ? NT_PARALLEL_OUTER : NT_PARALLEL_SERIAL;
            ask.config.threads = team ? threads : 1;
            ask.steps = many ? STEPS + 1 : 1;
            s[team][many] = median_seconds(runner, &ask);
            if (!isfinite(s[team][many]))
                return (team_costs){0};
        }
    const double region = s[1][0] - s[0][0], barrier = (s[1][1] - s[1][0]) / STEPS;
    return (team_costs){fmax(region, 0), fmax(barrier, 0)};
}
