/** Tests. */
@NullMarked
package dev.dolmen.server.ranking;

import org.jspecify.annotations.NullMarked;
