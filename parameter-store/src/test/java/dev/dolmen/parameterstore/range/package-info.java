@NullMarked
package dev.dolmen.parameterstore.range;

import org.jspecify.annotations.NullMarked;
