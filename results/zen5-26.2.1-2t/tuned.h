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
NT_TUNED(mathop, 0, 1, f64, in_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2609 0.2609 same */
NT_TUNED(mathop, 0, 1, f64, in_cache, many, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x4,depth=5,threads=2,schedule=static,unroll=6,jam=1") /* 0.2323 0.2172 faster */
NT_TUNED(mathop, 0, 1, f64, out_of_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2514 0.2514 same */
NT_TUNED(mathop, 0, 1, f64, out_of_cache, many, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2737 0.2737 same */
NT_TUNED(mathop, 0, 1, f32, in_cache, one, "isa=avx512,variant=fused,parallel=flat,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=6,jam=1") /* 0.1066 0.1045 faster */
NT_TUNED(mathop, 0, 1, f32, in_cache, many, "isa=avx512,variant=fused,parallel=flat,order=zyx,tile=0x0x0,depth=5,threads=2,schedule=static,unroll=6,jam=1") /* 0.0921 0.0837 faster */
NT_TUNED(mathop, 0, 1, f32, out_of_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.0953 0.0953 same */
NT_TUNED(mathop, 0, 1, f32, out_of_cache, many, "isa=avx512,variant=fused,parallel=flat,order=zyx,tile=256x0x0,depth=5,threads=2,schedule=static,unroll=4,jam=1") /* 0.1467 0.0772 faster */
NT_TUNED(wave, 2, 2, f64, in_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.2092 0.2092 same */
NT_TUNED(wave, 2, 2, f64, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x16x4,depth=16,threads=2,schedule=static,unroll=1,jam=4") /* 0.9811 0.3594 faster */
NT_TUNED(wave, 2, 2, f64, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.7991 0.7991 same */
NT_TUNED(wave, 2, 2, f32, in_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.2117 0.2117 same */
NT_TUNED(wave, 2, 2, f32, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x32x2,depth=16,threads=2,schedule=static,unroll=1,jam=4") /* 0.5437 0.1386 faster */
NT_TUNED(wave, 2, 2, f32, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x128x0,depth=1,threads=2,schedule=static,unroll=2,jam=1") /* 0.5366 0.4147 faster */
NT_TUNED(wave, 4, 2, f64, in_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.4332 0.4332 same */
NT_TUNED(wave, 4, 2, f64, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x16x2,depth=8,threads=2,schedule=static,unroll=1,jam=4") /* 1.4134 0.5952 faster */
NT_TUNED(wave, 4, 2, f64, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x48x0,depth=1,threads=2,schedule=static,unroll=2,jam=2") /* 1.3859 0.8335 faster */
NT_TUNED(wave, 4, 2, f32, in_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.1930 0.1930 same */
NT_TUNED(wave, 4, 2, f32, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x48x2,depth=8,threads=2,schedule=static,unroll=1,jam=4") /* 0.5833 0.2011 faster */
NT_TUNED(wave, 4, 2, f32, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=yzx,tile=0x32x16,depth=1,threads=2,schedule=static,unroll=2,jam=1") /* 0.6593 0.4827 faster */
NT_TUNED(wave, 8, 2, f64, in_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yzx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.8489 0.8118 faster */
NT_TUNED(wave, 8, 2, f64, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x16x4,depth=4,threads=2,schedule=static,unroll=1,jam=4") /* 1.4207 0.8375 faster */
NT_TUNED(wave, 8, 2, f64, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x64x0,depth=1,threads=2,schedule=static,unroll=2,jam=2") /* 1.7641 1.1184 faster */
NT_TUNED(wave, 8, 2, f32, in_cache, many, "isa=avx512,variant=leapfrog,parallel=flat,order=yxz,tile=0x4x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.4542 0.3983 faster */
NT_TUNED(wave, 8, 2, f32, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x32x4,depth=6,threads=2,schedule=static,unroll=1,jam=4") /* 0.8562 0.4739 faster */
NT_TUNED(wave, 8, 2, f32, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=flat,order=zyx,tile=256x16x0,depth=1,threads=2,schedule=static,unroll=2,jam=2") /* 0.6499 0.4895 faster */
NT_TUNED_END(26, 0x98ee8ed8)
