/*
 * signal_name.c - the name of a signal that ended a process
 * SPDX-License-Identifier: MIT
 *
 * It has a table of its own, because only glibc 2.32 and later have sigabbrev_np().  The table holds the
 * signals that end a process by default.
 */
#include "os/signal_name.h"

#include <signal.h>
#include <stdio.h>

void signal_name(int number, char *text, size_t n)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
#define NAME(name) {name, #name}
        NAME(SIGABRT), NAME(SIGALRM), NAME(SIGBUS),  NAME(SIGFPE),  NAME(SIGHUP),
        NAME(SIGILL),  NAME(SIGINT),  NAME(SIGKILL), NAME(SIGPIPE), NAME(SIGPROF),
        NAME(SIGQUIT), NAME(SIGSEGV), NAME(SIGSYS),  NAME(SIGTERM), NAME(SIGTRAP),
        NAME(SIGUSR1), NAME(SIGUSR2), NAME(SIGXCPU), NAME(SIGXFSZ), NAME(SIGVTALRM),
#undef NAME
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number) {
            snprintf(text, n, "%s", names[i].name);
            return;
        }
    snprintf(text, n, "signal %d", number);
}
