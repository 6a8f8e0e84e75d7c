# growth.gp - draws growth.svg, how the notebook's printed equation grows
# SPDX-License-Identifier: MIT
#
#     build/bin/printed_equation >growth.txt
#     gnuplot -e "data='growth.txt'" docs/growth.gp >docs/growth.svg
if (!exists("data")) data = "growth.txt"
set terminal svg size 640,380 font "sans-serif,13" background "white"
set logscale y
set format y "10^{%T}"
set xrange [0:250]
set yrange [1e-3:1e20]
set ytics 1e-3, 1e3
set mytics 1
set xlabel "step"
set ylabel "largest |u|"
set key top left reverse Left samplen 2
set border 3
set tics nomirror
set grid ytics lc rgb "#dddddd" lt 1
set label "× 1.45 a step" at 192, 1e15 right tc rgb "#b2182b"
set label "× 1.15 a step" at 78, 2e5 right tc rgb "#b2182b"
plot data using 1:2 every 2 with lines lw 2 lc rgb "#b2182b" title "as printed: 8u − Σ", \
     data using 1:4 every 2 with lines lw 1.5 dt 2 lc rgb "#333333" title "as printed, by the formula: cosh", \
     data using 1:3 every 2 with lines lw 2 lc rgb "#2166ac" title "standard scheme: Σ − 6u"
