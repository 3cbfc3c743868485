/**
 * {@code dolmen bench index}: searches of all items, by themselves and several that share a pass,
 * and the recall of those by cells while a dataset is learned. One thread, and that which keeps the
 * cells; depends on the server's index and ranking, and on datasets.
 */
@NullMarked
package dev.dolmen.bench.index;

import org.jspecify.annotations.NullMarked;
