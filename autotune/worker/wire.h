/*
 * wire.h - what the tuner and its worker say to each other: lines of JSON
 * SPDX-License-Identifier: MIT
 *
 * The worker says hello once.  Then each ask, a trial's record without its answer, gets the whole record back
 * (measure/trial_json.h).  A line that is JSON but no valid ask, such as one of a negative shape, gets
 * {"type":"refused","detail":"..."}.
 */
#ifndef AUTOTUNE_WIRE_H
#define AUTOTUNE_WIRE_H

#define WIRE_HELLO "{\"type\":\"hello\"}\n"

enum { WIRE_MOST = 1 << 16 }; /* bytes of a line: 64 times of 25 characters, and room */

#endif /* AUTOTUNE_WIRE_H */
