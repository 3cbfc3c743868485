/**
 * Ranges: what values an option may have, said once for those who check, read and describe it.
 * Immutable; depends on nothing.
 */
@NullMarked
package dev.dolmen.parameterstore.range;

import org.jspecify.annotations.NullMarked;
