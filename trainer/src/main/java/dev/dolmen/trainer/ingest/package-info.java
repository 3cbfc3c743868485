/**
 * The append side: checks feedback, impressions and catalogue changes, appends them to the log, and
 * tells callers when theirs is held, applied and learned. May depend on {@code catalog}, which it
 * only reads, and {@code log}. Any thread; waiting never holds a lock.
 */
@NullMarked
package dev.dolmen.trainer.ingest;

import org.jspecify.annotations.NullMarked;
