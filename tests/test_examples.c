/*
 * test_examples.c - the built examples: what they write, whether it is the physics they tell, how they refuse
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE
#include <float.h>
#include <math.h>

#include "program.h"
#include "scratch.h"

static const char shot[] = NT_BINARY_DIR "/bin/shot",
                  printed_equation[] = NT_BINARY_DIR "/bin/printed_equation";
static const double limit_s = 200; /* under sanitizers; 2 s else */
static const double pi = 3.14159265358979323846;

/* The example's shot, in m and s: depths are below the mirror. */
enum { RECEIVERS = 100, ROWS = 590, MOST_LINE = 4096 };
static const double dx = 10, v_above = 2000, v_below = 3000, frequency = 20, delay = 0.075,
                    source_depth = 100, receiver_depth = 50, boundary_depth = 395;

static scratch folder;
static char path[2][128];
static double times[ROWS], trace[RECEIVERS][ROWS];

/* ---- The shot ------------------------------------------------------------------------------------- */

static void read_traces(void)
{
    char line[MOST_LINE];
    FILE *f = fopen(path[0], "r");
    assert_non_null(f);
    int row = 0;
    for (; fgets(line, sizeof line, f); row++) {
        assert_true(row < ROWS);
        char *s = line;
        times[row] = strtod(s, &s);
        for (int r = 0; r < RECEIVERS; r++) {
            assert_int_equal(*s++, ',');
            trace[r][row] = strtod(s, &s);
            if (!isfinite(trace[r][row]))
                fail_msg("receiver %d, %g s: %g", r, times[row], trace[r][row]);
        }
        assert_string_equal(s, "\n");
    }
    fclose(f);
    assert_int_equal(row, ROWS);
}

static int shoot(void **state)
{
    static const char *const names[] = {"traces.csv", "slice.csv"};
    (void)state;
    folder = scratch_make();
    for (int i = 0; i < 2; i++)
        snprintf(path[i], sizeof path[i], "%s/%s", folder.folder, names[i]);
    program p = program_start((const char *const[]){shot, path[0], path[1], NULL}, NULL);
    program_end(&p, limit_s);
    if (p.code != 0 || p.n[0] != 0 || p.n[1] != 0)
        fail_msg("shot: status %d, stdout \"%s\", stderr \"%s\"", p.code, p.text[0], p.text[1]);
    program_free(&p);
    read_traces();
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    scratch_walk(&folder, 1);
    return 0;
}

static double ricker(double t)
{
    const double a = pi * frequency * (t - delay) * pi * frequency * (t - delay);
    return (1 - 2 * a) * exp(-a);
}

static double offset_of(int r)
{
    return (30.7 + 1.4 * r - 100) * dx;
}

/* Straight rays from the source and from its mirror image, which has the other sign: F(t - r / v) / (4 pi r) each,
 * with F = dx times the wavelet.  The truth until something comes back from the layer boundary. */
static double two_rays(int r, double t)
{
    const double direct = hypot(offset_of(r), source_depth - receiver_depth),
                 ghost = hypot(offset_of(r), source_depth + receiver_depth);
    return dx / (4 * pi) * (ricker(t - direct / v_above) / direct - ricker(t - ghost / v_above) / ghost);
}

/* Reflected, or refracted along the boundary. */
static double back_from_below(int r)
{
    const double down_up = 2 * boundary_depth - source_depth - receiver_depth, x = fabs(offset_of(r));
    const double sine = v_above / v_below;
    return fmin(hypot(down_up, x) / v_above, x / v_below + down_up * sqrt(1 - sine * sine) / v_above);
}

/* When values that begin with zeros first reach `level`, on a straight line between samples. */
static double first_time(const double *value, int n, double level)
{
    for (int i = 1; i < n; i++)
        if (fabs(value[i]) >= level)
            return times[i - 1] + (times[i] - times[i - 1]) * (level - fabs(value[i - 1])) /
                                      (fabs(value[i]) - fabs(value[i - 1]));
    return NAN;
}

/*
 * A trace arrives when it reaches a tenth of the largest value that two_rays() has before the boundary answers.
 * Tolerance: the wave itself is early or late by r e / v, with e the dispersion of five cells a wavelength, twice the
 * wavelet's peak, where its spectrum has fallen to a fifth.  Its height is off by at most 2 % of the largest value:
 * 1 % from interpolation of waves of four cells or more (points.h), 1 % from the dispersion relation's derivative, ten
 * times e at the peak; which moves the pick by that over the slope.
 */
