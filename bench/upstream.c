/* Mock model server in both OpenAI dialects. Single thread, epoll, keep-alive, no dependencies.
 *
 *   cc -O2 -o upstream upstream.c && ./upstream        (listens on 127.0.0.1:9100)
 *
 * Routes: POST …/responses and POST …/chat/completions, whole and streamed ("stream":true).
 *
 * Environment
 *   MOCK_PORT           9100
 *   MOCK_LATENCY_MS     0    time to the first byte (decimals allowed)
 *   MOCK_STREAM_CHUNKS  60   deltas per streamed answer
 *   MOCK_STREAM_GAP_MS  0    pause between deltas (0: one write)
 *   MOCK_FAULT          -    429 | 500 | 503 | hang | close | truncate | badjson | refusal | length
 *   MOCK_FAULT_EVERY    1    apply MOCK_FAULT to every Nth request
 *
 * Control
 *   GET  /__stats           counters
 *   GET  /__last            body of the last API request
 *   GET  /__last_headers    its head
 *   POST /__answer          the body becomes the text that every answer carries
 *   POST /__control?latency_ms=..&fault=..&every=..&gap_ms=..    fault=none clears
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FD = 8192, READ_SIZE = 65536 };
enum { CHAT, RESPONSES, DIALECTS };
enum { WHOLE, STREAM_BEGIN, STREAM_STEP, FAULTS = 100, HANG = 999 };

typedef struct {
    char *data;
    size_t length, capacity;
} Buffer;

typedef struct {
    int open, busy, closing, wants_write, dialect, next_event;
    unsigned generation;
    Buffer in, out;
    size_t sent;
} Connection;

typedef struct {
    long long at;
    int fd, kind;
    unsigned generation;
} Timer;

typedef struct {
    Buffer whole;   /* HTTP response */
    Buffer *events; /* one HTTP chunk each */
    int event_count;
    Buffer stream; /* all of them */
} Answer;

static Connection connections[MAX_FD];
static Timer *timers;
static int timer_count, timer_capacity, poller;
static double latency_ms, gap_ms;
static int deltas = 60, every = 1;
static char fault[32];
static Buffer text, last_body, last_head;
static Answer answers[DIALECTS];
static unsigned long long total, by_dialect[DIALECTS], streamed, faults;

static const char *DEFAULT_TEXT = "{\"explanation\":\"The customer pays on time.\"}";
static const char *CHAT_USAGE = "{\"prompt_tokens\":612,\"completion_tokens\":300,\"total_tokens\":912,\"prompt_tokens_"
                                "details\":{\"cached_tokens\":"
                                "0},\"completion_tokens_details\":{\"reasoning_tokens\":0}}";
static const char *RESPONSES_USAGE =
    "{\"input_tokens\":612,\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0},\"output_tokens\":"
    "300,\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":912}";
static const char *STREAM_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
                                 "x-request-id: req_mock\r\ntransfer-encoding: chunked\r\n\r\n";

/* ---- buffers ---- */

static void append(Buffer *b, const char *data, size_t length) {
    if (b->length + length + 1 > b->capacity) {
        b->capacity = (b->length + length + 1) * 2;
        b->data = realloc(b->data, b->capacity);
    }
    memcpy(b->data + b->length, data, length);
    b->length += length;
    b->data[b->length] = 0;
}

static void appendf(Buffer *b, const char *format, ...) {
    va_list args;
    char *out;
    va_start(args, format);
    int length = vasprintf(&out, format, args);
    va_end(args);
    append(b, out, length);
    free(out);
}

static void clear(Buffer *b) {
    free(b->data);
    memset(b, 0, sizeof *b);
}

static Buffer escaped(const char *data, size_t length) {
    Buffer b = {0};
    append(&b, "", 0);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = data[i];
        if (c == '"' || c == '\\')
            appendf(&b, "\\%c", c);
        else if (c < 32)
            appendf(&b, "\\u%04x", c);
        else
            append(&b, (char *)&c, 1);
    }
    return b;
}

/* ---- timers: a binary heap ---- */

