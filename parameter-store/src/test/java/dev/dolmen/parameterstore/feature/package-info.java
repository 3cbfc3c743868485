/** Tests of fids. */
@NullMarked
package dev.dolmen.parameterstore.feature;

import org.jspecify.annotations.NullMarked;
