/*
 * worker.h - the process that runs trials
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_WORKER_H
#define AUTOTUNE_WORKER_H

/*
 * worker_main() - sends a hello on out_fd, then answers asks from in_fd (wire.h) until in_fd is closed.  Before the hello it
 * opens the modules, a list that ends with NULL.
 *
 * It keeps the grids of the last few problems, so that repeated trials, and races between a kernel and its
 * roof, need no new allocation.  It dies with the thread that started it.
 * Returns: the exit code: 0 at the end of in_fd, 2 after a line that is not JSON, and after a module that is refused.
 */
int worker_main(int in_fd, int out_fd, char *const modules[]);

#endif /* AUTOTUNE_WORKER_H */
