/**
 * The append side: checks feedback, impressions and catalogue changes, appends them to the log, and
 * tells callers when theirs is held, applied and learned. Any thread; waiting never holds a lock.
 */
@NullMarked
package dev.dolmen.trainer.ingest;

import org.jspecify.annotations.NullMarked;
