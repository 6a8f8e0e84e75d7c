/*
 * gbench.cc - Google Benchmark behind a C interface
 * SPDX-License-Identifier: MIT
 */
#include "gbench.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>

namespace {

// The library enters a benchmark's function several times, to find how many iterations it needs and
// for each repetition.  So the case stays open until another one starts.
struct OpenCase {
    gbench_case c{};
    std::string name;
    bool open = false;

    int enter(const gbench_case &next, const char *id, char why[GBENCH_TEXT]) {
        if (open && name == id)
            return 0;
        leave();
        if (next.open(next.context, why) != 0)
            return -1;
        c = next;
        name = id;
        open = true;
        return 0;
    }
    void leave() {
        if (open)
            c.close(c.context);
        open = false;
    }
};

OpenCase current;
std::set<std::string> failed;

void measure(benchmark::State &state, const gbench_case &c, const std::string &name) {
    char why[GBENCH_TEXT] = "";
    if (current.enter(c, name.c_str(), why) != 0) {
        if (failed.insert(name).second)
            std::fprintf(stderr, "bench: %s: %s\n", name.c_str(), why);
        state.SkipWithError(why);
        return;
    }
    using clock = std::chrono::steady_clock;
    std::chrono::duration<double> total{0};
    if (c.restore) {
        for (auto _ : state) {
            c.restore(c.context);
            const auto start = clock::now();
            c.run(c.context);
            const std::chrono::duration<double> once = clock::now() - start;
            state.SetIterationTime(once.count());
            total += once;
        }
    } else {
        const auto start = clock::now();
        for (auto _ : state) {
            c.run(c.context);
            benchmark::ClobberMemory();
        }
        total = clock::now() - start;
    }
    using benchmark::Counter;
    const double cells = c.cells * static_cast<double>(state.iterations());
    state.counters["ns_per_cell"] = 1e9 * total.count() / cells; // the library's own inverse rates say "s"
    if (c.flops_per_cell > 0)
        state.counters["flops"] = Counter(cells * c.flops_per_cell, Counter::kIsRate);
    state.SetBytesProcessed(static_cast<int64_t>(cells * c.bytes_per_cell));
    state.SetLabel(c.label(c.context));
}

// The library answers an unknown format with its usage and status 0.
bool format_known(const char *arg) {
    for (const char *option : {"--benchmark_format=", "--benchmark_out_format="}) {
        const size_t n = std::strlen(option);
        if (std::strncmp(arg, option, n) == 0)
            return !std::strcmp(arg + n, "console") || !std::strcmp(arg + n, "json") ||
                   !std::strcmp(arg + n, "csv");
    }
    return true;
}

} // namespace

int gbench_start(int *argc, char **argv, char why[GBENCH_TEXT]) {
    for (int i = 1; i < *argc; i++) {
        if (format_known(argv[i]))
            continue;
        std::snprintf(why, GBENCH_TEXT, "%s: the format must be console, json or csv", argv[i]);
        return -1;
    }
    benchmark::Initialize(argc, argv);
    for (int i = 1; i < *argc; i++) {
        if (std::strncmp(argv[i], "--benchmark_", 12) != 0)
            continue;
        std::snprintf(why, GBENCH_TEXT,
                      "%s: no such option of Google Benchmark, or a malformed value (see --help)",
                      argv[i]);
        return -1;
    }
    return 0;
}

void gbench_context(const char *key, const char *value) { benchmark::AddCustomContext(key, value); }

void gbench_add(const gbench_case *c) {
    const gbench_case copy = *c;
    const std::string name = c->name;
    auto *b = benchmark::RegisterBenchmark(
        c->name, [copy, name](benchmark::State &state) { measure(state, copy, name); });
    if (c->restore)
        b->UseManualTime();
    else
        b->UseRealTime();
}

int gbench_run(void) {
    const size_t selected = benchmark::RunSpecifiedBenchmarks();
    current.leave();
    benchmark::Shutdown();
    return selected == 0 ? -1 : static_cast<int>(failed.size());
}
