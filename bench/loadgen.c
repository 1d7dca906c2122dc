/* HTTP/1.1 load generator: one thread, epoll, keep-alive, closed loop or open loop (fixed rate).
 *
 *   cc -O2 -o loadgen loadgen.c
 *   ./loadgen -u http://127.0.0.1:8000/path [-c connections] [-d seconds | -n requests] [-r requests_per_second]
 *             [-b body_file] [-H 'Name: value']... [-t timeout_s] [-k text_a_good_answer_contains]
 *
 * Closed loop (default): each connection sends its next request when the last answer is complete.
 * Open loop (-r): requests start at fixed times; latency counts from the planned start, so that a stall is not hidden.
 * In the body the mark @@SEQ@@_ is replaced by a running number of eight digits, so that no cache on the way hits.
 * Prints one JSON object: requests, errors, statuses, rps, latency and first-byte percentiles in milliseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_MARKS = 16, MAX_SAMPLES = 1 << 20, READ_SIZE = 65536 };

typedef struct {
    int fd, busy, head_read, chunked, status, close_after;
    char *in;
    size_t length, capacity, head_length, needed;
    long long started, first_byte;
} Connection;

static Connection *connections;
static int connection_count = 1, poller, mark_count;
static struct sockaddr_in address;
static char host[128] = "127.0.0.1", path[1024] = "/", headers[16384];
static int port = 80;
static char *request, *body;
static size_t request_length, body_length, marks[MAX_MARKS];
static const char *must_contain;
static double duration = 5, rate;
static long wanted, started, finished, errors, reconnects, planned, statuses[6];
static long long timeout_us = 60000000;
static unsigned long sequence;
static double *latencies, *first_bytes;
static long samples;

static long long now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static int connect_one(Connection *c) {
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->fd, (void *)&address, sizeof address)) {
        close(c->fd);
        c->fd = -1;
        return -1;
    }
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &e);
    return 0;
}

static void reconnect(Connection *c) {
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    reconnects++;
    connect_one(c);
}

static void fail(Connection *c) {
    errors++;
    finished++;
    c->busy = 0;
    reconnect(c);
}

static void send_request(Connection *c, long long planned_start) {
    started++;
    if (c->fd < 0 && connect_one(c)) {
        errors++;
        finished++;
        usleep(1000);
        return;
    }
    char digits[16];
    snprintf(digits, sizeof digits, "%08lu", sequence++ % 100000000);
    for (int i = 0; i < mark_count; i++)
        memcpy(request + marks[i], digits, 8);
    c->busy = 1;
    c->length = c->head_read = c->first_byte = 0;
    c->started = planned_start;
    for (size_t sent = 0; sent < request_length;) {
        ssize_t n = send(c->fd, request + sent, request_length - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            usleep(50);
            continue;
        }
        if (n < 0) {
            fail(c);
            return;
        }
        sent += n;
    }
}

static int is_complete(Connection *c) {
    if (!c->head_read) {
        char *end = memmem(c->in, c->length, "\r\n\r\n", 4);
        if (!end)
            return 0;
        c->head_length = end - c->in + 4;
        char kept = c->in[c->head_length];
        c->in[c->head_length] = 0;
        c->status = atoi(c->in + 9);
        const char *announced = strcasestr(c->in, "\r\ncontent-length:");
        c->chunked = strcasestr(c->in, "\r\ntransfer-encoding: chunked") != NULL;
        c->close_after = strcasestr(c->in, "\r\nconnection: close") != NULL;
        c->needed = c->head_length + (announced ? strtoul(announced + 17, NULL, 10) : 0);
        c->in[c->head_length] = kept;
        c->head_read = 1;
    }
    if (!c->first_byte && c->length > c->head_length)
        c->first_byte = now_us();
    if (c->chunked)
        return c->length >= c->head_length + 5 && !memcmp(c->in + c->length - 5, "0\r\n\r\n", 5);
    return c->length >= c->needed;
}

static void record(Connection *c) {
    long long now = now_us();
    finished++;
    c->busy = 0;
    statuses[c->status / 100 >= 1 && c->status / 100 <= 5 ? c->status / 100 : 0]++;
    c->in[c->length] = 0;
    if (c->status / 100 != 2 || (must_contain && !memmem(c->in, c->length, must_contain, strlen(must_contain))))
        errors++;
    if (samples < MAX_SAMPLES) {
        latencies[samples] = (now - c->started) / 1000.0;
        first_bytes[samples++] = ((c->first_byte ? c->first_byte : now) - c->started) / 1000.0;
    }
    c->length = 0;
}

static void receive(Connection *c) {
    int closed = 0;
    for (;;) {
        if (c->length + READ_SIZE > c->capacity) {
            c->capacity = (c->length + READ_SIZE) * 2;
            c->in = realloc(c->in, c->capacity + 1);
        }
        ssize_t n = recv(c->fd, c->in + c->length, READ_SIZE, 0);
        if (n > 0)
            c->length += n;
        if (n == READ_SIZE)
            continue;
        closed = n == 0 || (n < 0 && errno != EAGAIN);
        break;
    }
    if (c->busy && is_complete(c)) {
        record(c);
        if (c->close_after || closed)
            reconnect(c);
    } else if (closed) {
        if (c->busy)
            fail(c);
        else
            reconnect(c);
    }
}

static int stopping(long long end) {
    return wanted ? started >= wanted : now_us() >= end;
}

static void start_due(long long begun, long long end) {
    for (int i = 0; i < connection_count && !stopping(end); i++) {
        long long due = now_us();
        if (connections[i].busy)
            continue;
        if (rate > 0) {
            due = begun + (long long)(planned * 1e6 / rate);
            if (due > now_us())
                return;
            planned++;
        }
        send_request(&connections[i], due);
    }
}

static int busy_connections(void) {
    int busy = 0;
    for (int i = 0; i < connection_count; i++)
        busy += connections[i].busy;
    return busy;
}

static struct timespec next_wait(long long begun, long long end) {
    long long wait = 100000;
    if (rate > 0 && !stopping(end) && busy_connections() < connection_count) {
        wait = begun + (long long)(planned * 1e6 / rate) - now_us();
        wait = wait < 0 ? 0 : wait;
    }
    return (struct timespec){wait / 1000000, (wait % 1000000) * 1000};
}

static double run(void) {
    struct epoll_event events[512];
    long long begun = now_us(), end = begun + (long long)(duration * 1e6);
    for (;;) {
        start_due(begun, end);
        if (stopping(end) && (!busy_connections() || now_us() > end + timeout_us))
            break;
        struct timespec wait = next_wait(begun, end);
        int n = epoll_pwait2(poller, events, 512, &wait, NULL);
        for (int i = 0; i < n; i++) {
            Connection *c = events[i].data.ptr;
            if (c->fd >= 0)
                receive(c);
        }
        for (int i = 0; i < connection_count; i++)
            if (connections[i].busy && now_us() - connections[i].started > timeout_us)
                fail(&connections[i]);
    }
    return (now_us() - begun) / 1e6;
}

static void parse_url(const char *url) {
    const char *from = strstr(url, "://");
    from = from ? from + 3 : url;
    const char *slash = strchr(from, '/');
    snprintf(path, sizeof path, "%s", slash ? slash : "/");
    snprintf(host, sizeof host, "%.*s", (int)(slash ? slash - from : (long)strlen(from)), from);
    char *colon = strchr(host, ':');
    if (colon) {
        port = atoi(colon + 1);
        *colon = 0;
    }
}

static void read_body(const char *name) {
    FILE *file = fopen(name, "rb");
    if (!file) {
        perror(name);
        exit(2);
    }
    body = malloc(4 << 20);
    body_length = fread(body, 1, 4 << 20, file);
    fclose(file);
}

static void parse_options(int argc, char **argv) {
    for (int option; (option = getopt(argc, argv, "u:c:d:n:r:b:H:t:k:")) != -1;) {
        switch (option) {
        case 'u': parse_url(optarg); break;
        case 'c': connection_count = atoi(optarg); break;
        case 'd': duration = atof(optarg); break;
        case 'n': wanted = atol(optarg); break;
        case 'r': rate = atof(optarg); break;
        case 'b': read_body(optarg); break;
        case 'H':
            strncat(headers, optarg, sizeof headers - strlen(headers) - 3);
            strcat(headers, "\r\n");
            break;
        case 't': timeout_us = (long long)(atof(optarg) * 1e6); break;
        case 'k': must_contain = optarg; break;
        default: exit(2);
        }
    }
}

static void build_request(void) {
    request = malloc(body_length + sizeof headers + sizeof path + 1024);
    request_length = sprintf(request, "%s %s HTTP/1.1\r\nhost: %s:%d\r\naccept: */*\r\n%s", body ? "POST" : "GET", path,
                             host, port, headers);
    if (body)
        request_length +=
            sprintf(request + request_length, "content-type: application/json\r\ncontent-length: %zu\r\n", body_length);
    request_length += sprintf(request + request_length, "\r\n");
    memcpy(request + request_length, body ? body : "", body_length);
    request_length += body_length;
    char *end = request + request_length;
    for (char *at = request; mark_count < MAX_MARKS && (at = memmem(at, end - at, "@@SEQ@@_", 8)); at += 8)
        marks[mark_count++] = at - request;
    sequence = (unsigned long)now_us() % 10000000;
}

