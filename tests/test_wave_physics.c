/*
 * test_wave_physics.c - kernel `wave` against the wave equation itself: order of convergence, a point source
 * SPDX-License-Identifier: MIT
 */
#include "wave_support.h"

#include <stdio.h>

/* ---- Order of convergence --------------------------------------------------------------------------- */

/* Error of the frequency of mode (2, 2, 2), relative.  The field starts as, and is compared with, cos(w n) of the
 * mode's amplitude, which is read off all cells: rounding falls by the root of their number.  The largest of the
 * last steps: the error is n times that of w, times sin(w n). */
static double frequency_error(int order, int64_t edge, double c, double w, int64_t steps)
{
    enum { LAST = 24 };
    const int64_t n[3] = {edge, edge, edge};
    mode exact = {.m = {2, 2, 2}, .n = {edge, edge, edge}, .amplitude = 1};
    wave_box b;
    box_make(&b, order, NT_F64, n, equal);
    box_medium(&b, c);
    grid_fill(b.level[0], mode_at, &exact);
    exact.amplitude = cos(w);
    grid_fill(b.level[1], mode_at, &exact);
    exact.amplitude = 1;
    nt_grid *shape;
    assert_int_equal(nt_grid_create(&shape, NT_F64, n, 0, NULL, NULL), NT_OK);
    grid_fill(shape, mode_at, &exact);
    assert_true(box_run(&b, steps) == b.level[0]); /* an even number */
    box_plan(&b, 1, NULL, 0);
    double worst = 0;
    for (int64_t k = 1; k <= LAST; k++) {
        nt_plan_run(b.plan, 1);
        const nt_grid *u = nt_plan_newest(b.plan);
        double sum = 0, norm = 0;
        for (int64_t i = 0; i < edge * edge * edge; i++) {
            const int64_t x = i % edge, y = i / edge % edge, z = i / edge / edge;
            const double s = cell_get(shape, x, y, z);
            sum += s * cell_get(u, x, y, z);
            norm += s * s;
        }
        const double now = (double)(steps + k) * w;
        worst = fmax(worst, fabs(sum / norm - cos(now)) / now);
    }
    nt_grid_destroy(shape);
    box_free(&b);
    return worst;
}

/* In space: the true Q of the mode is 3 k^2, and w what the scheme makes of that at this very step, so that the step
 * adds nothing.  Q = sum over j <= M of a_j s^2j, s = 2 sin(a/2), a from cell to cell, a_j+1 / a_j about 1/5: what is
 * left out has the slope order - ((order + 2) / 12 - 2/5) a^2, at order 16 0.18 below 16.  Smaller phases would drown
 * in the weights' rounding there.  As many radians as bring the error far above the rounding of steps. */
static void order_in_space(void **state)
{
    static const struct {
        int order, radians;
    } list[] = {{2, 6}, {4, 20}, {6, 60}, {8, 200}, {12, 800}, {16, 1600}};
    const double c = 0.1;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        const int order = list[i].order;
        static const int64_t edges[2] = {13, 16};
        double error[2], log_phase[2];
        for (int k = 0; k < 2; k++) {
            const double a = 2 * (double)wave_pi / (double)(edges[k] + 1),
                         w = 2 * asin(sqrt(c * 3 * a * a / 4));
            error[k] = frequency_error(order, edges[k], c, w, (int64_t)(list[i].radians / w) / 2 * 2);
            log_phase[k] = log(a);
        }
        const double slope = log(error[1] / error[0]) / (log_phase[1] - log_phase[0]);
        print_message("order %d in space: %.3f (errors %.3g and %.3g)\n", order, slope, error[0], error[1]);
        if (!(fabs(slope - order) <= 0.2))
            fail_msg("order %d converges at order %g", order, slope);
    }
    (void)state;
}

/* In time: w is the square root of C Q with the scheme's own Q, so that space adds nothing. */
static void order_in_time(void **state)
{
    static const int orders[] = {2, 8, 16};
    static const int64_t edge = 15;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const double c[2] = {0.1, 0.025};
        double error[2];
        for (int k = 0; k < 2; k++) {
            wave_box b = {.wave = wave_of(orders[i], equal), .dtype = NT_F64, .n = {edge, edge, edge}};
            const double w = sqrt(c[k] * (double)mode_symbol(&b, (const int[3]){2, 2, 2}));
            error[k] = frequency_error(orders[i], edge, c[k], w, (int64_t)(10 / w) / 2 * 2);
        }
        const double slope = log(error[0] / error[1]) / log(2);
        print_message("order %d in time: %.3f (errors %.3g and %.3g)\n", orders[i], slope, error[0],
                      error[1]);
        if (!(fabs(slope - 2) <= 0.1))
            fail_msg("order %d converges in time at order %g", orders[i], slope);
    }
    (void)state;
}

