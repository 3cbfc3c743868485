/**
 * The model: item encoder, session transformer, heads, losses and optimisers. A leaf: it knows
 * arrays, and neither files nor messages.
 *
 * <p>Dimensions, row-major throughout: {@code B} sessions, {@code T} tokens (events of all sessions
 * one after the other, no padding), {@code L} positions of one session, {@code P} predictions,
 * {@code I} distinct items of a batch, {@code V} candidates, {@code D} model width, {@code H}
 * attention heads, {@code F} feed-forward width, {@code C} width of an item's concatenated feature
 * columns.
 */
@NullMarked
package dev.dolmen.model;

import org.jspecify.annotations.NullMarked;
