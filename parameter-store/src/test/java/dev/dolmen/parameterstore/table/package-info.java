/** Tests of the package of the same name. */
@NullMarked
package dev.dolmen.parameterstore.table;

import org.jspecify.annotations.NullMarked;
