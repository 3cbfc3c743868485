/**
 * The item index: exact top-k over the item vectors under filters. May use {@code model}, {@code
 * parameterstore.schema}, {@code budget} and the trainer's catalogue. Holds no state of its own:
 * vectors and catalogue belong to the training thread, scratch memory to the calling one.
 */
@NullMarked
package dev.dolmen.server.index;

import org.jspecify.annotations.NullMarked;
