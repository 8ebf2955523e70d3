/* The answers as JSON, one object a line, keys in a fixed order. */
#ifndef ANSWER_H
#define ANSWER_H

#include "agent.h"
#include "pages.h"
#include "scenario.h"

/* What happened in one operation of a process. */
struct outcome {
    struct reply reply;
    struct page before, after; /* of the page accessed, for r, w, kr and kw */
    long dpresent;
};

void answer_memory(const struct operation *op, const struct outcome *outcome);
void answer_call(const struct operation *op, int error);
void answer_value(const struct operation *op, int value);
void answer_cached(const struct operation *op, uint64_t pages);
void answer_smaps(const struct operation *op, const struct smaps *smaps);

/* Frames are numbered by first appearance from answer_begin_... to answer_end... */
void answer_begin_pages(const struct operation *op);
void answer_begin_frames(const struct operation *op);
void answer_frames_process(int number);
void answer_frames_region(const char *name);
void answer_pages(const struct page *page, uint64_t count, bool counts);
void answer_end(void);
void answer_end_frames(void);

#endif
