/*
 * tuned.h - rows for machines that have not been tuned, written by hand
 * SPDX-License-Identifier: MIT
 *
 * Time blocks for the wave equation: whole rows, depth and tile such that what is in work of rows of 512 cells takes 2 to
 * 4 MB a thread, a large second level or a share of the third.  On zen5, two threads, busy with other work too, they were
 * 1.2 to 3 times as fast as the default on 512x400x300, 8 steps, with avx2 and with avx512.
 */
NT_TUNED_LINE("nestune 3 machine=generic vendor=- uarch=- family=0 model=0 l1d=0 l2=0 l3=0 threads=0")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache many isa=best,variant=leapfrog,parallel=outer,tile=0x16x2,depth=4,threads=all - - -")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache many isa=best,variant=leapfrog,parallel=outer,tile=0x16x2,depth=8,threads=all - - -")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache many isa=best,variant=leapfrog,parallel=outer,tile=0x16x2,depth=4,threads=all - - -")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache many isa=best,variant=leapfrog,parallel=outer,tile=0x16x2,depth=4,threads=all - - -")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache many isa=best,variant=leapfrog,parallel=outer,tile=0x16x4,depth=2,threads=all - - -")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache many isa=best,variant=leapfrog,parallel=outer,tile=0x16x4,depth=2,threads=all - - -")
NT_TUNED_LINE("end rows=6 crc=0x636d1b6a")
