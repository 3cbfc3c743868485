/** Threads that do not stand in the way of those that answer. */
@NullMarked
package dev.dolmen.trainer.thread;

import org.jspecify.annotations.NullMarked;