static long long now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void push_timer(Timer t) {
    if (timer_count == timer_capacity) {
        timer_capacity = timer_capacity ? timer_capacity * 2 : 1024;
        timers = realloc(timers, timer_capacity * sizeof *timers);
    }
    int i = timer_count++;
    for (; i && timers[(i - 1) / 2].at > t.at; i = (i - 1) / 2)
        timers[i] = timers[(i - 1) / 2];
    timers[i] = t;
}

static Timer pop_timer(void) {
    Timer first = timers[0], last = timers[--timer_count];
    int i = 0;
    for (int child; (child = 2 * i + 1) < timer_count; i = child) {
        if (child + 1 < timer_count && timers[child + 1].at < timers[child].at)
            child++;
        if (timers[child].at >= last.at)
            break;
        timers[i] = timers[child];
    }
    if (timer_count)
        timers[i] = last;
    return first;
}

/* ---- answers ---- */

static Buffer http(int status, const char *reason, const char *headers, Buffer body) {
    Buffer b = {0};
    appendf(
        &b,
        "HTTP/1.1 %d %s\r\ncontent-type: application/json\r\nx-request-id: req_mock\r\n%scontent-length: %zu\r\n\r\n",
        status, reason, headers, body.length);
    append(&b, body.data ? body.data : "", body.length);
    return b;
}

static void responses_object(Buffer *b, const char *content, const char *status, const char *reason) {
    appendf(b,
            "{\"id\":\"resp_mock\",\"object\":\"response\",\"created_at\":1760000000,\"model\":\"mock-1\",\"status\":"
            "\"%s\","
            "\"error\":null,\"incomplete_details\":",
            status);
    appendf(b, *reason ? "{\"reason\":\"%s\"}" : "null", reason);
    appendf(b,
            ",\"output\":[{\"id\":\"msg_mock\",\"type\":\"message\",\"status\":\"completed\",\"role\":\"assistant\","
            "\"content\":"
            "[{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\"%s\"}]}],\"parallel_tool_calls\":"
            "true,"
            "\"store\":false,\"temperature\":1.0,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":1.0,\"usage\":%s}",
            content, RESPONSES_USAGE);
}

static Buffer whole_answer(int dialect, Buffer content, const char *finish) {
    Buffer body = {0}, e = escaped(content.data, content.length);
    if (dialect == RESPONSES) {
        int complete = !strcmp(finish, "stop");
        responses_object(&body, e.data, complete ? "completed" : "incomplete",
                         complete                    ? ""
                         : !strcmp(finish, "length") ? "max_output_tokens"
                                                     : finish);
    } else {
        appendf(
            &body,
            "{\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion\",\"created\":1760000000,\"model\":\"mock-1\","
            "\"choices\":"
            "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"%s\",\"refusal\":null,\"annotations\":[]},"
            "\"logprobs\":null,\"finish_reason\":\"%s\"}],\"usage\":%s,\"service_tier\":\"default\"}",
            e.data, finish, CHAT_USAGE);
    }
    Buffer response = http(200, "OK", "", body);
    clear(&body);
    clear(&e);
    return response;
}

static void add_event(Answer *a, const char *name, Buffer data) {
    Buffer event = {0}, chunk = {0};
    if (*name)
        appendf(&event, "event: %s\n", name);
    appendf(&event, "data: %s\n\n", data.data);
    appendf(&chunk, "%zx\r\n%s\r\n", event.length, event.data);
    a->events = realloc(a->events, (a->event_count + 1) * sizeof *a->events);
    a->events[a->event_count++] = chunk;
    clear(&event);
}

static void add_chat_chunk(Answer *a, const char *choices, const char *usage) {
    Buffer data = {0};
    appendf(
        &data,
        "{\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion.chunk\",\"created\":1760000000,\"model\":\"mock-1\","
        "\"choices\":[%s]%s%s}",
        choices, *usage ? ",\"usage\":" : "", usage);
    add_event(a, "", data);
    clear(&data);
}

static void add_delta(Answer *a, int dialect, const char *piece) {
    Buffer data = {0};
    if (dialect == RESPONSES) {
        appendf(&data,
                "{\"type\":\"response.output_text.delta\",\"sequence_number\":%d,\"item_id\":\"msg_mock\",\"output_"
                "index\":0,"
                "\"content_index\":0,\"logprobs\":[],\"delta\":\"%s\"}",
                a->event_count, piece);
        add_event(a, "response.output_text.delta", data);
    } else {
        appendf(&data, "{\"index\":0,\"delta\":{\"content\":\"%s\"},\"logprobs\":null,\"finish_reason\":null}", piece);
        add_chat_chunk(a, data.data, "");
    }
    clear(&data);
}