static void first_arrivals(void **state)
{
    (void)state;
    const double dt = times[1] - times[0],
                 slowest = 0.5 * v_above / v_below * 1.8; /* 0.9 of the limit below */
    const double e = fabs(nt_wave_dispersion(8, slowest, 5, NULL) - 1);
    double worst = 0;
    assert_true(fabs(times[0] - dt) < 2e-6); /* six digits */
    for (int r = 0; r < RECEIVERS; r++) {
        double expected[ROWS], largest = 0;
        int n = 0;
        for (; n < ROWS && times[n] < back_from_below(r); n++) {
            expected[n] = two_rays(r, times[n]);
            largest = fmax(largest, fabs(expected[n]));
        }
        const double pick = first_time(trace[r], n, 0.1 * largest),
                     truth = first_time(expected, n, 0.1 * largest);
        const double slope = fabs(two_rays(r, truth + dt / 2) - two_rays(r, truth - dt / 2)) / dt;
        const double distance = hypot(offset_of(r), source_depth - receiver_depth);
        const double allowed = distance / v_above * e + 0.02 * largest / slope;
        worst = fmax(worst, fabs(pick - truth) / allowed);
        if (!(fabs(pick - truth) <= allowed))
            fail_msg("receiver %d, %g m away: arrives at %.5f s, straight rays at %.5f s, allowed are %.5f s",
                     r, distance, pick, truth, allowed);
    }
    print_message("arrivals are off by at most %.2f of what is allowed\n", worst);
}

/* Half way, at 0.4 s: the direct wave has left the middle, and nothing has come further than 3000 m/s allow. */
static void slice(void **state)
{
    enum { NX = 200, NZ = 120 };
    (void)state;
    FILE *f = fopen(path[1], "r");
    assert_non_null(f);
    int cells = 0, blanks = 0;
    double most = 0;
    for (char line[MOST_LINE]; fgets(line, sizeof line, f);) {
        double x, depth, u, c;
        if (line[0] == '\n') {
            blanks++;
            continue;
        }
        assert_int_equal(sscanf(line, "%lf,%lf,%lf,%lf", &x, &depth, &u, &c), 4);
        assert_true(x == dx * (cells % NX) && depth == dx * (cells / NX + 1));
        assert_true((c > 0.1) == (depth > boundary_depth)); /* the faster rock lies below */
        if (hypot(x - 1000, depth - source_depth) > v_below * 0.4)
            assert_true(fabs(u) < 1e-6);
        most = fmax(most, fabs(u));
        cells++;
    }
    fclose(f);
    assert_int_equal(cells, NX * NZ);
    assert_int_equal(blanks, NZ);
    assert_true(most > 1e-3 && most < 0.1);
}

/* ---- The printed equation ------------------------------------------------------------------------------ */

/* Growth a step of u+ = 2u - u- + C q u. */
static double growth(double q)
{
    return exp(acosh(1 + 0.01 * q / 2));
}

/*
 * As long as rounding is small, by the formula: errors of a unit in the last place at most, fed to the fastest mode,
 * gain on the mode that began by fastest / growth a step.  Twelve digits are printed.  At the end the fastest modes
 * alone are left, within a hundredth; and the standard scheme's cosine is nowhere higher than 1 / cos(a / 2).
 */
static void printed_grows(void **state)
{
    enum { N = 40, STEPS = 250 };
    (void)state;
    program p = program_start((const char *const[]){printed_equation, NULL}, NULL);
    program_end(&p, limit_s);
    assert_int_equal(p.code, 0);
    assert_int_equal(p.n[1], 0);
    const double c = cos(pi / (N + 1)), own = growth(8 - 6 * c), fastest = growth(8 + 6 * c);
    const double highest = 1 / cos(acos(1 - 0.01 * (6 - 6 * c) / 2) / 2);
    double printed = 0, before = 0, standard, predicted;
    char *s = strchr(p.text[0], '\n');
    for (int n = 0; n <= STEPS; n++) {
        int step, used;
        assert_non_null(s);
        before = printed;
        assert_int_equal(sscanf(s, "%d %lf %lf %lf%n", &step, &printed, &standard, &predicted, &used), 4);
        s += used;
        assert_int_equal(step, n);
        assert_true(standard > 0 && standard <= highest + 1e-12);
        if (n <= 100 && !(fabs(printed / predicted - 1) <= 1e-12 + DBL_EPSILON * pow(fastest / own, n)))
            fail_msg("step %d: %.12e, predicted %.12e", n, printed, predicted);
    }
    assert_string_equal(s, "\n");
    if (!(fabs(printed / before / fastest - 1) <= 0.01))
        fail_msg("grows %g times a step at the end, not %g", printed / before, fastest);
    program_free(&p);
}

/* ---- Wrong arguments ----------------------------------------------------------------------------------- */

static void wrong_arguments(void **state)
{
    const struct {
        const char *argv[6];
        int code;
    } cases[] = {
        {{shot}, 2},
        {{shot, path[0]}, 2},
        {{shot, path[0], path[1], "more"}, 2},
        {{shot, "/nonexistent/a.csv", path[1]}, 1},
        {{shot, path[0], "/nonexistent/b.csv"}, 1},
        {{printed_equation, "more"}, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        program p = program_start(cases[i].argv, NULL);
        program_end(&p, limit_s);
        const char *end = strchr(p.text[1], '\n');
        if (p.code != cases[i].code || p.n[0] != 0 || !end || end[1] != '\0')
            fail_msg("case %zu: status %d, stdout \"%s\", stderr \"%s\"", i, p.code, p.text[0], p.text[1]);
        program_free(&p);
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_arrivals),
        cmocka_unit_test(slice),
        cmocka_unit_test(printed_grows),
        cmocka_unit_test(wrong_arguments),
    };
    return cmocka_run_group_tests_name("examples", tests, shoot, tidy);
}
