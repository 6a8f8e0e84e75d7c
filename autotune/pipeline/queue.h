/*
 * queue.h - a bounded queue between two threads
 * SPDX-License-Identifier: MIT
 */
#ifndef AUTOTUNE_QUEUE_H
#define AUTOTUNE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>

enum { QUEUE_MOST = 64 };

typedef struct queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void *items[QUEUE_MOST];
    int room, first, n;
    bool is_closed;
} queue;

/* queue_make(), queue_free() - a queue for `room` items, at most QUEUE_MOST. */
void queue_make(queue *q, int room);
void queue_free(queue *q);

/* queue_push() - sleeps while the queue is full. */
void queue_push(queue *q, void *item);

/* queue_pop() - sleeps while the queue is empty; NULL if it is empty and closed. */
void *queue_pop(queue *q);

/* queue_close() - nothing more will be pushed. */
void queue_close(queue *q);

#endif /* AUTOTUNE_QUEUE_H */
