/** Tests of the package of the same name. */
@NullMarked
package dev.dolmen.parameterstore.admission;

import org.jspecify.annotations.NullMarked;
