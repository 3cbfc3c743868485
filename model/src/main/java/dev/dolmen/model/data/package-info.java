/**
 * What goes into the model and how it is set: batches, sessions, gathered rows, options. A leaf
 * that all other packages of the model read; nothing here computes. Filled by one thread at a time.
 */
@NullMarked
package dev.dolmen.model.data;

import org.jspecify.annotations.NullMarked;
