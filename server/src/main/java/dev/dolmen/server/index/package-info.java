/**
 * The item index: the best items under filters, by looking at all vectors or into cells of similar
 * ones. May use {@code model}, {@code parameterstore.schema}, {@code budget} and the trainer's
 * catalogue. Vectors and catalogue belong to the training thread, cells are made by the thread of
 * their keeper and never change, scratch memory belongs to the calling thread.
 */
@NullMarked
package dev.dolmen.server.index;

import org.jspecify.annotations.NullMarked;
