/**
 * Protocols: a dataset is split, and becomes {@link dev.dolmen.evaluation.protocol.Plan}s, each of
 * which is all that a model gets to see: what is learned, and which predictions are asked when.
 * Depends on the server's reading of datasets and on no other room of the evaluation. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.protocol;

import org.jspecify.annotations.NullMarked;
