# count.gp - draws count.svg, what an increment costs in each form of `nestune count`
# SPDX-License-Identifier: MIT
#
#     build/bin/nestune count 1000000 --repeats 31 --threads 1,2,4,8,16,32,64,100 --csv >count.csv
#     gnuplot -e "data='count.csv'" docs/count.gp >docs/count.svg
#
# count.svg is of a machine with two Zen 3 cores.
if (!exists("data")) data = "count.csv"
if (!exists("terminal")) terminal = "svg size 640,380 font 'sans-serif,13' background 'white'"
eval "set terminal ".terminal
set datafile separator ","
set logscale x 2
set logscale y
set format y "%g"
set yrange [0.2:]
set xtics (1, 2, 4, 8, 16, 32, 64, 100)
set offsets graph 0.03, graph 0.03, 0, 0
set xlabel "threads"
set ylabel "time per increment, ns"
set key outside right center Left reverse samplen 3
set border 3
set tics nomirror
set grid ytics lc rgb "#dddddd" lt 1
of(form) = strcol(1) eq form ? $8 : NaN
array forms = ["lock", "atomic", "padded", "reduction"]
array colors = ["#b2182b", "#e08214", "#5aae61", "#2166ac"]
array dashes = [1, 1, 1, 2] # the last two lie upon each other
stats data skip 1 using (of("serial")) name "serial" nooutput
plot for [i = 1:4] data skip 1 using 2:(of(forms[i])) with linespoints lw 2 dt dashes[i] pt 7 ps 0.5 lc rgb colors[i] title forms[i], \
     serial_median with lines lw 1.5 dt 2 lc rgb "#333333" title "serial, 1 thread"
