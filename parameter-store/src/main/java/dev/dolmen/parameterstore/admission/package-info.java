/**
 * Admission: which values get a row of their own, by counting occurrences or by chance. Owned by
 * the thread that writes the table; depends on {@code random} alone.
 */
@NullMarked
package dev.dolmen.parameterstore.admission;

import org.jspecify.annotations.NullMarked;
