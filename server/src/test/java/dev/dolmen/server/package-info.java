/** Tests. */
@NullMarked
package dev.dolmen.server;

import org.jspecify.annotations.NullMarked;
