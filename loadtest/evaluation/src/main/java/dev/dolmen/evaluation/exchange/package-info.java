/**
 * What several trainers, each of which learns from a part of the sessions, tell each other: {@link
 * dev.dolmen.evaluation.exchange.Contribution} is what one has changed since the last exchange,
 * {@link dev.dolmen.evaluation.exchange.ParameterExchange} makes one change of all of them, by
 * rules that a trainer which lags or sends garbage can move more or less far.
 *
 * <p>May depend on {@code parameter-store}. One thread.
 */
@NullMarked
package dev.dolmen.evaluation.exchange;

import org.jspecify.annotations.NullMarked;
