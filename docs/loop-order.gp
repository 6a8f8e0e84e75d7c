# loop-order.gp - draws loop-order.svg, what a cell costs with each order and sharing of loops in `autotune study`
# SPDX-License-Identifier: MIT
#
#     build/bin/autotune study --csv loops.csv
#     gnuplot -e "data='loops.csv'" docs/loop-order.gp >docs/loop-order.svg
#
# The table must be of one number of threads (`--threads N` where there are more than two): then it lists the five ways
# of sharing of one order, then those of the next.
if (!exists("data")) data = "loops.csv"
if (!exists("terminal")) terminal = "svg size 720,380 font 'sans-serif,13' background 'white'"
eval "set terminal ".terminal
set datafile separator ","
set style data histograms
set style histogram clustered gap 1.5
set style fill solid 0.9 noborder
set logscale y
set format y "%g"
set yrange [0.5:]
set xlabel "order of the loops, the outermost first; x runs along rows"
set ylabel "time per cell, ns"
set key outside right center Left reverse samplen 1.5
set border 3
set tics nomirror
set grid ytics lc rgb "#dddddd" lt 1
array ways = ["serial", "outer", "middle", "inner", "flat"]
array colors = ["#999999", "#2166ac", "#5aae61", "#b2182b", "#e08214"]
plot for [i = 1:5] data skip 1 every 5::(i - 1) using 15:xtic(9) lc rgb colors[i] title ways[i]
