/*
 * Random sockets: pairs of unix sockets with messages in their queues, TCP sockets that listen, UDP sockets. Their
 * options are seen from outside; their names, their ends and what waits in them is checked here.
 */
#ifndef RANDOM_SOCKETS_H
#define RANDOM_SOCKETS_H
#include "files.h"
#include <netinet/in.h>
#include <sys/socket.h>

#define MAX_PAIRS 5
#define MAX_INET 6
#define MAX_MESSAGES 8
#define MESSAGE_BYTES 600

struct messages {
    int nr;
    size_t len[MAX_MESSAGES];
    uint32_t number[MAX_MESSAGES];
};

static struct {
    int end[2], type;
    struct messages to[2]; /* by the end that receives them */
    bool over[2];          /* nothing more will come to this end */
} pairs[MAX_PAIRS];
static int nr_pairs;

static struct inet {
    int fd;
    bool listens;
    socklen_t len, peer_len; /* peer_len 0: not connected */
    struct sockaddr_storage name, peer;
} inets[MAX_INET];
static int nr_inets;

static void set_option(int fd, int name, int value)
{
    SYS(setsockopt(fd, SOL_SOCKET, name, &value, sizeof(value)));
}

static void random_options(int fd)
{
    static const int flags[] = {SO_KEEPALIVE, SO_OOBINLINE, SO_BROADCAST};
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        if (chance(20))
            set_option(fd, flags[i], 1);
    if (chance(30))
        set_option(fd, SO_RCVLOWAT, (int)between(1, 4));
    if (chance(30))
        set_option(fd, SO_SNDBUF, (int)between(20000, 100000));
    if (chance(30))
        SYS(fcntl(fd, F_SETFL, O_NONBLOCK));
}

static void send_messages(int from, struct messages *m)
{
    static uint8_t bytes[MESSAGE_BYTES];
    for (m->nr = 0; m->nr < MAX_MESSAGES && chance(70); m->nr++) {
        m->len[m->nr] = between(1, MESSAGE_BYTES);
        m->number[m->nr] = (uint32_t)below(1U << 30);
        sc_fill(bytes, m->len[m->nr], m->number[m->nr]);
        CHECK(send(from, bytes, m->len[m->nr], 0) == (ssize_t)m->len[m->nr], "send: %s", strerror(errno));
    }
}

static void make_pair(void)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    int ends[2], i = nr_pairs++;
    pairs[i].type = ONE_OF(types);
    SYS(socketpair(AF_UNIX, pairs[i].type, 0, ends));
    for (int e = 0; e < 2; e++) {
        random_options(ends[e]);
        pairs[i].end[e] = place(ends[e]);
    }
    for (int e = 0; e < 2; e++)
        send_messages(pairs[i].end[!e], &pairs[i].to[e]);
    if (pairs[i].type != SOCK_DGRAM && chance(30)) {
        SYS(shutdown(pairs[i].end[0], SHUT_WR));
        pairs[i].over[1] = true;
    }
}

/* To the loopback interface, and a port that the kernel chooses. */
static int loopback(int family, int type)
{
    struct sockaddr_in six_less = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(family, type, 0);
    if (fd < 0)
        return -1;
    int failed = family == AF_INET ? bind(fd, (struct sockaddr *)&six_less, sizeof(six_less))
                                   : bind(fd, (struct sockaddr *)&six, sizeof(six));
    if (failed) { /* no IPv6 here */
        SYS(close(fd));
        return -1;
    }
    random_options(fd);
    return fd;
}

static void note_names(struct inet *s)
{
    s->len = s->peer_len = sizeof(s->name);
    SYS(getsockname(s->fd, (struct sockaddr *)&s->name, &s->len));
    if (getpeername(s->fd, (struct sockaddr *)&s->peer, &s->peer_len))
        s->peer_len = 0;
}

static void make_inet(void)
{
    int family = chance(70) ? AF_INET : AF_INET6;
    bool stream = chance(50);
    int fd = loopback(family, stream ? SOCK_STREAM : SOCK_DGRAM);
    if (fd < 0)
        return;
    struct inet *s = &inets[nr_inets++];
    s->listens = stream && chance(80);
    if (s->listens)
        SYS(listen(fd, (int)between(1, 100)));
    for (int i = 0; !stream && i < nr_inets - 1; i++)
        if (chance(40) && inets[i].name.ss_family == family)
            SYS(connect(fd, (struct sockaddr *)&inets[i].name, inets[i].len));
    s->fd = place(fd);
    note_names(s);
}

static void sockets_make(void)
{
    for (uint64_t n = below(MAX_PAIRS + 1); n > 0; n--)
        make_pair();
    for (uint64_t n = below(MAX_INET + 1); n > 0; n--)
        make_inet();
}

/* A stream has no borders; of the others each read is one message. */
static void check_messages(int fd, const struct messages *m, bool stream)
{
    static uint8_t want[MAX_MESSAGES * MESSAGE_BYTES], got[sizeof(want) + 1];
    size_t total = 0, at = 0;
    for (int i = 0; i < m->nr; i++) {
        sc_fill(want + total, m->len[i], m->number[i]);
        total += m->len[i];
    }
    for (int i = 0; at < total; i++) {
        ssize_t n = recv(fd, got + at, sizeof(got) - at, MSG_DONTWAIT);
        CHECK(n > 0, "socket %d has %zu bytes, not %zu: %s", fd, at, total, strerror(errno));
        CHECK(stream || (size_t)n == m->len[i], "message %d of socket %d has %zd bytes, not %zu", i, fd, n, m->len[i]);
        at += (size_t)n;
    }
    CHECK(at == total && !memcmp(want, got, total), "what waits in socket %d", fd);
}

static void check_end(int i, int e)
{
    char byte;
    int fd = pairs[i].end[e];
    check_messages(fd, &pairs[i].to[e], pairs[i].type == SOCK_STREAM);
    ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);
    CHECK(pairs[i].over[e] ? n == 0 : n == -1 && errno == EAGAIN, "end of socket %d: %zd", fd, n);
    if (pairs[i].over[e])
        return;
    CHECK(send(pairs[i].end[!e], "x", 1, 0) == 1 && recv(fd, &byte, 1, MSG_DONTWAIT) == 1 && byte == 'x',
          "socket %d does not hear its peer", fd);
}

static void check_inet(struct inet *s)
{
    struct inet now = {.fd = s->fd};
    int listens;
    socklen_t len = sizeof(listens);
    note_names(&now);
    CHECK(now.len == s->len && !memcmp(&now.name, &s->name, s->len), "name of socket %d", s->fd);
    CHECK(now.peer_len == s->peer_len && !memcmp(&now.peer, &s->peer, s->peer_len), "peer of socket %d", s->fd);
    SYS(getsockopt(s->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len));
    CHECK(listens == s->listens, "socket %d listens: %d", s->fd, listens);
}

static void sockets_check(void)
{
    for (int i = 0; i < nr_pairs; i++)
        for (int e = 0; e < 2; e++)
            check_end(i, e);
    for (int i = 0; i < nr_inets; i++)
        check_inet(&inets[i]);
}
#endif
