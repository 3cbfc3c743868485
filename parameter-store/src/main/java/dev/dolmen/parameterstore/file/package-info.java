/**
 * Files that are nobody else's: who may read what the process writes. Stateless, so any thread may
 * use it; depends on nothing.
 */
@NullMarked
package dev.dolmen.parameterstore.file;

import org.jspecify.annotations.NullMarked;
