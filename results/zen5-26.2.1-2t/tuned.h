/*
 * tuned.h - written by autotune; do not edit
 * SPDX-License-Identifier: MIT
 *
 * cpu:      AMD EPYC, zen5, 2 threads
 * compiler: GNU 12.2.0, -O3 -g -ffp-contract=off
 * library:  nestune 0.1.0, SLEEF 3.5.1
 * threads:  OMP_PROC_BIND=spread OMP_PLACES=cores OMP_WAIT_POLICY=active OMP_DYNAMIC=false
 *
 * Rows of mathop and wave were converted from format 2 of nestune 0.1.0: order -> case, unroll and jam -> fn, two
 * threads of two allowed -> all; wave was tuned at version 3, whose sum had another order and as many instructions.
 *
 * Rows end in default and tuned ns a cell and step, and the verdict of the paired final.
 */
NT_TUNED_LINE("nestune 3 machine=zen5-26.2.1-2t vendor=AuthenticAMD uarch=zen5 family=26 model=2 l1d=49152 l2=1048576 l3=33554432 threads=2")
NT_TUNED_LINE("row mathop default 1 f64 in_cache one isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2322 0.2322 same")
NT_TUNED_LINE("row mathop default 1 f64 in_cache many isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2291 0.2291 same")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache one isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2933 0.2933 same")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache many isa=avx512,variant=fused,fn=u4,layout=rows,parallel=flat,order=zyx,tile=32768x0x0,depth=5,threads=all,schedule=static 0.2805 0.2108 faster")
NT_TUNED_LINE("row mathop default 1 f32 in_cache one isa=avx512,variant=fused,fn=u6,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0808 0.0766 faster")
NT_TUNED_LINE("row mathop default 1 f32 in_cache many isa=avx512,variant=fused,fn=u6,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=4,threads=all,schedule=static 0.0711 0.0660 faster")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache one isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1356 0.1356 same")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache many isa=avx512,variant=fused,fn=u6,layout=rows,parallel=outer,order=zyx,tile=0x256x1,depth=5,threads=all,schedule=static 0.0890 0.0766 faster")
NT_TUNED_LINE("row wave o2 4 f64 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=serial,order=yzx,tile=0x12x16,depth=1,threads=1,schedule=static 0.3507 0.2997 faster")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x24x2,depth=16,threads=all,schedule=static 0.7784 0.2613 faster")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache one isa=avx512,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=zyx,tile=0x12x0,depth=1,threads=all,schedule=dynamic 0.7672 0.6534 faster")
NT_TUNED_LINE("row wave o2 4 f32 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0699 0.0699 same")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache many isa=avx512,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=yxz,tile=0x32x2,depth=16,threads=all,schedule=static 0.3875 0.1111 faster")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache one isa=avx512,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=yzx,tile=0x0x0,depth=1,threads=all,schedule=static 0.4120 0.3419 faster")
NT_TUNED_LINE("row wave o4 4 f64 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.3240 0.3240 same")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x16x2,depth=16,threads=all,schedule=static 1.0575 0.4573 faster")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache one isa=avx512,variant=leapfrog,fn=p4ask,layout=rows,parallel=flat,order=zxy,tile=0x96x0,depth=1,threads=all,schedule=static 0.9001 0.6243 faster")
NT_TUNED_LINE("row wave o4 4 f32 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static 0.3018 0.1893 faster")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x24x2,depth=16,threads=all,schedule=static 0.5512 0.1821 faster")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache one isa=avx512,variant=leapfrog,fn=p1ask,layout=rows,parallel=flat,order=zxy,tile=0x48x0,depth=1,threads=all,schedule=static 0.4746 0.2949 faster")
NT_TUNED_LINE("row wave o8 4 f64 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=serial,order=yxz,tile=0x0x0,depth=12,threads=1,schedule=static 2.3280 0.7524 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x4,depth=4,threads=all,schedule=static 1.8836 0.9212 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache one isa=avx512,variant=leapfrog,fn=p2ask,layout=rows,parallel=flat,order=yxz,tile=0x32x0,depth=1,threads=all,schedule=dynamic 2.1341 0.9825 faster")
NT_TUNED_LINE("row wave o8 4 f32 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.3875 0.3875 same")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x4,depth=4,threads=all,schedule=static 0.7979 0.4070 faster")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache one isa=avx512,variant=leapfrog,fn=p4ask,layout=rows,parallel=outer,order=zyx,tile=0x48x0,depth=1,threads=all,schedule=static 0.9046 0.5033 faster")
NT_TUNED_LINE("row square default 1 f64 in_cache one isa=avx512,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static 0.0697 0.0629 faster")
NT_TUNED_LINE("row square default 1 f64 in_cache many isa=avx512,variant=plain,fn=u4,layout=rows,parallel=flat,order=zyx,tile=8192x0x0,depth=5,threads=all,schedule=static 0.0474 0.0308 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache many isa=avx512,variant=plain,fn=u4,layout=rows,parallel=flat,order=zyx,tile=16384x0x0,depth=5,threads=all,schedule=static 0.1323 0.0413 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache one isa=avx512,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2314 0.2314 same")
NT_TUNED_LINE("row square default 1 f32 in_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0247 0.0231 faster")
NT_TUNED_LINE("row square default 1 f32 in_cache many isa=avx2,variant=plain,fn=u8,layout=rows,parallel=outer,order=zyx,tile=0x0x16,depth=5,threads=all,schedule=static 0.0197 0.0208 slower")
NT_TUNED_LINE("row square default 1 f32 out_of_cache many isa=avx2,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=32768x0x0,depth=5,threads=all,schedule=static 0.1192 0.0296 faster")
NT_TUNED_LINE("row square default 1 f32 out_of_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1255 0.1223 undecided")
NT_TUNED_LINE("row pi default 1 f64 short one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.3193 0.3193 same")
NT_TUNED_LINE("row pi default 1 f64 long one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.3045 0.3045 same")
NT_TUNED_LINE("row pi default 1 f32 short one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.1538 0.1538 same")
NT_TUNED_LINE("row pi default 1 f32 long one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.1453 0.1453 same")
NT_TUNED_LINE("end rows=38 crc=0xfec8ae25")
