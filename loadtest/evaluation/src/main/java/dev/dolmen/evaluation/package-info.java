/**
 * Offline evaluation: the commands that compare. Rooms, each of which may depend on those before
 * it: {@code protocol} (what a model may see, and what it is asked), {@code metric} (what answers
 * are worth), {@code gru4rec} and {@code baseline} (networks and counts that never serve), {@code
 * hashed} (the table with collisions), {@code model} (all that can be compared), {@code run} (a
 * model taken through a plan), {@code newitems} and {@code itemsets} (the protocols with figures of
 * their own), {@code comparison} (figures of all models), {@code plot}, {@code report}, {@code
 * tune} (the search for settings) and {@code study} (claims put to the test). May depend on every
 * module but benchmarks; one thread, but for resampling.
 */
@NullMarked
package dev.dolmen.evaluation;

import org.jspecify.annotations.NullMarked;