static void open_connections(void) {
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, strcmp(host, "localhost") ? host : "127.0.0.1", &address.sin_addr);
    poller = epoll_create1(0);
    connections = calloc(connection_count, sizeof *connections);
    for (int i = 0; i < connection_count; i++) {
        connections[i].capacity = READ_SIZE;
        connections[i].in = malloc(READ_SIZE + 1);
        if (connect_one(&connections[i])) {
            printf("{\"requests\":0,\"errors\":1,\"error\":\"connect failed\"}\n");
            exit(1);
        }
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(const double *sorted, double p) {
    return samples ? sorted[(long)(p * (samples - 1) + 0.5)] : 0;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    parse_options(argc, argv);
    build_request();
    open_connections();
    latencies = malloc(MAX_SAMPLES * sizeof *latencies);
    first_bytes = malloc(MAX_SAMPLES * sizeof *first_bytes);
    double seconds = run();
    qsort(latencies, samples, sizeof *latencies, ascending);
    qsort(first_bytes, samples, sizeof *first_bytes, ascending);
    printf(
        "{\"requests\":%ld,\"errors\":%ld,\"s2xx\":%ld,\"s4xx\":%ld,\"s5xx\":%ld,\"reconnects\":%ld,\"seconds\":%.3f,"
        "\"rps\":%.1f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"first_byte_p50\":%.3f,\"first_byte_p99\":%.3f}\n",
        samples, errors, statuses[2], statuses[4], statuses[5], reconnects, seconds, samples / seconds,
        percentile(latencies, .5), percentile(latencies, .9), percentile(latencies, .99), percentile(first_bytes, .5),
        percentile(first_bytes, .99));
    return 0;
}
