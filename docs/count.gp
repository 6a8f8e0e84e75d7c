# count.gp - draws count.svg, the time of each form of `nestune count` against the number of threads
# SPDX-License-Identifier: MIT
#
#     build/bin/nestune count --csv >count.csv
#     gnuplot -e "data='count.csv'" docs/count.gp >docs/count.svg
if (!exists("data")) data = "count.csv"
if (!exists("format")) format = "svg size 640,380 font 'sans-serif,13' background 'white'"
eval "set terminal ".format
set datafile separator ","
set logscale xy
set format y "%g"
set xlabel "threads"
set ylabel "ns an increment"
set key outside right center Left reverse samplen 2
set border 3
set tics nomirror
set grid ytics lc rgb "#dddddd" lt 1
