/*
 * tuned.h - written by autotune; do not edit
 * SPDX-License-Identifier: MIT
 *
 * cpu:      AMD EPYC, zen5, 2 threads
 * compiler: GNU 12.2.0, -O3 -g -ffp-contract=off -fno-math-errno avx2(-mavx2 -mfma) avx512(-mavx512f -mavx2 -mfma -mprefer-vector-width=512)
 * library:  nestune 0.2.0, SLEEF 3.5.1
 * threads:  OMP_PROC_BIND=spread OMP_PLACES=cores OMP_WAIT_POLICY=active OMP_DYNAMIC=false
 *
 * Rows end in default and tuned ns a cell and step, and the verdict of the paired final.
 */
NT_TUNED_LINE("nestune 3 machine=zen5-26.2.1-2t vendor=AuthenticAMD uarch=zen5 family=26 model=2 l1d=49152 l2=1048576 l3=33554432 threads=2")
NT_TUNED_LINE("row mathop default 1 f64 in_cache one isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2024 0.2024 same")
NT_TUNED_LINE("row mathop default 1 f64 in_cache many isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1957 0.1957 same")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache many isa=avx512,variant=fused,fn=u6,layout=rows,parallel=flat,order=zyx,tile=262144x0x0,depth=2,threads=all,schedule=static 0.2479 0.2314 undecided")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache one isa=avx512,variant=fused,fn=u4,layout=rows,parallel=flat,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2065 0.1958 faster")
NT_TUNED_LINE("row mathop default 1 f32 in_cache one isa=avx512,variant=fused,fn=u6,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0676 0.0643 faster")
NT_TUNED_LINE("row mathop default 1 f32 in_cache many isa=avx512,variant=fused,fn=u6,layout=rows,parallel=flat,order=zyx,tile=16384x0x0,depth=5,threads=all,schedule=static 0.0706 0.0622 faster")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache many isa=avx512,variant=fused,fn=u6,layout=rows,parallel=flat,order=zyx,tile=131072x0x0,depth=5,threads=all,schedule=static 0.1026 0.0620 faster")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache one isa=avx512,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1134 0.1134 same")
NT_TUNED_LINE("row wave o2 4 f64 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1374 0.1374 same")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x24x2,depth=16,threads=all,schedule=static 0.5569 0.2230 faster")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache one isa=avx512,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=zyx,tile=0x96x0,depth=1,threads=all,schedule=static 0.5426 0.4954 faster")
NT_TUNED_LINE("row wave o2 4 f32 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static 0.1423 0.0909 faster")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x2,depth=16,threads=all,schedule=static 0.3470 0.1031 faster")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache one isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2549 0.2549 same")
NT_TUNED_LINE("row wave o4 4 f64 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static 0.5433 0.3380 faster")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x16x4,depth=16,threads=all,schedule=static 0.8590 0.4852 faster")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache one isa=avx512,variant=leapfrog,fn=p4ask,layout=rows,parallel=flat,order=zyx,tile=0x16x0,depth=1,threads=all,schedule=static 0.7988 0.6153 faster")
NT_TUNED_LINE("row wave o4 4 f32 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.1222 0.1222 same")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache many isa=avx512,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=yxz,tile=0x32x2,depth=16,threads=all,schedule=static 0.4042 0.1459 faster")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache one isa=avx512,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=zyx,tile=0x64x0,depth=1,threads=all,schedule=static 0.5085 0.3694 faster")
NT_TUNED_LINE("row wave o8 4 f64 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yzx,tile=0x4x0,depth=1,threads=all,schedule=static 0.6718 0.5500 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x24x4,depth=4,threads=all,schedule=static 1.4197 0.6347 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache one isa=avx512,variant=leapfrog,fn=p4ask,layout=rows,parallel=outer,order=zyx,tile=64x12x0,depth=1,threads=all,schedule=static 1.4799 0.8219 faster")
NT_TUNED_LINE("row wave o8 4 f32 in_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yzx,tile=0x4x0,depth=1,threads=all,schedule=static 0.3414 0.2791 faster")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache many isa=avx512,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x4,depth=6,threads=all,schedule=static 0.7010 0.3187 faster")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache one isa=avx512,variant=leapfrog,fn=p4ask,layout=rows,parallel=flat,order=zyx,tile=128x16x0,depth=1,threads=all,schedule=static 0.7649 0.4020 faster")
NT_TUNED_LINE("row square default 1 f64 in_cache one isa=avx512,variant=plain,fn=u1,layout=rows,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static 0.0720 0.0623 faster")
NT_TUNED_LINE("row square default 1 f64 in_cache many isa=avx512,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=2048x0x0,depth=5,threads=all,schedule=static 0.0443 0.0281 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache many isa=avx512,variant=plain,fn=u1,layout=rows,parallel=flat,order=zyx,tile=65536x0x0,depth=5,threads=all,schedule=static 0.1291 0.0390 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache one isa=avx512,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=131072x0x0,depth=1,threads=all,schedule=static 0.1332 0.1227 faster")
NT_TUNED_LINE("row square default 1 f32 in_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static 0.0359 0.0311 faster")
NT_TUNED_LINE("row square default 1 f32 in_cache many isa=avx2,variant=plain,fn=u8,layout=rows,parallel=outer,order=zyx,tile=0x0x16,depth=5,threads=all,schedule=static 0.0247 0.0229 faster")
NT_TUNED_LINE("row square default 1 f32 out_of_cache many isa=avx2,variant=plain,fn=u4,layout=rows,parallel=flat,order=zyx,tile=512x0x0,depth=5,threads=all,schedule=static 0.0701 0.0296 faster")
NT_TUNED_LINE("row square default 1 f32 out_of_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0672 0.0650 faster")
NT_TUNED_LINE("row pi default 1 f64 short one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.3203 0.3203 same")
NT_TUNED_LINE("row pi default 1 f64 long one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.2969 0.2969 same")
NT_TUNED_LINE("row pi default 1 f32 short one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.1639 0.1639 same")
NT_TUNED_LINE("row pi default 1 f32 long one isa=avx512,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 0.1422 0.1422 same")
NT_TUNED_LINE("end rows=38 crc=0x6afaaf66")
