/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * tsan-glib: shows GLib's locks to ThreadSanitizer.
 *
 * GLib makes its mutexes of futexes and is not built with the tool, which
 * therefore sees neither lock nor order and takes every use of them for a race.
 * These wrappers stand before GLib's functions of the same name in programs built with
 * -Db_sanitize=thread (only then is this file built), do what they do and say so.
 */
#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!__atomic_load_n(&real, __ATOMIC_RELAXED)) \
        __atomic_store_n(&real, (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name), __ATOMIC_RELAXED)

void
g_mutex_lock(GMutex *mutex)
{
    REAL(void, g_mutex_lock, GMutex *);
    real(mutex);
    __tsan_acquire(mutex);
}

gboolean
g_mutex_trylock(GMutex *mutex)
{
    REAL(gboolean, g_mutex_trylock, GMutex *);
    gboolean got = real(mutex);
    if (got)
        __tsan_acquire(mutex);
    return got;
}

void
g_mutex_unlock(GMutex *mutex)
{
    REAL(void, g_mutex_unlock, GMutex *);
    __tsan_release(mutex);
    real(mutex);
}

void
g_cond_wait(GCond *cond, GMutex *mutex)
{
    REAL(void, g_cond_wait, GCond *, GMutex *);
    __tsan_release(mutex);
    real(cond, mutex);
    __tsan_acquire(mutex);
}

gboolean
g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end_time)
{
    REAL(gboolean, g_cond_wait_until, GCond *, GMutex *, gint64);
    __tsan_release(mutex);
    gboolean woken = real(cond, mutex, end_time);
    __tsan_acquire(mutex);
    return woken;
}

void
g_rec_mutex_lock(GRecMutex *mutex)
{
    REAL(void, g_rec_mutex_lock, GRecMutex *);
    real(mutex);
    __tsan_acquire(mutex);
}

void
g_rec_mutex_unlock(GRecMutex *mutex)
{
    REAL(void, g_rec_mutex_unlock, GRecMutex *);
    __tsan_release(mutex);
    real(mutex);
}

void
g_rw_lock_reader_lock(GRWLock *lock)
{
    REAL(void, g_rw_lock_reader_lock, GRWLock *);
    real(lock);
    __tsan_acquire(lock);
}

void
g_rw_lock_reader_unlock(GRWLock *lock)
{
    REAL(void, g_rw_lock_reader_unlock, GRWLock *);
    __tsan_release(lock);
    real(lock);
}

void
g_rw_lock_writer_lock(GRWLock *lock)
{
    REAL(void, g_rw_lock_writer_lock, GRWLock *);
    real(lock);
    __tsan_acquire(lock);
}

void
g_rw_lock_writer_unlock(GRWLock *lock)
{
    REAL(void, g_rw_lock_writer_unlock, GRWLock *);
    __tsan_release(lock);
    real(lock);
}

gboolean
(g_once_init_enter)(volatile void *location)
{
    REAL(gboolean, g_once_init_enter, volatile void *);
    gboolean first = real(location);
    __tsan_acquire((void *)location);
    return first;
}

void
(g_once_init_leave)(volatile void *location, gsize result)
{
    REAL(void, g_once_init_leave, volatile void *, gsize);
    __tsan_release((void *)location);
    real(location, result);
}
