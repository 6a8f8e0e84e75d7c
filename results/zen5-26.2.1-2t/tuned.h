/*
 * tuned.h - written by autotune; do not edit
 * SPDX-License-Identifier: MIT
 *
 * cpu:      AMD EPYC, zen5, 2 threads
 * compiler: GNU 12.2.0, -O3 -g -ffp-contract=off
 * library:  nestune 0.1.0, SLEEF 3.5.1
 * threads:  OMP_PROC_BIND=spread OMP_PLACES=cores OMP_WAIT_POLICY=active OMP_DYNAMIC=false
 *
 * Behind each row: default and tuned ns a cell and step, and the verdict of the paired final.
 */
NT_TUNED_HEADER(2, "zen5-26.2.1-2t", "AuthenticAMD", 26, 2, 49152, 1048576, 33554432)
NT_TUNED(mathop, 0, 1, f64, in_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2322 0.2322 same */
NT_TUNED(mathop, 0, 1, f64, in_cache, many, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2291 0.2291 same */
NT_TUNED(mathop, 0, 1, f64, out_of_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.2933 0.2933 same */
NT_TUNED(mathop, 0, 1, f64, out_of_cache, many, "isa=avx512,variant=fused,parallel=flat,order=zyx,tile=32768x0x0,depth=5,threads=2,schedule=static,unroll=4,jam=1") /* 0.2805 0.2108 faster */
NT_TUNED(mathop, 0, 1, f32, in_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=6,jam=1") /* 0.0808 0.0766 faster */
NT_TUNED(mathop, 0, 1, f32, in_cache, many, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=4,threads=2,schedule=static,unroll=6,jam=1") /* 0.0711 0.0660 faster */
NT_TUNED(mathop, 0, 1, f32, out_of_cache, one, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=4,jam=1") /* 0.1356 0.1356 same */
NT_TUNED(mathop, 0, 1, f32, out_of_cache, many, "isa=avx512,variant=fused,parallel=outer,order=zyx,tile=0x256x1,depth=5,threads=2,schedule=static,unroll=6,jam=1") /* 0.0890 0.0766 faster */
NT_TUNED(wave, 2, 3, f64, in_cache, many, "isa=avx512,variant=leapfrog,parallel=serial,order=yzx,tile=0x12x16,depth=1,threads=1,schedule=static,unroll=1,jam=4") /* 0.3507 0.2997 faster */
NT_TUNED(wave, 2, 3, f64, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x24x2,depth=16,threads=2,schedule=static,unroll=1,jam=4") /* 0.7784 0.2613 faster */
NT_TUNED(wave, 2, 3, f64, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x12x0,depth=1,threads=2,schedule=dynamic,unroll=1,jam=2") /* 0.7672 0.6534 faster */
NT_TUNED(wave, 2, 3, f32, in_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.0699 0.0699 same */
NT_TUNED(wave, 2, 3, f32, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x32x2,depth=16,threads=2,schedule=static,unroll=1,jam=2") /* 0.3875 0.1111 faster */
NT_TUNED(wave, 2, 3, f32, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=yzx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=2,jam=1") /* 0.4120 0.3419 faster */
NT_TUNED(wave, 4, 3, f64, in_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.3240 0.3240 same */
NT_TUNED(wave, 4, 3, f64, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x16x2,depth=16,threads=2,schedule=static,unroll=1,jam=4") /* 1.0575 0.4573 faster */
NT_TUNED(wave, 4, 3, f64, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=flat,order=zxy,tile=0x96x0,depth=1,threads=2,schedule=static,unroll=2,jam=4") /* 0.9001 0.6243 faster */
NT_TUNED(wave, 4, 3, f32, in_cache, many, "isa=avx512,variant=leapfrog,parallel=serial,order=zyx,tile=0x0x0,depth=1,threads=1,schedule=static,unroll=1,jam=4") /* 0.3018 0.1893 faster */
NT_TUNED(wave, 4, 3, f32, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x24x2,depth=16,threads=2,schedule=static,unroll=1,jam=4") /* 0.5512 0.1821 faster */
NT_TUNED(wave, 4, 3, f32, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=flat,order=zxy,tile=0x48x0,depth=1,threads=2,schedule=static,unroll=2,jam=1") /* 0.4746 0.2949 faster */
NT_TUNED(wave, 8, 3, f64, in_cache, many, "isa=avx512,variant=leapfrog,parallel=serial,order=yxz,tile=0x0x0,depth=12,threads=1,schedule=static,unroll=1,jam=4") /* 2.3280 0.7524 faster */
NT_TUNED(wave, 8, 3, f64, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x32x4,depth=4,threads=2,schedule=static,unroll=1,jam=4") /* 1.8836 0.9212 faster */
NT_TUNED(wave, 8, 3, f64, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=flat,order=yxz,tile=0x32x0,depth=1,threads=2,schedule=dynamic,unroll=2,jam=2") /* 2.1341 0.9825 faster */
NT_TUNED(wave, 8, 3, f32, in_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x0x0,depth=1,threads=2,schedule=static,unroll=1,jam=4") /* 0.3875 0.3875 same */
NT_TUNED(wave, 8, 3, f32, out_of_cache, many, "isa=avx512,variant=leapfrog,parallel=outer,order=yxz,tile=0x32x4,depth=4,threads=2,schedule=static,unroll=1,jam=4") /* 0.7979 0.4070 faster */
NT_TUNED(wave, 8, 3, f32, out_of_cache, one, "isa=avx512,variant=leapfrog,parallel=outer,order=zyx,tile=0x48x0,depth=1,threads=2,schedule=static,unroll=2,jam=4") /* 0.9046 0.5033 faster */
NT_TUNED_END(26, 0x2ee73a2a)
