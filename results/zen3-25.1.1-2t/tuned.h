/*
 * tuned.h - written by autotune; do not edit
 * SPDX-License-Identifier: MIT
 *
 * cpu:      AMD EPYC, zen3, 2 threads
 * compiler: GNU 12.2.0, -O3 -g -ffp-contract=off -fno-math-errno avx2(-mavx2 -mfma) avx512(-mavx512f -mavx2 -mfma -mprefer-vector-width=512)
 * library:  nestune 0.2.0, SLEEF 3.5.1
 * threads:  OMP_PROC_BIND=spread OMP_PLACES=cores OMP_WAIT_POLICY=active OMP_DYNAMIC=false
 *
 * Rows end in default and tuned ns a cell and step, and the verdict of the paired final.
 */
NT_TUNED_LINE("nestune 3 machine=zen3-25.1.1-2t vendor=AuthenticAMD uarch=zen3 family=25 model=1 l1d=32768 l2=524288 l3=33554432 threads=2")
NT_TUNED_LINE("row mathop default 1 f64 in_cache one isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.7488 0.7488 same")
NT_TUNED_LINE("row mathop default 1 f64 in_cache many isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.7132 0.7132 same")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache many isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.6943 0.6943 same")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache one isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.6691 0.6691 same")
NT_TUNED_LINE("row mathop default 1 f32 in_cache one isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2881 0.2881 same")
NT_TUNED_LINE("row mathop default 1 f32 in_cache many isa=avx2,variant=fused,fn=u4,layout=rows,parallel=flat,order=zxy,tile=0x0x16,depth=5,threads=all,schedule=static 0.2367 0.2282 faster")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache many isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x1024x1,depth=5,threads=all,schedule=dynamic 0.2718 0.2344 faster")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache one isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2543 0.2543 same")
NT_TUNED_LINE("row wave o2 4 f64 in_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.7287 0.7287 same")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=yxz,tile=0x32x4,depth=16,threads=all,schedule=static 1.3847 0.5165 faster")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache one isa=avx2,variant=leapfrog,fn=p4ask,layout=rows,parallel=flat,order=zyx,tile=0x0x1,depth=1,threads=all,schedule=static 1.3297 0.7866 faster")
NT_TUNED_LINE("row wave o2 4 f32 in_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.3701 0.3259 faster")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=yxz,tile=0x64x16,depth=16,threads=all,schedule=dynamic 0.6250 0.2560 faster")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache one isa=avx2,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=dynamic 0.6196 0.3962 faster")
NT_TUNED_LINE("row wave o4 4 f64 in_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=zyx,tile=0x0x16,depth=1,threads=all,schedule=static 1.3571 1.1490 faster")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x2,depth=6,threads=all,schedule=static 2.2214 0.9822 faster")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache one isa=avx2,variant=leapfrog,fn=p4ask,layout=rows,parallel=flat,order=zyx,tile=0x0x1,depth=1,threads=all,schedule=dynamic 2.2992 1.2603 faster")
NT_TUNED_LINE("row wave o4 4 f32 in_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.4913 0.4913 same")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x0x2,depth=8,threads=all,schedule=static 0.9981 0.5608 faster")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache one isa=avx2,variant=leapfrog,fn=p1ask,layout=rows,parallel=flat,order=zyx,tile=0x0x2,depth=1,threads=all,schedule=static 1.0128 0.6160 faster")
NT_TUNED_LINE("row wave o8 4 f64 in_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=flat,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 2.5904 2.2142 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x2,depth=8,threads=all,schedule=static 3.0370 1.6720 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache one isa=avx2,variant=leapfrog,fn=p2ask,layout=rows,parallel=flat,order=yzx,tile=0x0x2,depth=1,threads=all,schedule=dynamic 3.1376 1.8204 faster")
NT_TUNED_LINE("row wave o8 4 f32 in_cache many isa=avx2,variant=leapfrog,fn=p2ask,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 1.4204 1.1228 faster")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=yxz,tile=0x32x2,depth=8,threads=all,schedule=static 1.4246 0.8237 faster")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache one isa=avx2,variant=leapfrog,fn=p2ask,layout=rows,parallel=flat,order=zyx,tile=0x0x2,depth=1,threads=all,schedule=static 1.5167 0.8419 faster")
NT_TUNED_LINE("row square default 1 f64 in_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1463 0.1463 same")
NT_TUNED_LINE("row square default 1 f64 in_cache many isa=avx2,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=2048x0x1,depth=5,threads=all,schedule=static 0.1052 0.0825 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache many isa=avx2,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=2048x0x0,depth=5,threads=all,schedule=static 0.3827 0.1063 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.3010 0.3010 same")
NT_TUNED_LINE("row square default 1 f32 in_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0850 0.0850 same")
NT_TUNED_LINE("row square default 1 f32 in_cache many isa=avx2,variant=plain,fn=u8,layout=rows,parallel=outer,order=zyx,tile=0x0x4,depth=5,threads=all,schedule=static 0.0713 0.0521 faster")
NT_TUNED_LINE("row square default 1 f32 out_of_cache many isa=avx2,variant=plain,fn=u8,layout=rows,parallel=outer,order=zyx,tile=0x64x1,depth=5,threads=all,schedule=dynamic 0.2079 0.0598 faster")
NT_TUNED_LINE("row square default 1 f32 out_of_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1713 0.1713 same")
NT_TUNED_LINE("row pi default 1 f64 short one isa=avx2,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 1.5770 1.5770 same")
NT_TUNED_LINE("row pi default 1 f64 long one isa=avx2,variant=philox,fn=u4,parallel=flat,chunk=1048576,threads=all,schedule=static 1.6166 1.4344 faster")
NT_TUNED_LINE("row pi default 1 f32 short one isa=avx2,variant=philox,fn=u4,parallel=flat,chunk=4096,threads=all,schedule=dynamic 0.7562 0.5993 faster")
NT_TUNED_LINE("row pi default 1 f32 long one isa=avx2,variant=philox,fn=u4,parallel=flat,chunk=262144,threads=all,schedule=guided 0.7090 0.5946 faster")
NT_TUNED_LINE("row primes default 1 f64 short one isa=avx2,variant=trial,fn=u2,parallel=flat,chunk=0,threads=all,schedule=static 1.2552 1.2552 same")
NT_TUNED_LINE("row primes default 1 f64 long one isa=avx2,variant=trial,fn=u2,parallel=flat,chunk=16384,threads=all,schedule=guided 5.7205 5.0055 faster")
NT_TUNED_LINE("row apply default 2 f64 long one isa=scalar,variant=pipeline,fn=stages,threads=all,ring=4,slab=1048576,instances=3,io=pread 11.4440 10.5194 faster")
NT_TUNED_LINE("end rows=41 crc=0x1846334c")
