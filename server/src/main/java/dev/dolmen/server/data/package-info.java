/**
 * Interaction data in RecBole's atomic-file format: strict streaming readers whose errors name
 * file, line and column, and the schema that follows from the files' headers and values.
 *
 * <p>May depend on the schema of {@code parameterstore} and on {@code proto}. Readers are confined
 * to one thread; everything else is immutable.
 */
@NullMarked
package dev.dolmen.server.data;

import org.jspecify.annotations.NullMarked;
