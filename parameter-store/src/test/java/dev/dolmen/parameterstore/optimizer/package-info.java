/** Tests of the package of the same name. */
@NullMarked
package dev.dolmen.parameterstore.optimizer;

import org.jspecify.annotations.NullMarked;
