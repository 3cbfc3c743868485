/**
 * {@code dolmen bench table}: the embedding table against what anyone would use instead, on the
 * same keys in the same run. Each table is filled once in a process of its own ({@link
 * dev.dolmen.bench.table.TableBenchProcess}), where JMH measures one point after another.
 *
 * <p>A table's session belongs to one measuring thread; what is not a session belongs to the main
 * thread.
 */
@NullMarked
package dev.dolmen.bench.table;

import org.jspecify.annotations.NullMarked;
