/**
 * Measures the trainer under the whole product: clicks over gRPC through log, batches and learning
 * in a server process of its own, beside requests; then more clicks than it can learn; then how
 * fast the log is learned again after a kill. Owns the process and a temporary directory.
 */
@NullMarked
package dev.dolmen.bench.train;

import org.jspecify.annotations.NullMarked;
