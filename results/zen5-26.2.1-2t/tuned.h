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
NT_TUNED(mathop, 0, 1, f64, in_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2807 0.2807 same */
NT_TUNED(mathop, 0, 1, f64, in_cache, many, "isa=avx512,variant=fused,parallel=flat,order=zxy,tile=256x0x1,depth=5,threads=2,schedule=dynamic,unroll=6,jam=1") /* 0.2520 0.2446 faster */
NT_TUNED(mathop, 0, 1, f64, out_of_cache, one, "isa=avx512,variant=fused,parallel=flat,order=zyx,tile=1048576x0x0,depth=1,threads=2,schedule=static,unroll=6,jam=1") /* 0.3076 0.2698 faster */
NT_TUNED(mathop, 0, 1, f64, out_of_cache, many, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x256x1,depth=5,threads=2,schedule=dynamic,unroll=6,jam=1") /* 0.3102 0.2449 faster */
NT_TUNED(mathop, 0, 1, f32, in_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.0928 0.0928 same */
NT_TUNED(mathop, 0, 1, f32, in_cache, many, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x4,depth=5,threads=2,schedule=dynamic,unroll=6,jam=1") /* 0.0855 0.0774 faster */
NT_TUNED(mathop, 0, 1, f32, out_of_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.1358 0.1358 same */
NT_TUNED(mathop, 0, 1, f32, out_of_cache, many, "isa=avx512,variant=fused,parallel=flat,order=zyx,tile=262144x0x0,depth=5,threads=2,schedule=static,unroll=4,jam=1") /* 0.1450 0.0853 faster */
NT_TUNED_END(8, 0xc69161cb)
