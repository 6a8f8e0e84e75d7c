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
NT_TUNED_LINE("row mathop default 1 f64 in_cache one isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.9118 0.9118 same")
NT_TUNED_LINE("row mathop default 1 f64 in_cache many isa=avx2,variant=fused,fn=u4,layout=rows,parallel=flat,order=zyx,tile=2048x0x0,depth=5,threads=all,schedule=static 0.7736 0.7403 faster")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache many isa=avx2,variant=fused,fn=u4,layout=rows,parallel=flat,order=zyx,tile=2048x0x0,depth=5,threads=all,schedule=static 0.9262 0.7374 faster")
NT_TUNED_LINE("row mathop default 1 f64 out_of_cache one isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.8275 0.8275 same")
NT_TUNED_LINE("row mathop default 1 f32 in_cache one isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.3071 0.3071 same")
NT_TUNED_LINE("row mathop default 1 f32 in_cache many isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=5,threads=all,schedule=static 0.2638 0.2561 faster")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache many isa=avx2,variant=fused,fn=u4,layout=rows,parallel=flat,order=zyx,tile=4096x0x0,depth=5,threads=all,schedule=static 0.3512 0.2561 faster")
NT_TUNED_LINE("row mathop default 1 f32 out_of_cache one isa=avx2,variant=fused,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.3554 0.3554 same")
NT_TUNED_LINE("row wave o2 4 f64 in_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=serial,order=yxz,tile=0x12x0,depth=3,threads=1,schedule=static 1.6236 0.8888 faster")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x16x2,depth=16,threads=all,schedule=static 2.5118 0.6218 faster")
NT_TUNED_LINE("row wave o2 4 f64 out_of_cache one isa=avx2,variant=leapfrog,fn=p1,layout=rows,parallel=flat,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 2.5213 1.6475 faster")
NT_TUNED_LINE("row wave o2 4 f32 in_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2857 0.2857 same")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x48x2,depth=6,threads=all,schedule=static 1.1476 0.3278 faster")
NT_TUNED_LINE("row wave o2 4 f32 out_of_cache one isa=avx2,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 1.2864 0.7728 faster")
NT_TUNED_LINE("row wave o4 4 f64 in_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 1.2725 1.2725 same")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x24x2,depth=6,threads=all,schedule=static 5.0254 1.2082 faster")
NT_TUNED_LINE("row wave o4 4 f64 out_of_cache one isa=avx2,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=zyx,tile=0x16x0,depth=1,threads=all,schedule=static 5.6247 2.4081 faster")
NT_TUNED_LINE("row wave o4 4 f32 in_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=outer,order=yzx,tile=0x4x4,depth=1,threads=all,schedule=static 0.6376 0.6040 faster")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x2,depth=16,threads=all,schedule=static 2.4517 0.5560 faster")
NT_TUNED_LINE("row wave o4 4 f32 out_of_cache one isa=avx2,variant=leapfrog,fn=p1ask,layout=rows,parallel=outer,order=zyx,tile=0x16x0,depth=1,threads=all,schedule=static 2.8498 1.2183 faster")
NT_TUNED_LINE("row wave o8 4 f64 in_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=serial,order=yxz,tile=0x0x0,depth=8,threads=1,schedule=static 3.7487 2.3185 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x4,depth=4,threads=all,schedule=static 7.0179 3.2621 faster")
NT_TUNED_LINE("row wave o8 4 f64 out_of_cache one isa=avx2,variant=leapfrog,fn=p4ask,layout=rows,parallel=flat,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 10.2803 5.3798 faster")
NT_TUNED_LINE("row wave o8 4 f32 in_cache many isa=avx2,variant=leapfrog,fn=p2,layout=rows,parallel=serial,order=yxz,tile=0x0x0,depth=12,threads=1,schedule=static 5.0773 1.5534 faster")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache many isa=avx2,variant=leapfrog,fn=p4,layout=rows,parallel=outer,order=yxz,tile=0x32x4,depth=8,threads=all,schedule=static 2.7920 1.5096 faster")
NT_TUNED_LINE("row wave o8 4 f32 out_of_cache one isa=avx2,variant=leapfrog,fn=p2ask,layout=rows,parallel=outer,order=zyx,tile=0x4x0,depth=1,threads=all,schedule=static 3.2723 2.3350 faster")
NT_TUNED_LINE("row square default 1 f64 in_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2107 0.2107 same")
NT_TUNED_LINE("row square default 1 f64 in_cache many isa=avx2,variant=plain,fn=u8,layout=rows,parallel=flat,order=zyx,tile=2048x0x0,depth=5,threads=all,schedule=static 0.1376 0.0956 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache many isa=avx2,variant=plain,fn=u4,layout=rows,parallel=flat,order=zyx,tile=1024x0x0,depth=5,threads=all,schedule=static 0.4922 0.1371 faster")
NT_TUNED_LINE("row square default 1 f64 out_of_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.5312 0.5312 same")
NT_TUNED_LINE("row square default 1 f32 in_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.0847 0.0847 same")
NT_TUNED_LINE("row square default 1 f32 in_cache many isa=avx2,variant=plain,fn=u4,layout=rows,parallel=flat,order=xyz,tile=128x0x4,depth=5,threads=all,schedule=static 0.0552 0.0440 faster")
NT_TUNED_LINE("row square default 1 f32 out_of_cache many isa=avx2,variant=plain,fn=u4,layout=rows,parallel=flat,order=zyx,tile=2048x0x0,depth=5,threads=all,schedule=static 0.2767 0.0787 faster")
NT_TUNED_LINE("row square default 1 f32 out_of_cache one isa=avx2,variant=plain,fn=u4,layout=rows,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=all,schedule=static 0.2531 0.2531 same")
NT_TUNED_LINE("row pi default 1 f64 short one isa=avx2,variant=philox,fn=u6,parallel=flat,chunk=4096,threads=all,schedule=dynamic 1.9370 1.5763 faster")
NT_TUNED_LINE("row pi default 1 f64 long one isa=avx2,variant=philox,fn=u6,parallel=flat,chunk=0,threads=all,schedule=static 1.5945 1.5945 same")
NT_TUNED_LINE("row pi default 1 f32 short one isa=avx2,variant=philox,fn=u4,parallel=flat,chunk=4096,threads=all,schedule=dynamic 0.8098 0.6560 faster")
NT_TUNED_LINE("row pi default 1 f32 long one isa=avx2,variant=philox,fn=u4,parallel=flat,chunk=262144,threads=all,schedule=dynamic 0.8054 0.6678 faster")
NT_TUNED_LINE("row primes default 1 f64 short one isa=avx2,variant=trial,fn=u2,parallel=flat,chunk=0,threads=all,schedule=static 1.6974 1.6974 same")
NT_TUNED_LINE("row primes default 1 f64 long one isa=avx2,variant=trial,fn=u2,parallel=flat,chunk=0,threads=all,schedule=static 5.4133 5.4133 same")
NT_TUNED_LINE("row apply default 2 f64 long one isa=scalar,variant=pipeline,fn=stages,threads=all,ring=4,slab=4194304,instances=2,io=pread 29.5974 29.5974 same")
NT_TUNED_LINE("end rows=41 crc=0xdc3d8f13")
