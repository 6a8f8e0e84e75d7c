# search.gp - draws search.svg, how fast the strategies of `autotune simulate` find good configs
# SPDX-License-Identifier: MIT
#
#     build/bin/autotune simulate --csv search.csv results/zen4-25.17.1-2t/tables/*.json
#     gnuplot -e "data='search.csv'" docs/search.gp >docs/search.svg
if (!exists("data")) data = "search.csv"
if (!exists("terminal")) terminal = "svg size 900,340 font 'sans-serif,13' background 'white'"
eval "set terminal ".terminal
set datafile separator ","
set border 3
set tics nomirror
set grid ytics lc rgb "#dddddd" lt 1
set xlabel "configs tried"
set logscale x
set xrange [1:]
set yrange [40:101]
set key bottom right Left reverse samplen 1.5
array kernels = ["mathop", "wave", "primes"]
array titles = ["mathop f64, 5 passes", "wave order 8 f32, 16 steps", "primes to 4 million"]
array strategies = ["model", "descent", "random"]
array colors = ["#2166ac", "#e08214", "#999999"]
only(k, s) = strcol(1) eq k && strcol(4) eq s
set multiplot layout 1,3
set ylabel "best one found, % of the best"
do for [t = 1:3] {
    set title titles[t]
    plot for [i = 1:3] data skip 1 using (only(kernels[t], strategies[i]) ? $5 : NaN):(100 * $7) \
             with lines lw 2 lc rgb colors[i] title strategies[i], \
         for [i = 1:3] data skip 1 using (only(kernels[t], strategies[i]) ? $5 : NaN):(100 * $8) \
             with lines lw 1 dt 2 lc rgb colors[i] notitle
    unset ylabel
    unset key
}
unset multiplot