/* ---- A point source in a homogeneous medium ------------------------------------------------------------- */

/*
 * u_tt = v^2 laplace(u) + s(t) delta(x - x0) has u = s(t - r / v) / (4 pi v^2 r).  On the grid delta is 1 / dx^3
 * in one cell, so a step adds dt^2 s / dx^3.
 *
 * The error, for each frequency f of the wavelet, relative:
 *   k r e      the wave comes early or late by e = |v_numerical / v - 1|, in the worst of three directions
 *   10 e       its strength goes with the derivative of the dispersion relation, whose error is at most
 *              order + 2 times that of the relation
 *   6 i        off the grid: three axes, at the source and the receiver, interpolate with an error i(k)
 * The trace's error is the root mean square of their sum, weighted with the wavelet's spectrum, f^2 exp(-(f/f0)^2).
 */
enum { ORDER = 8, EDGE = 101, SINC_RADIUS = 4, N_RECEIVERS = 6 };
static const double velocity = 2000, dx = 10, dt = 0.001, cells_a_wave = 12;

static double late(double f)
{
    static const double ways[3][3] = {{1, 0, 0}, {1, 1, 0}, {1, 1, 1}};
    const double k = 2 * (double)wave_pi * f * dx / velocity,
                 lambda = velocity * dt / dx; /* k: radians a cell */
    const nt_wave w = wave_of(ORDER, equal);
    double worst = 0;
    for (int i = 0; i < 3; i++) {
        const double length = sqrt(ways[i][0] + ways[i][1] + ways[i][2]);
        const long double q = symbol(&w, NT_F64,
                                     (const long double[3]){k * ways[i][0] / length, k * ways[i][1] / length,
                                                            k * ways[i][2] / length});
        worst = fmax(worst, fabs(2 * asin(lambda * sqrt((double)q) / 2) / (lambda * k) - 1));
    }
    return worst;
}

