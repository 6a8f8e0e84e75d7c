/*
 * sleef_version.h - which SLEEF the kernels were compiled against
 * SPDX-License-Identifier: MIT
 */
#ifndef NESTUNE_SLEEF_VERSION_H
#define NESTUNE_SLEEF_VERSION_H

const char *nt_sleef_version(void); /* "3.5.1"; static */

#endif /* NESTUNE_SLEEF_VERSION_H */
