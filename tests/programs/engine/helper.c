/*
 * A helper process for tests of the Java API: helper PORT [delay MILLIS] [silent]. Listens on a port of the loopback
 * address, after a delay if so asked, and says "ready" on standard output. A connection sends one line and gets one:
 *
 *   add N      the sum so far, with N
 *   get        the sum so far
 *   pid        its pid
 *   say TEXT   "ok", and the text goes to standard output
 *   env NAME   the value of a variable
 *   cwd        its working folder
 *   fork       "ok", and from then on it has a child that waits
 *   hold       "ok", and the connection stays open
 *   exit N     nothing; it ends with that status
 */
#include "../selfcheck.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static long sum;

static void answer(int connection, char *line)
{
    char text[PATH_MAX];
    char *rest = strchr(line, ' ') ? strchr(line, ' ') + 1 : "";
    snprintf(text, sizeof text, "ok");
    if (strncmp(line, "add ", 4) == 0)
        snprintf(text, sizeof text, "%ld", sum += atol(rest));
    else if (strcmp(line, "get") == 0)
        snprintf(text, sizeof text, "%ld", sum);
    else if (strcmp(line, "pid") == 0)
        snprintf(text, sizeof text, "%d", getpid());
    else if (strncmp(line, "say ", 4) == 0)
        printf("%s\n", rest);
    else if (strncmp(line, "env ", 4) == 0)
        snprintf(text, sizeof text, "%s", getenv(rest) ? getenv(rest) : "");
    else if (strcmp(line, "cwd") == 0)
        SYS(getcwd(text, sizeof text) ? 0 : -1);
    else if (strncmp(line, "exit ", 5) == 0)
        exit(atoi(rest));
    else if (strcmp(line, "fork") == 0 && fork() == 0) {
        close(connection);
        for (;;)
            pause();
    }
    dprintf(connection, "%s\n", text);
    if (strcmp(line, "hold") != 0)
        close(connection);
}

int main(int argc, char **argv)
{
    bool silent = false;
    setlinebuf(stdout);
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "delay") == 0)
            sc_sleep_ns(atol(argv[++i]) * MSEC);
        silent = silent || strcmp(argv[i], "silent") == 0;
    }
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SYS(setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    SYS(bind(listening, (struct sockaddr *)&address, sizeof address));
    SYS(listen(listening, 16));
    if (!silent)
        printf("ready\n");
    for (;;) {
        char line[PATH_MAX] = "";
        int connection = accept(listening, NULL, NULL);
        if (connection < 0)
            continue;
        for (size_t n = 0; n < sizeof line - 1 && read(connection, line + n, 1) == 1 && line[n] != '\n';)
            n++;
        line[strcspn(line, "\n")] = 0;
        if (*line)
            answer(connection, line);
        else
            close(connection);
    }
}
