/**
 * Sparse optimisers: update rules of one embedding row, its weights and the state beside them.
 * Stateless, so any thread may call them on rows that it owns; depends on the schema's options.
 */
@NullMarked
package dev.dolmen.parameterstore.optimizer;

import org.jspecify.annotations.NullMarked;
