# shot.gp - draws what example shot wrote: slice.png, the waves half way in time, and section.png, the traces
# SPDX-License-Identifier: MIT
#
#     build/bin/shot traces.csv slice.csv
#     gnuplot -e "traces='traces.csv'; slice='slice.csv'" examples/shot.gp
if (!exists("traces")) traces = "traces.csv"
if (!exists("slice")) slice = "slice.csv"
if (!exists("slice_png")) slice_png = "slice.png"
if (!exists("section_png")) section_png = "section.png"
set datafile separator ","
stats traces using 1 name "time" nooutput
set palette defined (-1 "#2166ac", 0 "#f7f7f7", 1 "#b2182b")
set tics out nomirror
set rmargin at screen 0.8
unset key

# The plane through the source.
set terminal pngcairo size 900,520 font "sans,12"
set output slice_png
set title "Pressure 0.4 s after the start, in the plane of the source"
set xlabel "x (m)"
set ylabel "depth (m)"
set cblabel "pressure (in units of the source)"
set xrange [-5:1995]
set yrange [1205:5]
set cbrange [-0.0012:0.0012]
set size ratio -1
set arrow 1 from -5,395 to 1995,395 nohead lc rgb "#555555" dt 2 front
set label 1 "2000 m/s" at 20,365 tc rgb "#555555" front
set label 2 "3000 m/s" at 20,430 tc rgb "#555555" front
set label 3 "source" at 1000,100 point pt 3 ps 1.5 lc rgb "black" offset 1,0.2 front
set label 4 "receivers" at 320,32 tc rgb "black" front
set arrow 2 from 307,50 to 1693,50 nohead lc rgb "black" lw 2 dt 3 front
plot slice using 1:2:3 with image
unset arrow
unset label

# The traces, each multiplied by its time, since waves get weaker as they spread.
set terminal pngcairo size 720,760 font "sans,12"
set output section_png
set title "What the receivers hear"
set xlabel "x of the receiver (m)"
set ylabel "time (s)"
set cblabel "pressure × time / 0.8 s (in units of the source)"
set xrange [300:1700]
set yrange [0.8:0]
set cbrange [-0.0005:0.0005]
set size noratio
plot traces matrix every 1::1 using (307 + 14 * ($1 - 1)):($2 * 0.8 / time_records):($3 * $2 / time_records) with image
