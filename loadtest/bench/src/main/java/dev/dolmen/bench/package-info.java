/**
 * Benchmarks, run by {@code dolmen bench} through JMH in forked processes with the product's JVM
 * flags. Each benchmark's state is JMH's to share or not.
 */
@NullMarked
package dev.dolmen.bench;

import org.jspecify.annotations.NullMarked;
