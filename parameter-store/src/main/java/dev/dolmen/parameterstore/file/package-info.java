/**
 * Files that are nobody else's, and outlast a power cut: who may read what the process writes, and
 * when it is durable. Stateless, so any thread may use it; depends on nothing.
 */
@NullMarked
package dev.dolmen.parameterstore.file;

import org.jspecify.annotations.NullMarked;
