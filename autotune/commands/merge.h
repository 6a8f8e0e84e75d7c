/*
 * merge.h - takes the results that somebody contributed into a folder of results: autotune check --merge
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_MERGE_H
#define AUTOTUNE_MERGE_H

/*
 * merge_contribution() - takes over `folder`, which `autotune run --contribute` made, into OUT/<machine>/.
 *
 * Nothing is written if a rule of contribution.h is broken, or if a row of the results there would be lost: each reason
 * gets a line.
 * Shape:   out: NULL: results/ of the source tree in whose build folder this program lies.
 * Result:  an exit_code, after a message on stderr unless it is EXIT_OK.
 */
int merge_contribution(const char *folder, const char *out);

#endif /* AUTOTUNE_MERGE_H */
