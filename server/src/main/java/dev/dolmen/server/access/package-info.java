/**
 * Who may call what: principals and how they prove who they are, roles, and the gate before every
 * service that looks at both.
 */
@NullMarked
package dev.dolmen.server.access;

import org.jspecify.annotations.NullMarked;
