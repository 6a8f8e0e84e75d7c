/*
 * heat27.h - the parameter of the kernel heat27, for programs that use it
 * SPDX-License-Identifier: MIT
 */
#ifndef HEAT27_H
#define HEAT27_H

typedef struct heat27 {
    double dt; /* the time step; stable up to 0.2 / the largest k */
} heat27;

#endif /* HEAT27_H */
