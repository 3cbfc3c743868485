/**
 * GRU4Rec, learned click by click: the recurrent network that the model has to beat. Not
 * thread-safe, and a function of its clicks, its options and its seed.
 */
@NullMarked
package dev.dolmen.evaluation.gru4rec;

import org.jspecify.annotations.NullMarked;
