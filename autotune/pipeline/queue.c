/*
 * queue.c - a bounded queue between two threads
 * SPDX-License-Identifier: MIT
 */
#include "pipeline/queue.h"

#include <assert.h>
#include <stddef.h>

void queue_make(queue *q, int room)
{
    assert(room >= 1 && room <= QUEUE_MOST);
    q->room = room;
    q->first = q->n = 0;
    q->is_closed = false;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->changed, NULL);
}

void queue_free(queue *q)
{
    pthread_mutex_destroy(&q->lock);
    pthread_cond_destroy(&q->changed);
}

/* One thread pushes and one pops, so at most one of them sleeps: one condition serves both. */
void queue_push(queue *q, void *item)
{
    pthread_mutex_lock(&q->lock);
    while (q->n == q->room)
        pthread_cond_wait(&q->changed, &q->lock);
    q->items[(q->first + q->n++) % q->room] = item;
    pthread_cond_signal(&q->changed);
    pthread_mutex_unlock(&q->lock);
}

void *queue_pop(queue *q)
{
    void *item = NULL;
    pthread_mutex_lock(&q->lock);
    while (q->n == 0 && !q->is_closed)
        pthread_cond_wait(&q->changed, &q->lock);
    if (q->n > 0) {
        item = q->items[q->first];
        q->first = (q->first + 1) % q->room;
        q->n--;
        pthread_cond_signal(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
    return item;
}

void queue_close(queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->is_closed = true;
    pthread_cond_signal(&q->changed);
    pthread_mutex_unlock(&q->lock);
}
