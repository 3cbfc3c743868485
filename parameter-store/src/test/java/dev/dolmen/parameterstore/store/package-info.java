/** Tests of the package of the same name. */
@NullMarked
package dev.dolmen.parameterstore.store;

import org.jspecify.annotations.NullMarked;