static double bessel_i0(double a)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 40; k++) {
        term *= a * a / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

/* What a windowed sinc of radius 4 makes of exp(i k x), at the worst place between two cells, up to this k. */
static double interpolation_error(double f)
{
    const double k = 2 * (double)wave_pi * f * dx / velocity, shape = 6.31;
    double worst = 0;
    for (int i = 1; i < 16; i++) {
        const double at = i / 16.0;
        double re = 0, im = 0;
        for (int j = 1 - SINC_RADIUS; j <= SINC_RADIUS; j++) {
            const double d = j - at, s = 1 - d * d / (SINC_RADIUS * SINC_RADIUS);
            const double weight = s <= 0 ? 0
                                         : sin((double)wave_pi * d) / ((double)wave_pi * d) *
                                               bessel_i0(shape * sqrt(s)) / bessel_i0(shape);
            re += weight * cos(k * d);
            im += weight * sin(k * d);
        }
        worst = fmax(worst, hypot(re - 1, im));
    }
    return worst;
}

static double error_most(double r, bool off_grid)
{
    const double peak = velocity / (cells_a_wave * dx);
    double sum = 0, norm = 0;
    for (int i = 1; i <= 60; i++) { /* to 3 f0, where the spectrum is 1/300 of its peak's */
        const double f = peak * i / 20, k = 2 * (double)wave_pi * f / velocity;
        const double part = pow(f / peak, 4) * exp(-2 * pow(f / peak, 2));
        const double e = late(f),
                     error = k * r * e + (ORDER + 2) * e + (off_grid ? 6 * interpolation_error(f) : 0);
        sum += part * error * error;
        norm += part;
    }
    return sqrt(sum / norm);
}

static double ricker(double t)
{
    const double peak = velocity / (cells_a_wave * dx), a = pow((double)wave_pi * peak * (t - 1.5 / peak), 2);
    return (1 - 2 * a) * exp(-a);
}

static double trace_error(const double *trace, int64_t steps, double r)
{
    double sum = 0, norm = 0;
    for (int64_t t = 0; t < steps; t++) {
        const double exact =
            ricker((double)(t + 1) * dt - r / velocity) / (4 * (double)wave_pi * velocity * velocity * r);
        sum += pow(trace[t] - exact, 2);
        norm += exact * exact;
    }
    return sqrt(sum / norm);
}

/* Receivers from 15 to 30 cells away.  The trace ends before the nearest face, 50 cells from the source, can answer:
 * after (2 * 50 - 30) cells. */
static void point_source(void **state)
{
    static const double from[N_RECEIVERS][3] = {{15, 0, 0},  {0, -22, 0},  {0, 0, 30},
                                                {14, 14, 0}, {-12, 9, 12}, {17, -17, -17}};
    static const int64_t n[3] = {EDGE, EDGE, EDGE};
    const bool off_grid = *state != NULL;
    const int64_t steps = (int64_t)(70 * dx / velocity / dt);
    const double middle = (EDGE - 1) / 2;
    double source[1][3] = {{middle, middle, middle}}, receivers[N_RECEIVERS][3], r[N_RECEIVERS];
    for (int a = 0; a < 3 && off_grid; a++)
        source[0][a] += 0.37 - 0.29 * a;
    for (int i = 0; i < N_RECEIVERS; i++) {
        for (int a = 0; a < 3; a++) {
            receivers[i][a] = middle + from[i][a] + (off_grid ? 0.13 * (i + 1) - 0.3 * a : 0);
        }
        r[i] = dx * sqrt(pow(receivers[i][0] - source[0][0], 2) + pow(receivers[i][1] - source[0][1], 2) +
                         pow(receivers[i][2] - source[0][2], 2));
    }
    wave_box b;
    box_make(&b, ORDER, NT_F64, n, (const double[3]){dx, dx, dx});
    nt_error why;
    grid_fill(b.c, same_everywhere, &velocity);
    if (nt_wave_medium(&b.wave, b.c, dt, &why) != NT_OK)
        fail_msg("%s", why.text);
    double *wavelet = calloc((size_t)steps, sizeof *wavelet);
    double *traces = calloc((size_t)(N_RECEIVERS * steps), sizeof *traces);
    assert_true(wavelet && traces);
    for (int64_t t = 0; t < steps; t++)
        wavelet[t] = dt * dt / (dx * dx * dx) * ricker((double)t * dt);
    nt_points *shot, *line;
    const nt_points_spec at = {
        1, source, NT_INTERPOLATION_SINC, {EDGE, EDGE, EDGE}, nt_wave_mirror_faces(&b.wave)};
    const nt_points_spec heard = {
        N_RECEIVERS, receivers, NT_INTERPOLATION_SINC, {EDGE, EDGE, EDGE}, nt_wave_mirror_faces(&b.wave)};
    assert_int_equal(nt_points_create(&shot, &at, &why), NT_OK);
    assert_int_equal(nt_points_create(&line, &heard, &why), NT_OK);
    nt_hook *fire, *listen;
    assert_int_equal(nt_points_source(&fire, shot, wavelet, steps, &why), NT_OK);
    assert_int_equal(nt_points_receiver(&listen, line, traces, steps, &why), NT_OK);
    const nt_hook *const hooks[] = {fire, listen};
    box_plan(&b, steps, hooks, 2);
    nt_plan_run(b.plan, steps);
    for (int i = 0; i < N_RECEIVERS; i++) {
        const double off = trace_error(traces + i * steps, steps, r[i]), most = error_most(r[i], off_grid);
        print_message("%5.1f cells away: off by %.2f %%, dispersion allows %.2f %%\n", r[i] / dx, 100 * off,
                      100 * most);
        if (!(off <= most))
            fail_msg("%g cells away: the trace is off by %g, dispersion allows %g", r[i] / dx, off, most);
    }
    box_free(&b);
    nt_points_hook_destroy(fire);
    nt_points_hook_destroy(listen);
    nt_points_destroy(shot);
    nt_points_destroy(line);
    free(wavelet);
    free(traces);
}

int main(int argc, char **argv)
{
    (void)argc;
    tests_begin(argv);
    tests_add(order_in_space, NULL, "order-in-space");
    tests_add(order_in_time, NULL, "order-in-time");
    tests_add(point_source, NULL, "point-source:on-grid");
    tests_add(point_source, "off", "point-source:off-grid");
    return tests_run("wave_physics");
}
