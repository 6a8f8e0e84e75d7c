/*
 * tools.h - for tools such as autotune: configs key by key, the machine, and tuned headers row by row
 * SPDX-License-Identifier: MIT
 *
 * These change from version to version: build a tool against the version of the library that it runs with.
 */
#ifndef NESTUNE_TOOLS_H
#define NESTUNE_TOOLS_H

#include "nestune/config.h"
#include "nestune/kernel.h"
#include "nestune/machine.h"
#include "nestune/model.h"
#include "nestune/tuned.h"

#endif /* NESTUNE_TOOLS_H */
