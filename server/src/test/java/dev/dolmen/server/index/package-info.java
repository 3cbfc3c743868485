/** Tests. */
@NullMarked
package dev.dolmen.server.index;

import org.jspecify.annotations.NullMarked;
