/** Tests. */
@NullMarked
package dev.dolmen.server.budget;

import org.jspecify.annotations.NullMarked;
