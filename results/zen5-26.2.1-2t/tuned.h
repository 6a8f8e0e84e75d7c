/*
 * tuned.h - written by autotune; do not edit
 * SPDX-License-Identifier: MIT
 *
 * cpu:      AMD EPYC, zen5, 2 threads
 * compiler: GNU 12.2.0, -O3 -g -ffp-contract=off
 * library:  nestune 0.1.0, SLEEF 3.5.1
 * threads:  OMP_PROC_BIND=spread OMP_PLACES=cores OMP_WAIT_POLICY=active OMP_DYNAMIC=false
 *
 * Rows end in default and tuned ns a cell and step, and the verdict of the paired final.
 */
NT_TUNED_LINE("nestune 3 machine=zen5-26.2.1-2t vendor=AuthenticAMD uarch=zen5 family=26 model=2 l1d=49152 l2=1048576 l3=33554432 threads=2")
NT_TUNED_LINE("row mathop default 1 f64 in_cache one isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1974 0.1974 same")
NT_TUNED_LINE("row mathop default 1 f64 in_cache many isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=5,threads=all,schedule=static 0.2026 0.1955 faster")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache many isa=avx512,variant=fused,fn=u4,layout=rows,parallel=flat,order=zyx,tile=1024x0x0,depth=5,threads=all,schedule=static 0.2030 0.1894 faster")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache one isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2035 0.2035 same")
NT_TUNED_LINE("row mathop default 1 f32 in_cache one isa=avx512,variant=fused,fn=u6,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0778 0.0753 faster")
NT_TUNED_LINE("row mathop default 1 f32 in_cache many isa=avx512,variant=fused,fn=u6,layout=rows,parallel=flat,order=zyx,tile=0x0x16,depth=5,threads=all,schedule=static 0.0696 0.0615 faster")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache many isa=avx512,variant=fused,fn=u6,layout=rows,parallel=outer,order=zyx,tile=0x1024x1,depth=5,threads=all,schedule=static 0.0694 0.0600 faster")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache one isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0703 0.0703 same")
NT_TUNED_LINE("row wave o2 4 f64 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static 0.2746 0.1823 faster")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x64x2,depth=8,threads=all,schedule=dynamic 0.6838 0.2662 faster")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache one isa=avx512,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=zyx,tile=0x128x0,depth=1,threads=all,schedule=static 0.5054 0.4682 faster")
NT_TUNED_LINE("row wave o2 4 f32 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0697 0.0697 same")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x2,depth=16,threads=all,schedule=static 0.3320 0.0973 faster")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache one isa=avx512,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=zyx,tile=0x64x0,depth=1,threads=all,schedule=static 0.3349 0.2984 faster")
NT_TUNED_LINE("row wave o4 4 f64 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2337 0.2337 same")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x24x2,depth=8,threads=all,schedule=static 0.7855 0.3924 faster")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache one isa=avx512,variant=leapfrog,fn=p4ask,layout=rows,parallel=flat,order=zyx,tile=0x48x0,depth=1,threads=all,schedule=static 0.7831 0.6060 faster")
NT_TUNED_LINE("row wave o4 4 f32 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static 0.2737 0.1736 faster")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache many isa=avx512,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=yxz,tile=0x32x2,depth=16,threads=all,schedule=static 0.4034 0.1466 faster")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache one isa=avx512,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=zyx,tile=0x24x1,depth=1,threads=all,schedule=static 0.4183 0.2863 faster")
NT_TUNED_LINE("row wave o8 4 f64 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static 1.9524 0.6883 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x4,depth=8,threads=all,schedule=static 1.4949 0.6404 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache one isa=avx512,variant=leapfrog,fn=p4ask,layout=rows,parallel=outer,order=zyx,tile=64x12x0,depth=1,threads=all,schedule=static 1.5193 0.8395 faster")
NT_TUNED_LINE("row wave o8 4 f32 in_cache many isa=avx512,variant=leapfrog,fn=p4ask,layout=rows,parallel=flat,order=yxz,tile=0x4x0,depth=1,threads=all,schedule=static 0.3432 0.2666 faster")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x24x4,depth=16,threads=all,schedule=static 0.6932 0.3111 faster")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache one isa=avx512,variant=leapfrog,fn=p2ask,layout=rows,parallel=middle,order=zyx,tile=256x16x2,depth=1,threads=all,schedule=static 0.7296 0.3592 faster")
NT_TUNED_LINE("row square default 1 f64 in_cache one isa=avx512,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0695 0.0695 same")
NT_TUNED_LINE("row square default 1 f64 in_cache many isa=avx512,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=2048x0x0,depth=5,threads=all,schedule=static 0.0433 0.0279 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache many isa=avx512,variant=plain,fn=u1,layout=rows,parallel=flat,order=zyx,tile=32768x0x0,depth=5,threads=all,schedule=static 0.1228 0.0367 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache one isa=avx512,variant=plain,fn=u1,layout=rows,parallel=flat,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1294 0.1158 faster")
NT_TUNED_LINE("row square default 1 f32 in_cache one isa=avx512,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0239 0.0227 faster")
NT_TUNED_LINE("row square default 1 f32 in_cache many isa=avx512,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=4096x0x4,depth=5,threads=all,schedule=static 0.0199 0.0154 faster")
NT_TUNED_LINE("row square default 1 f32 out_of_cache many isa=avx512,variant=plain,fn=u4,layout=rows,parallel=flat,order=zyx,tile=16384x0x0,depth=5,threads=all,schedule=static 0.1129 0.0262 faster")
NT_TUNED_LINE("row square default 1 f32 out_of_cache one isa=avx512,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1101 0.1101 same")
NT_TUNED_LINE("row pi default 1 f64 short one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.3095 0.3095 same")
NT_TUNED_LINE("row pi default 1 f64 long one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.3012 0.3012 same")
NT_TUNED_LINE("row pi default 1 f32 short one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.1685 0.1685 same")
NT_TUNED_LINE("row pi default 1 f32 long one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.1433 0.1433 same")
NT_TUNED_LINE("end rows=38 crc=0xb43e5a06")
