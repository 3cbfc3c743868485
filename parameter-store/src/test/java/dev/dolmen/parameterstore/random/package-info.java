/** Tests of the package of the same name. */
@NullMarked
package dev.dolmen.parameterstore.random;

import org.jspecify.annotations.NullMarked;
