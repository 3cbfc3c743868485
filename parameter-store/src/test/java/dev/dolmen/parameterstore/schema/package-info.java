/** Tests of the schema. */
@NullMarked
package dev.dolmen.parameterstore.schema;

import org.jspecify.annotations.NullMarked;
