/**
 * GRU4Rec, learned click by click: the recurrent network that the model has to beat. Depends on the
 * trainer's interface of baselines and on no other room of the evaluation. Not thread-safe, and a
 * function of its clicks, its options and its seed.
 */
@NullMarked
package dev.dolmen.evaluation.gru4rec;

import org.jspecify.annotations.NullMarked;