static void add_frame(Answer *a, const char *type, const char *content, const char *status) {
    Buffer data = {0};
    appendf(&data, "{\"type\":\"%s\",\"sequence_number\":%d,\"response\":", type, a->event_count);
    responses_object(&data, content, status, "");
    append(&data, "}", 1);
    add_event(a, type, data);
    clear(&data);
}

/* The start of the i-th of n pieces, never inside a UTF-8 character. */
static size_t cut(int i, int n) {
    size_t at = text.length * i / n;
    while (at < text.length && ((unsigned char)text.data[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static void build_stream(Answer *a, int dialect) {
    Buffer whole = escaped(text.data, text.length);
    if (dialect == RESPONSES)
        add_frame(a, "response.created", "", "in_progress");
    else
        add_chat_chunk(a, "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}",
                       "");
    for (int i = 0; i < deltas; i++) {
        size_t from = cut(i, deltas), to = cut(i + 1, deltas);
        Buffer piece = escaped(text.data + from, to - from);
        add_delta(a, dialect, piece.data);
        clear(&piece);
    }
    if (dialect == RESPONSES) {
        add_frame(a, "response.completed", whole.data, "completed");
    } else {
        add_chat_chunk(a, "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}", "");
        add_chat_chunk(a, "", CHAT_USAGE);
        Buffer done = {0};
        append(&done, "[DONE]", 6);
        add_event(a, "", done);
        clear(&done);
    }
    append(&a->events[a->event_count - 1], "0\r\n\r\n", 5);
    for (int i = 0; i < a->event_count; i++)
        append(&a->stream, a->events[i].data, a->events[i].length);
    clear(&whole);
}

static void build_answers(void) {
    for (int dialect = 0; dialect < DIALECTS; dialect++) {
        Answer *a = &answers[dialect];
        for (int i = 0; i < a->event_count; i++)
            clear(&a->events[i]);
        free(a->events);
        clear(&a->whole);
        clear(&a->stream);
        memset(a, 0, sizeof *a);
        a->whole = whole_answer(dialect, text, "stop");
        build_stream(a, dialect);
    }
}

/* ---- connections ---- */

static void read_requests(int fd);

static void watch(int fd, int for_write) {
    if (connections[fd].wants_write == for_write)
        return;
    connections[fd].wants_write = for_write;
    struct epoll_event e = {.events = EPOLLIN | (for_write ? EPOLLOUT : 0), .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_MOD, fd, &e);
}

static void drop(int fd) {
    Connection *c = &connections[fd];
    if (!c->open)
        return;
    c->open = c->busy = c->closing = c->wants_write = 0;
    c->generation++;
    c->in.length = c->out.length = c->sent = 0;
    close(fd);
}

static void flush(int fd) {
    Connection *c = &connections[fd];
    while (c->sent < c->out.length) {
        ssize_t n = send(fd, c->out.data + c->sent, c->out.length - c->sent, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EAGAIN)
                watch(fd, 1);
            else
                drop(fd);
            return;
        }
        c->sent += n;
    }
    c->sent = c->out.length = 0;
    watch(fd, 0);
    if (c->closing)
        drop(fd);
}

static void finish(int fd) {
    connections[fd].busy = 0;
    flush(fd);
    if (connections[fd].open && connections[fd].in.length)
        read_requests(fd);
}

static void say(int fd, Buffer response) {
    append(&connections[fd].out, response.data, response.length);
    finish(fd);
}

static void say_and_free(int fd, Buffer response) {
    append(&connections[fd].out, response.data, response.length);
    clear(&response);
    finish(fd);
}

static void say_error(int fd, int status, const char *reason, const char *headers, const char *code) {
    Buffer body = {0};
    appendf(&body, "{\"error\":{\"message\":\"mock %s\",\"type\":\"%s\",\"param\":null,\"code\":\"%s\"}}", code, code,
            code);
    Buffer response = http(status, reason, headers, body);
    clear(&body);
    say_and_free(fd, response);
}

static void say_fault(int fd, int kind) {
    Connection *c = &connections[fd];
    Buffer words = {0};
    switch (kind - FAULTS) {
    case 0: say_error(fd, 429, "Too Many Requests", "retry-after: 1\r\n", "rate_limit_exceeded"); break;
    case 1: say_error(fd, 500, "Internal Server Error", "", "server_error"); break;
    case 2: say_error(fd, 503, "Service Unavailable", "", "overloaded"); break;
    case 3: drop(fd); break;
    case 4: /* truncate */
        append(&c->out, answers[c->dialect].whole.data, answers[c->dialect].whole.length - text.length / 2);
        c->closing = 1;
        flush(fd);
        break;
    case 5: /* badjson: a sound envelope around broken words */
        appendf(&words, "{\"explanation\": ");
        say_and_free(fd, whole_answer(c->dialect, words, "stop"));
        break;
    case 6: /* refusal */
        appendf(&words, "I am sorry, I cannot help with that.");
        say_and_free(fd, whole_answer(c->dialect, words, "content_filter"));
        break;
    case 7: /* length */
        append(&words, text.data, text.length / 2);
        say_and_free(fd, whole_answer(c->dialect, words, "length"));
        break;
    }
    clear(&words);
}

static void fire(Timer t) {
    int fd = t.fd;
    Connection *c = &connections[fd];
    if (!c->open || c->generation != t.generation)
        return;
    Answer *a = &answers[c->dialect];
    if (t.kind >= FAULTS) {
        say_fault(fd, t.kind);
        return;
    }
    if (t.kind == WHOLE) {
        say(fd, a->whole);
        return;
    }
    if (t.kind == STREAM_BEGIN) {
        append(&c->out, STREAM_HEAD, strlen(STREAM_HEAD));
        c->next_event = 0;
        if (gap_ms <= 0) {
            say(fd, a->stream);
            return;
        }
    }
    Buffer event = a->events[c->next_event++];
    append(&c->out, event.data, event.length);
    if (c->next_event == a->event_count) {
        finish(fd);
        return;
    }
    flush(fd);
    push_timer((Timer){now_us() + (long long)(gap_ms * 1000), fd, STREAM_STEP, t.generation});
}

/* ---- requests ---- */

static int fault_kind(const char *name) {
    static const char *names[] = {"429", "500", "503", "close", "truncate", "badjson", "refusal", "length"};
    for (int i = 0; i < 8; i++)
        if (!strncmp(name, names[i], strlen(names[i])))
            return FAULTS + i;
    return strncmp(name, "hang", 4) ? 0 : HANG;
}

static double number_after(const char *query, const char *key, double otherwise) {
    const char *found = strcasestr(query, key);
    return found ? atof(found + strlen(key)) : otherwise;
}

static void control(int fd, const char *line, Buffer body) {
    Buffer said = {0};
    if (strstr(line, "/__last_headers")) {
        append(&said, last_head.data ? last_head.data : "", last_head.length);
    } else if (strstr(line, "/__last")) {
        append(&said, last_body.data ? last_body.data : "", last_body.length);
    } else if (strstr(line, "/__stats")) {
        appendf(&said, "{\"total\":%llu,\"chat\":%llu,\"responses\":%llu,\"streamed\":%llu,\"faults\":%llu}", total,
                by_dialect[CHAT], by_dialect[RESPONSES], streamed, faults);
    } else if (strstr(line, "/__answer")) {
        text.length = 0;
        append(&text, body.data, body.length);
        build_answers();
        append(&said, "{}", 2);
    } else {
        latency_ms = number_after(line, "latency_ms=", latency_ms);
        gap_ms = number_after(line, "gap_ms=", gap_ms);
        every = (int)number_after(line, "every=", every);
        every = every < 1 ? 1 : every;
        const char *named = strstr(line, "fault=");
        if (named) {
            *fault = 0;
            if (fault_kind(named + 6))
                sscanf(named + 6, "%31[a-z0-9]", fault);
        }
        append(&said, "{}", 2);
    }
    Buffer response = http(200, "OK", "", said);
    clear(&said);
    say_and_free(fd, response);
}

static void handle(int fd, Buffer head, Buffer body) {
    Connection *c = &connections[fd];
    char line[512];
    snprintf(line, sizeof line, "%.*s", (int)(strstr(head.data, "\r\n") - head.data), head.data);
    c->busy = 1;
    if (strstr(line, "/__")) {
        control(fd, line, body);
        return;
    }
    if (strstr(line, "/responses"))
        c->dialect = RESPONSES;
    else if (strstr(line, "/chat/completions"))
        c->dialect = CHAT;
    else {
        say_error(fd, 404, "Not Found", "", "not_found");
        return;
    }
    total++;
    by_dialect[c->dialect]++;
    last_head.length = last_body.length = 0;
    append(&last_head, head.data, head.length);
    append(&last_body, body.data, body.length);
    int kind = memmem(body.data, body.length, "\"stream\":true", 13) ? STREAM_BEGIN : WHOLE;
    streamed += kind == STREAM_BEGIN;
    if (*fault && total % every == 0) {
        faults++;
        kind = fault_kind(fault);
        if (kind == HANG)
            return;
    }
    Timer t = {now_us() + (long long)(latency_ms * 1000), fd, kind, c->generation};
    if (latency_ms <= 0)
        fire(t);
    else
        push_timer(t);
}

static void read_requests(int fd) {
    Connection *c = &connections[fd];
    while (c->open && !c->busy && c->in.length) {
        char *end = memmem(c->in.data, c->in.length, "\r\n\r\n", 4);
        if (!end)
            return;
        Buffer head = {0}, body = {0};
        append(&head, c->in.data, end - c->in.data + 4);
        const char *announced = strcasestr(head.data, "\r\ncontent-length:");
        size_t length = announced ? strtoul(announced + 17, NULL, 10) : 0;
        if (c->in.length < head.length + length) {
            clear(&head);
            return;
        }
        append(&body, c->in.data + head.length, length);
        c->in.length -= head.length + length;
        memmove(c->in.data, c->in.data + head.length + length, c->in.length);
        handle(fd, head, body);
        clear(&head);
        clear(&body);
    }
}

static void receive(int fd) {
    Connection *c = &connections[fd];
    static char chunk[READ_SIZE];
    for (;;) {
        ssize_t n = recv(fd, chunk, sizeof chunk, 0);
        if (n > 0)
            append(&c->in, chunk, n);
        if (n == READ_SIZE)
            continue;
        if (n == 0 || (n < 0 && errno != EAGAIN))
            drop(fd);
        break;
    }
    if (c->open)
        read_requests(fd);
}

static void accept_all(int listener) {
    int one = 1, fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MAX_FD) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        connections[fd].open = 1;
        connections[fd].generation++;
        struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
    }
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (void *)&address, sizeof address) || listen(fd, 1024)) {
        perror("bind");
        exit(1);
    }
    return fd;
}

