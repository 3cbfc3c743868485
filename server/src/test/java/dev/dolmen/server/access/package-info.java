@NullMarked
package dev.dolmen.server.access;

import org.jspecify.annotations.NullMarked;
