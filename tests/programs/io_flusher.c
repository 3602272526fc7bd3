/* PR_SET_IO_FLUSHER in one thread and not in the other (needs CAP_SYS_RESOURCE). */
#include "selfcheck.h"

#define SET_IO_FLUSHER 57
#define GET_IO_FLUSHER 58
static atomic_int up;

static int flusher(void) { return (int)SYS(prctl(GET_IO_FLUSHER, 0, 0, 0, 0)); }

static void *body(void *arg)
{
    (void)arg;
    OFFER(prctl(SET_IO_FLUSHER, 1, 0, 0, 0));
    atomic_store(&up, 1);
    sc_await_release();
    CHECK(flusher() == 1, "the thread is no I/O flusher any more");
    return NULL;
}

int main(int argc, char **argv)
{
    sc_init(argc, argv);
    pthread_t thread = sc_thread(body, NULL);
    while (!atomic_load(&up))
        sc_sleep_ns(MSEC);

    sc_hold();

    CHECK(flusher() == 0, "the first thread is an I/O flusher");
    PT(pthread_join(thread, NULL));
    return sc_finish();
}
