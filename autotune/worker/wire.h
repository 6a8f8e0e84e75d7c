/*
 * wire.h - the messages between the tuner and its worker: lines of JSON
 * SPDX-License-Identifier: MIT
 *
 * The worker sends a hello once.  If it was started with modules (`autotune worker FILE...`), it opens them first, and the
 * hello describes their kernels: {"type":"hello","modules":[...]} (module/description.h).  If one cannot be used, it sends
 * {"type":"refused","status":...,"detail":"..."} in place of the hello, and ends.
 * Then the tuner sends asks, and the worker answers each one.  An ask is the
 * record of a trial without its answer; the worker returns the whole record (measure/trial_json.h).  To a
 * line that is JSON but no valid ask, for example with a negative shape, it returns
 * {"type":"refused","detail":"..."}.
 */
#ifndef AUTOTUNE_WIRE_H
#define AUTOTUNE_WIRE_H

#define WIRE_HELLO "{\"type\":\"hello\"}\n"

enum { WIRE_MOST = 1 << 16 }; /* bytes of a line: 64 times of 25 characters, or the functions of some modules, and room */

#endif /* AUTOTUNE_WIRE_H */
