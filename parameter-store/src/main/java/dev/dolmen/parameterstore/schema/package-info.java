/**
 * The schema: which slots an installation has and how their embedding rows are kept. Immutable
 * records, validated when they are made; depends on nothing.
 */
@NullMarked
package dev.dolmen.parameterstore.schema;

import org.jspecify.annotations.NullMarked;
