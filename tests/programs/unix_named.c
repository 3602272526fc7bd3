/* Unix sockets with names: listening, connected, bound; paths (absolute and relative) and abstract names. */
#include "selfcheck.h"
#include <sys/socket.h>
#include <sys/un.h>

struct name {
    struct sockaddr_un a;
    socklen_t len;
};
static char out[100];

static struct name path_name(const char *path)
{
    struct name n = {.a.sun_family = AF_UNIX};
    CHECK(strlen(path) < sizeof(n.a.sun_path), "the path is too long: %s", path);
    strcpy(n.a.sun_path, path);
    n.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
    return n;
}
static struct name abstract_name(const char *what)
{
    struct name n = {.a.sun_family = AF_UNIX};
    int len = snprintf(n.a.sun_path + 1, sizeof(n.a.sun_path) - 1, "ckpt/%d/%s", (int)getpid(), what);
    n.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
    return n;
}
static int bound(int type, struct name *n)
{
    int fd = SYS(socket(AF_UNIX, type, 0));
    SYS(bind(fd, (struct sockaddr *)&n->a, n->len));
    return fd;
}
static int connected(int type, struct name *to)
{
    int fd = SYS(socket(AF_UNIX, type, 0));
    SYS(connect(fd, (struct sockaddr *)&to->a, to->len));
    return fd;
}
static void check_name(int fd, struct name *n, bool peer, const char *what)
{
    struct sockaddr_un a;
    socklen_t len = sizeof(a);
    SYS(peer ? getpeername(fd, (struct sockaddr *)&a, &len) : getsockname(fd, (struct sockaddr *)&a, &len));
    CHECK(len == n->len && !memcmp(a.sun_path, n->a.sun_path, len - offsetof(struct sockaddr_un, sun_path)),
          "%s: the name is another", what);
}
static void expect(int fd, const char *text)
{
    ssize_t n = recv(fd, out, sizeof(out), MSG_DONTWAIT);
    CHECK(n == (ssize_t)strlen(text) && !memcmp(out, text, (size_t)n), "not \"%s\": %zd %s", text, n,
          n < 0 ? strerror(errno) : "");
}
static void pass(int from, int to, const char *text)
{
    SYS(send(from, text, strlen(text), 0));
    expect(to, text);
}
static void serves(int listener, int type, struct name *n, const char *what)
{
    int client = connected(type, n);
    int server = SYS(accept(listener, NULL, NULL));
    pass(client, server, what);
    SYS(close(client));
    SYS(close(server));
}

int main(int argc, char **argv)
{
    char buffer[PATH_MAX], dir[PATH_MAX];
    struct stat before, now;
    sc_init(argc, argv);
    SYS(chdir(sc_dir(dir)));
    snprintf(buffer, sizeof(buffer), "%.80s/s%d", dir, (int)getpid() % 100000);
    struct name path = path_name(buffer), relative = path_name("relative.socket"), hidden = abstract_name("stream"),
                sequence = abstract_name("packets"), post = abstract_name("post"), sender = abstract_name("sender"),
                caller = abstract_name("caller");
    unlink(path.a.sun_path);
    unlink(relative.a.sun_path);

    int listener = bound(SOCK_STREAM | SOCK_NONBLOCK, &path);
    SYS(chmod(path.a.sun_path, 0640));
    SYS(listen(listener, 5));
    SYS(stat(path.a.sun_path, &before));
    int secret = bound(SOCK_STREAM, &hidden);
    SYS(listen(secret, 0));
    int orderly = bound(SOCK_SEQPACKET, &sequence);
    SYS(listen(orderly, 7));
    int client = connected(SOCK_STREAM, &path), server = SYS(accept(listener, NULL, NULL));
    int named = bound(SOCK_STREAM, &caller);
    SYS(connect(named, (struct sockaddr *)&hidden.a, hidden.len));
    int host = SYS(accept(secret, NULL, NULL));
    int left = connected(SOCK_SEQPACKET, &sequence), alone = SYS(accept(orderly, NULL, NULL));
    SYS(send(left, "bye", 3, 0));
    SYS(close(left));
    int box = bound(SOCK_DGRAM, &post), writer = bound(SOCK_DGRAM, &sender), file_box = bound(SOCK_DGRAM, &relative);
    int reader = connected(SOCK_DGRAM, &post);
    SYS(send(reader, "nameless", 8, 0));
    SYS(sendto(writer, "named", 5, 0, (struct sockaddr *)&post.a, post.len));
    SYS(sendto(writer, "to the file", 11, 0, (struct sockaddr *)&relative.a, relative.len));
    SYS(send(client, "to the server", 13, 0));
    SYS(send(server, "to the client", 13, 0));
    int idle = SYS(socket(AF_UNIX, SOCK_STREAM, 0));
    sc_hold();

    SYS(stat(path.a.sun_path, &now));
    CHECK(now.st_mode == before.st_mode && now.st_uid == before.st_uid && now.st_gid == before.st_gid,
          "the socket's file has mode %o, owner %u", now.st_mode, now.st_uid);
    check_name(listener, &path, false, "listener");
    check_name(server, &path, false, "accepted");
    check_name(client, &path, true, "client's peer");
    check_name(host, &hidden, false, "accepted, abstract");
    check_name(host, &caller, true, "named client");
    check_name(named, &caller, false, "named client itself");
    check_name(reader, &post, true, "connected datagram");
    CHECK(accept(listener, NULL, NULL) == -1 && errno == EAGAIN, "the listener has a connection: %s", strerror(errno));
    expect(server, "to the server");
    expect(client, "to the client");
    pass(named, host, "abstract");
    pass(host, named, "and back");
    expect(alone, "bye");
    CHECK(recv(alone, out, 1, 0) == 0, "no end of the closed connection");
    serves(listener, SOCK_STREAM, &path, "new by path");
    serves(secret, SOCK_STREAM, &hidden, "new by abstract name");
    serves(orderly, SOCK_SEQPACKET, &sequence, "new packets");

    struct sockaddr_un from;
    socklen_t len = sizeof(from);
    expect(box, "nameless");
    ssize_t n = recvfrom(box, out, sizeof(out), 0, (struct sockaddr *)&from, &len);
    CHECK(n == 5 && len == sender.len && !memcmp(&from, &sender.a, len), "sender of the named datagram");
    expect(file_box, "to the file");
    pass(reader, box, "once more");
    SYS(sendto(writer, "file", 4, 0, (struct sockaddr *)&relative.a, relative.len));
    expect(file_box, "file");
    SYS(connect(idle, (struct sockaddr *)&path.a, path.len));
    SYS(unlink(path.a.sun_path));
    SYS(unlink(relative.a.sun_path));
    return sc_finish();
}
