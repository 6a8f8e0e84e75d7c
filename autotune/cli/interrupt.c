/*
 * interrupt.c - Ctrl-C, SIGTERM, a lost terminal, a pipe without a reader
 * SPDX-License-Identifier: MIT
 */
#include "cli/interrupt.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

volatile _Atomic sig_atomic_t stop_asked;
const char *volatile interrupt_notice;

/* The first Ctrl-C asks to stop and write; the second one ends the program immediately. */
static void on_interrupt(int signal_number)
{
    const int error = errno;
    const char *notice = interrupt_notice;
    stop_asked = 1;
    signal(signal_number, SIG_DFL);
    if (notice && write(STDERR_FILENO, notice, strlen(notice)) < 0)
        errno = 0; /* nobody reads it */
    errno = error;
}

/* A lost terminal may send several signals, and a broken pipe one for every line: later ones do not end the
 * program. */
static void on_loss(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

void hear_signals(void)
{
    const struct sigaction loss = {.sa_handler = on_loss, .sa_flags = SA_RESTART};
    struct sigaction before;
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    sigaction(SIGPIPE, &loss, NULL);
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN) /* nohup ignores SIGHUP */
        sigaction(SIGHUP, &loss, NULL);
}
