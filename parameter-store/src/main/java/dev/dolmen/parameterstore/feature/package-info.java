/**
 * From metadata to fids: which 64-bit ids stand for an item's or a visit's values. Functions of the
 * schema, the value and the knots learned by then, for any thread; knots are learned by one;
 * depends on the schema and the API's messages.
 */
@NullMarked
package dev.dolmen.parameterstore.feature;

import org.jspecify.annotations.NullMarked;
