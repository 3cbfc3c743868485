/**
 * From metadata to fids: which 64-bit ids stand for an item's or a visit's values. Pure functions
 * of the schema and the value, so any thread may call them; depends on the schema and the API's
 * messages.
 */
@NullMarked
package dev.dolmen.parameterstore.fid;

import org.jspecify.annotations.NullMarked;