static double setting(const char *name, double otherwise) {
    const char *value = getenv(name);
    return value ? atof(value) : otherwise;
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    latency_ms = setting("MOCK_LATENCY_MS", 0);
    gap_ms = setting("MOCK_STREAM_GAP_MS", 0);
    deltas = (int)setting("MOCK_STREAM_CHUNKS", 60);
    every = (int)setting("MOCK_FAULT_EVERY", 1);
    snprintf(fault, sizeof fault, "%s", getenv("MOCK_FAULT") ? getenv("MOCK_FAULT") : "");
    append(&text, DEFAULT_TEXT, strlen(DEFAULT_TEXT));
    build_answers();
    int listener = listen_on((int)setting("MOCK_PORT", 9100));
    struct epoll_event watched = {.events = EPOLLIN, .data.fd = listener}, events[256];
    poller = epoll_create1(0);
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &watched);
    for (;;) {
        while (timer_count && timers[0].at <= now_us())
            fire(pop_timer());
        long long wait = timer_count ? timers[0].at - now_us() : 1000000;
        wait = wait < 0 ? 0 : wait;
        struct timespec limit = {wait / 1000000, (wait % 1000000) * 1000};
        int n = epoll_pwait2(poller, events, 256, &limit, NULL);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                accept_all(listener);
                continue;
            }
            if (connections[fd].open && (events[i].events & EPOLLOUT))
                flush(fd);
            if (connections[fd].open && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                receive(fd);
        }
    }
}
