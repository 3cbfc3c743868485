/** Tests of the package of the same name. */
@NullMarked
package dev.dolmen.parameterstore.snapshot;

import org.jspecify.annotations.NullMarked;
