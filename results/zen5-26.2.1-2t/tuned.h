/*
 * tuned.h - written by autotune; do not edit
 * SPDX-License-Identifier: MIT
 *
 * cpu:      AMD EPYC, zen5, 2 threads
 * compiler: GNU 12.2.0, -O3 -g -ffp-contract_off
 * library:  nestune 0.1.0, SLEEF 3.5.1
 * threads:  OMP_PROC_BIND=spread OMP_PLACES=cores OMP_WAIT_POLICY=active OMP_DYNAMIC=false
 *
 * Behind each row: default and tuned ns a cell and step, and the verdict of the paired final.
 */
NT_TUNED_HEADER(2, "zen5-26.2.1-2t", "AuthenticAMD", 26, 2, 49152, 1048576, 33554432)
NT_TUNED(mathop, 0, 1, f64, in_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2462 0.2462 same */
NT_TUNED(mathop, 0, 1, f64, in_cache, many, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2313 0.2313 same */
NT_TUNED(mathop, 0, 1, f64, out_of_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2881 0.2881 same */
NT_TUNED(mathop, 0, 1, f64, out_of_cache, many, "isa=avx512,variant=fused,parallel=flat,order=zyx,tile=2048x0x0,depth=4,threads=2,schedule=static,unroll=4,jam=1") /* 0.2742 0.2300 faster */
NT_TUNED(mathop, 0, 1, f32, in_cache, one, "isa=avx512,variant=fused,parallel=flat,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=6,jam=1") /* 0.0826 0.0765 faster */
NT_TUNED(mathop, 0, 1, f32, in_cache, many, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=5,threads=2,schedule=static,unroll=6,jam=1") /* 0.0732 0.0669 faster */
NT_TUNED(mathop, 0, 1, f32, out_of_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.1200 0.1200 same */
NT_TUNED(mathop, 0, 1, f32, out_of_cache, many, "isa=avx512,variant=fused,parallel=flat,order=zyx,tile=65536x0x0,depth=5,threads=2,schedule=static,unroll=6,jam=1") /* 0.0824 0.0693 faster */
NT_TUNED(wave, 2, 1, f64, in_cache, many, "isa=avx512,variant=leapfrog,parallel=serial,order=yxz,tile=0x0x0,depth=12,threads=1,schedule=static,unroll=1,jam=4") /* 0.3177 0.2538 faster */
NT_TUNED(wave, 2, 1, f64, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x16x2,depth=16,threads=2,schedule=dynamic,unroll=1,jam=4") /* 0.6368 0.2694 faster */
NT_TUNED(wave, 2, 1, f64, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.6450 0.6450 same */
NT_TUNED(wave, 2, 1, f32, in_cache, many, "isa=avx512,variant=leapfrog,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static,unroll=1,jam=4") /* 0.1913 0.1691 faster */
NT_TUNED(wave, 2, 1, f32, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x48x2,depth=16,threads=2,schedule=dynamic,unroll=1,jam=4") /* 0.3183 0.1191 faster */
NT_TUNED(wave, 2, 1, f32, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.3289 0.3289 same */
NT_TUNED(wave, 4, 1, f64, in_cache, many, "isa=avx512,variant=leapfrog,parallel=serial,order=yxz,tile=0x0x0,depth=12,threads=1,schedule=static,unroll=1,jam=4") /* 0.8797 0.6729 faster */
NT_TUNED(wave, 4, 1, f64, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x16x2,depth=8,threads=2,schedule=static,unroll=1,jam=4") /* 0.8086 0.4681 faster */
NT_TUNED(wave, 4, 1, f64, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x24x0,depth=1,threads=2,schedule=static,unroll=2,jam=4") /* 0.7959 0.7516 faster */
NT_TUNED(wave, 4, 1, f32, in_cache, many, "isa=avx512,variant=leapfrog,parallel=serial,order=yxz,tile=0x0x0,depth=12,threads=1,schedule=static,unroll=1,jam=4") /* 0.3369 0.2142 faster */
NT_TUNED(wave, 4, 1, f32, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x32x2,depth=8,threads=2,schedule=static,unroll=1,jam=4") /* 0.5903 0.2006 faster */
NT_TUNED(wave, 4, 1, f32, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x8x2,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.4203 0.3912 faster */
NT_TUNED(wave, 8, 1, f64, in_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yzx,tile=0x4x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.8065 0.6799 faster */
NT_TUNED(wave, 8, 1, f64, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x16x2,depth=4,threads=2,schedule=static,unroll=1,jam=4") /* 1.2822 0.8813 faster */
NT_TUNED(wave, 8, 1, f64, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=flat,order=zyx,tile=0x8x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 1.3049 1.1266 faster */
NT_TUNED(wave, 8, 1, f32, in_cache, many, "isa=avx512,variant=leapfrog,parallel=flat,order=yxz,tile=0x4x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.3782 0.3214 faster */
NT_TUNED(wave, 8, 1, f32, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x32x2,depth=8,threads=2,schedule=static,unroll=1,jam=4") /* 0.6489 0.3913 faster */
NT_TUNED(wave, 8, 1, f32, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.6715 0.6715 same */
NT_TUNED_END(26, 0x2b66ed00)
