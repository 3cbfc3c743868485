/**
 * Items: their encoder and the store of their vectors. May use {@code kernel} and {@code layer}.
 * {@link dev.dolmen.model.item.ItemVectors} has one writer, the training thread; any thread reads
 * through {@link dev.dolmen.model.item.ItemVectorReader}.
 */
@NullMarked
package dev.dolmen.model.item;

import org.jspecify.annotations.NullMarked;
