/**
 * The feedback log: the only source of truth, and the journal of batch boundaries next to it. Two
 * kinds behind one interface, a Chronicle Queue on the local disk and a topic of Kafka's, held to
 * one contract by one test. Appends from any thread, acknowledged only when the log holds them; one
 * tailer, the training thread's. Knows bytes and offsets, not what they mean, and nothing else of
 * the trainer.
 */
@NullMarked
package dev.dolmen.trainer.log;

import org.jspecify.annotations.NullMarked;
