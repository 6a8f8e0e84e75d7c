/*
 * private_words.h - does a file that is to be sent name its user or this computer?
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_PRIVATE_WORDS_H
#define AUTOTUNE_PRIVATE_WORDS_H

#include "store/contribution.h"

/*
 * private_words_check() - reports the user's name, their home folder, the working folder and the computer's name
 * wherever they stand in the files, as words of their own, and any path.
 *
 * A name that says what the machine is or what was tuned ("zen3", "wave") is no private word.
 */
void private_words_check(contribution *c, const nt_machine *machine, contribution_fault_fn *fault,
                         void *context);

/* private_words_find() - the line, from 1, on which a text has this word, in large or small letters; 0: on none. */
int private_words_find(const char *text, const char *word);

#endif /* AUTOTUNE_PRIVATE_WORDS_H */
