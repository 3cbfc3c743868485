/** Tests. */
@NullMarked
package dev.dolmen.server.cli;

import org.jspecify.annotations.NullMarked;
