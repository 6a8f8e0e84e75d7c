/*
 * worker.h - the process that runs trials
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_WORKER_H
#define AUTOTUNE_WORKER_H

/*
 * worker_main() - says hello on out_fd, then answers asks from in_fd (wire.h) until it is closed.
 *
 * It keeps the grids of its last few problems, so that trials of one problem cost no allocation,
 * and the finals can take turns between a kernel and its roof.  It dies with the thread that started it.
 * Returns: the exit code: 0 at the end
 * of in_fd, 2 on a line that is not JSON.
 */
int worker_main(int in_fd, int out_fd);

#endif /* AUTOTUNE_WORKER_H */
