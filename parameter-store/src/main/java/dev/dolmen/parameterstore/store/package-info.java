/**
 * Embedding tables. One thread, the trainer's, writes; any thread reads. Depends on the schema, the
 * admission filter, the sparse optimisers and the snapshot interfaces.
 */
@NullMarked
package dev.dolmen.parameterstore.store;

import org.jspecify.annotations.NullMarked;
