/**
 * Admission: which values have occurred often enough for a row of their own. Owned by the thread
 * that writes the table; depends on nothing.
 */
@NullMarked
package dev.dolmen.parameterstore.admission;

import org.jspecify.annotations.NullMarked;
